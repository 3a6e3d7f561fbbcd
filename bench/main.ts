/**
 * `npm run bench`: measures Tandem beside what a user would choose instead, and prints a table. With `-- --json` the last line is one JSON
 * object; `--quick` does a little of everything, to see that it works. docs/BENCHMARKS.md says what the figures mean.
 */
import { parseArgs } from 'node:util';
import { type CodecRow, measureCodec } from './codec.js';
import { isMet, type Line, linesOf, type Measured, toJson } from './figures.js';
import { measureFootprint } from './footprint.js';
import { measureMessages } from './messages.js';
import { measureRecovery } from './recovery.js';
import { measureRecoveryCost } from './recovery-cost.js';
import { measureScene } from './scene.js';
import { measureTracing } from './tracing.js';
import { measureVmLoss } from './vm-loss.js';

const FULL = {
  messages: { rounds: 9, busSamples: 300_000, objectSamples: 100_000, callSamples: 15_000, echoRounds: 300, echoes: 40 },
  tracing: { rounds: 9, samples: 600_000, echoRounds: 60, echoes: 40 },
  recoveryCost: { warmUpRounds: 20, rounds: 20, samples: 200_000 },
  codec: { rounds: 9, roundMs: 20 },
  recovery: { crashes: 200, restarts: 15 },
  vmLoss: { losses: 12, pauseMs: 2_500 },
  scene: { rounds: 9, ticks: 200 },
};

const QUICK: typeof FULL = {
  messages: { rounds: 1, busSamples: 5_000, objectSamples: 2_000, callSamples: 1_000, echoRounds: 2, echoes: 10 },
  tracing: { rounds: 1, samples: 5_000, echoRounds: 1, echoes: 10 },
  recoveryCost: { warmUpRounds: 1, rounds: 1, samples: 5_000 },
  codec: { rounds: 1, roundMs: 1 },
  recovery: { crashes: 3, restarts: 1 },
  vmLoss: { losses: 2, pauseMs: 1 },
  scene: { rounds: 1, ticks: 3 },
};

async function measure(sizes: typeof FULL, progress: (what: string) => void): Promise<Measured> {
  const section = <T>(what: string, work: () => Promise<T>): Promise<T> => {
    progress(what);
    return work();
  };
  return {
    messages: await section('messages', () => measureMessages(sizes.messages)),
    tracing: await section('tracing', () => measureTracing(sizes.tracing)),
    recoveryCost: await section('the cost of recovery', () => measureRecoveryCost(sizes.recoveryCost)),
    codec: await section('codecs', () => measureCodec(sizes.codec)),
    recovery: await section('recovery', () => measureRecovery(sizes.recovery)),
    vmLoss: await section('the loss of a VM', () => measureVmLoss(sizes.vmLoss)),
    footprint: await section('footprint', measureFootprint),
    scene: await section('scene', () => measureScene(sizes.scene)),
  };
}

const rounded = (value: number): string => (value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));

function aimOf({ aim }: Line): string {
  if (!aim) return '';
  return 'least' in aim ? `at least ${aim.least}` : `at most ${aim.most.toLocaleString('en')}`;
}

function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const print = (row: readonly string[]) =>
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
  print(header);
  print(widths.map((width) => '-'.repeat(width)));
  for (const row of rows) print(row);
  console.log();
}

function printCodec(direction: string, rows: readonly CodecRow[]): void {
  printTable(
    [`${direction}, ns`, 'generated', 'msgpack objects', 'times', 'msgpack arrays', 'times'],
    rows.map(({ message, ours, objects, arrays, vsObjects, vsArrays }) => [
      message,
      ...[ours, objects, vsObjects, arrays, vsArrays].map(rounded),
    ]),
  );
}

function print(measured: Measured): void {
  console.log();
  printCodec('encode', measured.codec.encode);
  printCodec('decode', measured.codec.decode);
  printTable(
    ['figure', 'measured', 'unit', 'aim', '', 'from'],
    linesOf(measured).map((line) => [line.name, rounded(line.figure), line.unit, aimOf(line), isMet(line) ? '' : 'missed', line.detail]),
  );
}

function readOptions(): { readonly json: boolean; readonly quick: boolean } {
  try {
    return parseArgs({ options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}; there are --json and --quick`);
    process.exit(2);
  }
}

const values = readOptions();
const measured = await measure(values.quick ? QUICK : FULL, (what) => console.error(`measuring ${what} ...`));
print(measured);
if (values.json) console.log(JSON.stringify(toJson(measured)));
