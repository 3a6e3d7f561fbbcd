/** `tandem info`: what is in a recording. */

import { type OpenFile, withFile } from '../debugger/player/recording-file.js';
import { messagesOf } from '../trace/messages.js';
import type { RecordingFacts } from '../trace/recording.js';
import { Schemas } from '../trace/schemas.js';
import { type DurationSummary, type KindStatistics, RunStatistics, type RunSummary } from '../trace/statistics.js';
import { durationText } from '../trace/text.js';
import { type Command, EXIT, type ExitCode, type Invocation } from './command.js';
import { fileOf, ReadableSteps } from './recording.js';

const HELP = `tandem info FILE [--json]

What is in a recording: level, placement, how many messages, and for each actor and kind how often and how long.
A file that ends before its end, or makes no sense from somewhere on, is read up to there.

--json gives one object: file, bytes, version, schemaHash, level, startedAt (microseconds since 1970), placement, truncated,
damage (null, or what is wrong and where), messages, micros (from the first step to the last), deadLetters, traps, missing (steps),
actors and ports and kinds (name, messages, bytes, wait and handle in microseconds: count, mean, p50, p99, max; of parties
also vm, sent, crashes, moves), unknownKinds, packed (names of files).

  tandem info run.mcap`;

export const infoCommand: Command = {
  name: 'info',
  summary: 'what is in a recording: counts, rates and times of each actor and kind',
  help: HELP,
  options: {},
  run: (invocation) => {
    const path = fileOf(invocation, 'info');
    return withFile(path, (opened) => show(path, opened, invocation));
  },
};

async function show(path: string, { file, recording }: OpenFile, { json, output, signal }: Invocation): Promise<ExitCode> {
  const { facts, truncated } = recording;
  const statistics = new RunStatistics(new Schemas(facts.parties), facts);
  const readable = new ReadableSteps(recording, (steps) => {
    for (const step of steps) statistics.addStep(step);
  });
  for await (const messages of messagesOf(readable)) {
    signal.throwIfAborted();
    for (const message of messages) statistics.addMessage(message);
  }
  const summary = statistics.summary();
  const { damage } = readable;
  const packed = damage ? [] : (await recording.packed()).map(({ name }) => name);
  const head = { file: path, bytes: file.size, truncated, damage: damage?.message ?? null };
  if (json) output.line(JSON.stringify(objectOf(head, facts, summary, packed)));
  else for (const line of linesOf(head, facts, summary, packed)) output.line(line);
  if (damage) output.note(`${path}: ${damage.message}`);
  return damage ? EXIT.failed : EXIT.fine;
}

interface Head {
  readonly file: string;
  readonly bytes: number;
  readonly truncated: boolean;
  readonly damage: string | null;
}

function objectOf(head: Head, facts: RecordingFacts, { parties, ...summary }: RunSummary, packed: readonly string[]): object {
  const { version, schemaHash, level, startedAt, placement } = facts;
  const actors = parties.filter(({ role }) => role === 'actor');
  const ports = parties.filter(({ role }) => role === 'port');
  return { ...head, version, schemaHash, level, startedAt, placement, ...summary, actors, ports, packed };
}

function* linesOf(head: Head, facts: RecordingFacts, summary: RunSummary, packed: readonly string[]): Generator<string> {
  const { messages, micros, deadLetters, traps, missing, unknownKinds, parties, kinds } = summary;
  const state = head.damage ? ', damaged: read up to there' : head.truncated ? ', truncated: read up to the last whole chunk' : '';
  yield `${head.file}: ${sizeText(head.bytes)}, level ${facts.level}${state}`;
  yield `  recorded   ${new Date(facts.startedAt / 1000).toISOString()}, ${durationText(micros)}, by tandem ${facts.version}, schemas ${facts.schemaHash}`;
  yield `  placement  ${Object.entries(facts.placement)
    .map(([name, vm]) => `${name} ${vm}`)
    .join(', ')}`;
  yield `  messages   ${messages}${rateText(messages, micros)}; dead letters ${deadLetters}, crashes ${traps}, steps missing ${missing}`;
  if (unknownKinds.length > 0) yield `  unknown    ${unknownKinds.join(', ')}`;
  if (packed.length > 0) yield `  packed     ${packed.join(', ')}`;
  yield '';
  yield* tableOf(
    ['party', 'vm', 'messages', 'rate', ...TIMES, 'sent', 'crashes', 'moves'],
    parties.map((party) => [party.name, party.vm ?? '', ...numbersOf(party, micros), party.sent, party.crashes, party.moves]),
    2,
  );
  yield '';
  yield* tableOf(
    ['kind', 'messages', 'rate', ...TIMES, 'bytes'],
    kinds.map((kind) => [kind.name, ...numbersOf(kind, micros), kind.bytes]),
    1,
  );
}

const TIMES = ['wait p50', 'p99', 'max', 'handle p50', 'p99', 'max'];

const numbersOf = ({ messages, wait, handle }: KindStatistics, micros: number): (string | number)[] => [
  messages,
  rateText(messages, micros).slice(2),
  ...timesOf(wait),
  ...timesOf(handle),
];

const timesOf = (summary: DurationSummary | null): string[] =>
  summary ? [summary.p50, summary.p99, summary.max].map(durationText) : ['', '', ''];

const rateText = (count: number, micros: number): string => (micros > 0 ? `, ${((count * 1e6) / micros).toFixed(1)}/s` : '');

const sizeText = (bytes: number): string =>
  bytes < 1e4 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** @param left columns of texts; the others are numbers, and stand at the right */
function* tableOf(titles: readonly string[], rows: readonly (readonly (string | number)[])[], left: number): Generator<string> {
  const all = [titles, ...rows.map((row) => row.map(String))];
  const widths = titles.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  for (const row of all)
    yield row
      .map((cell, column) => (column < left ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd();
}
