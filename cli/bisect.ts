/** `tandem bisect`: the first message at which two implementations, builds or recordings differ. */
import { existsSync } from 'node:fs';
import { loadCast } from '../debugger/player/application.js';
import { jsonText } from '../debugger/player/json-text.js';
import { withRecording } from '../debugger/player/recording-file.js';
import { type BisectedSide, type BisectReport, bisect, type FirstDifference } from '../host-shim/replay/bisect.js';
import type { Cast } from '../host-shim/replay/cast.js';
import { compareRecordings, type RecordingsReport } from '../host-shim/replay/two-recordings.js';
import type { Recording } from '../trace/recording.js';
import { shortText } from '../trace/text.js';
import { APP_HELP, APP_OPTION } from './application.js';
import { type Command, EXIT, type ExitCode, type Invocation, UsageError } from './command.js';
import { judgeFor, versionsOf } from './judged.js';
import { isPlayed, noteUnplayed, nothingDiffers } from './played.js';
import { ReadableSteps } from './recording.js';
import { stateLines } from './state-text.js';
import { textOption, wholeNumber } from './values.js';

const HELP = `tandem bisect FILE --against OTHER [--until N] [--app MODULE] [--json]

Names the first message at which what was recorded and OTHER differ, in output or state: the state before, what both emit, and the line of the handler
where it is known.

  --against OTHER     a placement (js, wasm, focus=js), another recording (a .mcap file), or the application's module in another build (a .js file)
  --until N           look no further than message N
${APP_HELP}

Exit code 1: there is a difference, no message was played, or steps are missing in the recording. Example: npx tandem bisect run.mcap --against js`;

export const bisectCommand: Command = {
  name: 'bisect',
  summary: 'find the first message at which two placements, builds or recordings differ',
  help: HELP,
  options: { ...APP_OPTION, against: { type: 'string' }, until: { type: 'string' } },
  async run(invocation) {
    const { values, positionals } = invocation;
    const [path] = positionals;
    const against = textOption(values.against);
    if (path === undefined || positionals.length > 1) throw new UsageError('tandem bisect takes one file');
    if (against === undefined) throw new UsageError('--against names a placement, another recording, or the module of another build');
    if (/\.(mcap|m?[jt]s)$/.test(against) && !existsSync(against)) throw new UsageError(`there is no ${against}`);
    if (against.endsWith('.mcap'))
      return withRecording(path, (one) => withRecording(against, (other) => twoRecordings([path, one], [against, other], invocation)));
    const cast = await loadCast(textOption(values.app));
    return withRecording(path, (recording) => implementations(recording, cast, against, invocation));
  },
};

async function implementations(recording: Recording, cast: Cast, against: string, { values, json, output }: Invocation): Promise<ExitCode> {
  judgeFor(recording, cast, output);
  const other = /\.m?[jt]s$/.test(against) ? await loadCast(against) : undefined;
  const readable = new ReadableSteps(recording);
  const report = await bisect(readable, cast, { against, other, until: wholeNumber('until', values.until) });
  const damage = readable.damage?.message ?? null;
  if (damage !== null) output.note(`${damage}; it is played up to there`);
  noteUnplayed(report.unreplayed, output);
  if (json) output.line(jsonText({ version: recording.facts.version, damage, ...report }));
  else for (const line of linesOf(report, versionsOf(recording))) output.line(line);
  if (report.firstDifference) return EXIT.found;
  if (damage !== null) return EXIT.failed;
  return isPlayed(report) ? EXIT.fine : EXIT.found;
}

function linesOf(report: BisectReport, versions: string): readonly string[] {
  const { against, firstDifference } = report;
  if (!firstDifference) return [nothingDiffers(report, ` from ${against}`)];
  const { number, actor, kind, from, body, path, first, second, before, sides } = firstDifference;
  return [
    `message ${number}: ${actor} handles ${kind} from ${from} ${shortText(body)}`,
    `  differs at ${path}: ${valueText(first)} (${sides[0].name}), ${valueText(second)} (${sides[1].name})`,
    ...stateLines({ '  state before': before }),
    ...sides.flatMap(sideLines),
    `  against ${against}; ${versions}`,
  ];
}

const valueText = (value: FirstDifference['first']): string => (value === undefined ? 'nothing' : shortText(value));

function sideLines({ name, output, trap, source }: BisectedSide): string[] {
  const emitted = output.map(({ kind, target, body }) => `    ${kind} to ${target} ${shortText(body)}`);
  const ends = trap ? [`    ends: ${trap}`] : [];
  return [`  ${name}${source && `, ${source}`}:`, ...(emitted.length + ends.length > 0 ? [...emitted, ...ends] : ['    emits nothing'])];
}

type Named = readonly [path: string, recording: Recording];

async function twoRecordings(first: Named, second: Named, { json, output }: Invocation): Promise<ExitCode> {
  const without = [first, second].filter(([, { facts }]) => facts.level === 'inputs').map(([path]) => path);
  const report = await compareRecordings(first[1], second[1]);
  // Two that have none are the same by their digests, which is no lack.
  if (without.length === 1 || (without.length > 0 && report.firstDifference))
    output.note(
      `${without.join(' and ')} ${without.length > 1 ? 'have' : 'has'} no frames: what actors sent is compared by digests, and a difference shows no fields. --trace frames records them`,
    );
  if (json) output.line(jsonText(report));
  else for (const line of recordingLines(report)) output.line(line);
  return report.firstDifference ? EXIT.found : EXIT.fine;
}

function recordingLines({ messages, firstDifference }: RecordingsReport): readonly string[] {
  if (!firstDifference) return [`${messages} messages, nothing differs`];
  const { number, actor, kind, path, first, second } = firstDifference;
  return [`message ${number}: ${actor}, ${kind}: ${path}`, `  first:  ${valueText(first)}`, `  second: ${valueText(second)}`];
}
