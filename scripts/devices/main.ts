/**
 * The ladder of devices: drives the television through one journey on engines from 2015 to today, and prints what came of it.
 *
 *   npm run devices [-- --engine NAME] [--json] [--query wasm=off] [--at-once 3] [--within 300]
 *
 * Engines come into a cache folder (install.ts). One that cannot be had is in the table, too. Screenshots, the table and the report as JSON are kept in
 * `artifacts/devices`. Exit code 1 when a step has not passed; 2 when the command line makes no sense.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isMain } from '../is-main.js';
import { Climbing } from './climbing.js';
import { LADDER, type Rung } from './ladder.js';
import { PackedSizes } from './packed-sizes.js';
import { endWithNpm } from './process.js';
import { jsonOf, lineOf, tableOf } from './table.js';

const ROOT = resolve(import.meta.dirname, '../..');
const ARTEFACTS = join(ROOT, 'artifacts/devices');
const MISUSED = 2;

const HELP = `npm run devices -- [options]
  --engine NAME     one rung, also several times: ${LADDER.map(({ name }) => name).join(', ')} (all)
  --query TEXT      options of the page's address, as wasm=off or build=old (none)
  --at-once N       journeys at the same time, whose times then say nothing (1)
  --within SECONDS  rungs that have not begun by then are left out, and say so (no bound)
  --json            the last line printed is the report as JSON`;

interface Options {
  readonly rungs: readonly Rung[];
  readonly query: string;
  readonly atOnce: number;
  readonly withinMs: number;
  readonly json: boolean;
}

/** @returns null when help is asked for @throws Error in one line for a command line that makes no sense */
function readOptions(input: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...input],
    options: {
      engine: { type: 'string', multiple: true },
      query: { type: 'string', default: '' },
      'at-once': { type: 'string', default: '1' },
      within: { type: 'string', default: 'Infinity' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const names = values.engine ?? LADDER.map(({ name }) => name);
  const stranger = names.find((name) => !LADDER.some((rung) => rung.name === name));
  if (stranger !== undefined) throw new Error(`there is no engine ${stranger}, but ${LADDER.map(({ name }) => name).join(', ')}`);
  const [atOnce, within] = [Number(values['at-once']), Number(values.within)];
  if (!(Number.isInteger(atOnce) && atOnce > 0)) throw new Error(`--at-once ${values['at-once']}: a whole number from 1`);
  if (!(within > 0)) throw new Error(`--within ${values.within}: seconds, more than 0`);
  const rungs = LADDER.filter(({ name }) => names.includes(name));
  return { rungs, query: values.query, atOnce, withinMs: within * 1000, json: values.json };
}

/** @returns the exit code */
async function run({ json, ...options }: Options): Promise<number> {
  mkdirSync(ARTEFACTS, { recursive: true });
  const climbing = new Climbing({
    ...options,
    site: join(ROOT, 'dist/examples/tv/site'),
    artefacts: ARTEFACTS,
    onClimbed: (climbed) => console.error(`  ${lineOf(climbed)}`),
  });
  const climbed = await climbing.climb();
  const sizes = new PackedSizes();
  const [table, report] = [tableOf(climbed, sizes), jsonOf(climbed, sizes)];
  writeFileSync(join(ARTEFACTS, 'table.md'), `${table}\n`);
  writeFileSync(join(ARTEFACTS, 'report.json'), `${report}\n`);
  console.log(table);
  if (json) console.log(report);
  return climbed.some(({ failed }) => failed > 0) ? 1 : 0;
}

if (isMain(import.meta.url)) {
  endWithNpm();
  try {
    const options = readOptions(process.argv.slice(2));
    if (options === null) console.log(HELP);
    else process.exitCode = await run(options);
  } catch (error) {
    console.error(`devices: ${(error as Error).message}`);
    process.exitCode = MISUSED;
  }
}
