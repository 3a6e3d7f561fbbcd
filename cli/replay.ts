/** `tandem replay`: runs a recording again, or a folder of them. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadCast } from '../debugger/player/application.js';
import { jsonText } from '../debugger/player/json-text.js';
import { withRecording } from '../debugger/player/recording-file.js';
import type { Cast } from '../host-shim/replay/cast.js';
import type { Difference } from '../host-shim/replay/difference.js';
import { type ReplayOptions, type ReplayReport, replay } from '../host-shim/replay/replay.js';
import { shortText } from '../trace/text.js';
import { APP_HELP, APP_OPTION } from './application.js';
import { type Command, EXIT, type ExitCode, type Invocation, UsageError } from './command.js';
import { judgeFor, versionsOf } from './judged.js';
import { isPlayed, noteBeyond, noteUnplayed, nothingDiffers, playedText } from './played.js';
import { ReadableSteps } from './recording.js';
import { stateLines } from './state-text.js';
import { textOption, wholeNumber } from './values.js';

const HELP = `tandem replay FILE|FOLDER [--placement P] [--until N] [--actor NAME] [--app MODULE] [--json]

Runs every actor of a recording again, on the messages that it had handled, and says whether everything comes out as it was recorded; if not, the
message at which it first differs, what differs, and both values. A folder is a regression suite: one line for each recording in it.

  --placement P       js, wasm, mixed, or pairs as focus=wasm,scene=js; as recorded when not given
  --until N           stop after message N, and print the state of each actor: shortened, a line for each field; whole with --json
  --actor NAME        compare this actor alone
${APP_HELP}

Exit code 1: something differs, no message was played, or steps are missing in the recording; 3: the file cannot be read from somewhere on, up to where it is played. Example: npx tandem replay run.mcap --placement js`;

export const replayCommand: Command = {
  name: 'replay',
  summary: 'run a recording again, in any placement, and compare every output',
  help: HELP,
  options: { ...APP_OPTION, placement: { type: 'string' }, until: { type: 'string' }, actor: { type: 'string' } },
  async run(invocation) {
    const { values, positionals } = invocation;
    const [path] = positionals;
    if (path === undefined || positionals.length > 1) throw new UsageError('tandem replay takes one file or folder');
    const options: ReplayOptions = {
      placement: textOption(values.placement),
      until: wholeNumber('until', values.until),
      actor: textOption(values.actor),
    };
    const cast = await loadCast(textOption(values.app));
    const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
    return isFolder ? replayFolder(path, cast, options, invocation) : replayFile(path, cast, options, invocation);
  },
};

async function replayFile(path: string, cast: Cast, options: ReplayOptions, { json, output }: Invocation): Promise<ExitCode> {
  return withRecording(path, async (recording) => {
    judgeFor(recording, cast, output);
    const readable = new ReadableSteps(recording);
    const report = await replay(readable, cast, options);
    if (recording.truncated) output.note(`${path} ends before its end: it is played up to its last whole chunk`);
    const damage = readable.damage?.message ?? null;
    if (damage !== null) output.note(`${path}: ${damage}; it is played up to there`);
    noteUnplayed(report.unreplayed, output);
    if (report.identical) noteBeyond(options.until, report.reached, output);
    if (json) output.line(jsonText({ file: path, version: recording.facts.version, damage, ...report }));
    else for (const line of linesOf(report, versionsOf(recording), damage)) output.line(line);
    if (damage !== null) return EXIT.failed;
    return report.identical && isPlayed(report) ? EXIT.fine : EXIT.found;
  });
}

function linesOf(report: ReplayReport, versions: string, damage: string | null): string[] {
  const { firstDifference, placement, states } = report;
  const shown = stateLines(states ?? {});
  const upTo = damage === null ? '' : ' up to where the file is damaged';
  if (!firstDifference) return [`${nothingDiffers(report, upTo)} (${placement})`, ...shown];
  return [...differenceLines(firstDifference), `played as ${placement}; ${versions}`, ...shown];
}

function differenceLines({ number, actor, kind, what, path, recorded, replayed }: Difference): string[] {
  const told = { output: 'says something else', extra: 'says more', missing: 'says less', state: 'has another state', trap: 'ends' }[what];
  const text = (value: unknown) => (value === undefined ? 'nothing' : shortText(value));
  return [
    `message ${number}: ${actor}, handling ${kind}, ${told}: ${path}`,
    `  recorded: ${text(recorded)}`,
    `  replayed: ${text(replayed)}`,
  ];
}

/** One line for each recording. What cannot be played counts as different. */
async function replayFolder(folder: string, cast: Cast, options: ReplayOptions, { json, output }: Invocation): Promise<ExitCode> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.mcap')).sort();
  if (names.length === 0) throw new UsageError(`there are no recordings (*.mcap) in ${folder}`);
  let bad = 0;
  for (const name of names) {
    const { file, ...result } = await tried(join(folder, name), cast, options, output);
    if (!result.identical) bad++;
    if (json) output.line(jsonText({ file, ...result }));
    else output.line(`${result.identical ? 'same   ' : 'differs'} ${file}: ${result.said}`);
  }
  if (!json) output.line(`${names.length} recordings, ${bad} differ`);
  return bad === 0 ? EXIT.fine : EXIT.found;
}

async function tried(file: string, cast: Cast, options: ReplayOptions, output: Invocation['output']) {
  try {
    return await withRecording(file, async (recording) => {
      judgeFor(recording, cast, output);
      const readable = new ReadableSteps(recording);
      const report = await replay(readable, cast, options);
      const { messages, identical, firstDifference, unreplayed, missing } = report;
      const damage = readable.damage?.message ?? null;
      const said = firstDifference
        ? differenceLines(firstDifference)
            .map((line) => line.trim())
            .join(', ')
        : `${playedText(report)}${damage === null ? '' : `, then a ${damage}`}`;
      const isSame = identical && damage === null && isPlayed(report);
      return { file, messages, identical: isSame, firstDifference, unreplayed, missing, damage, said };
    });
  } catch (error) {
    return { file, messages: 0, identical: false, firstDifference: null, said: error instanceof Error ? error.message : String(error) };
  }
}
