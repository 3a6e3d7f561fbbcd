/** `tandem why`: which message gave a value, and what had caused it. */

import { loadCast } from '../debugger/player/application.js';
import { jsonText } from '../debugger/player/json-text.js';
import { withRecording } from '../debugger/player/recording-file.js';
import { type CauseLine, type WhyReport, why } from '../host-shim/replay/why.js';
import { shortText, timeText } from '../trace/text.js';
import { PathError } from '../trace/values.js';
import { APP_HELP, APP_OPTION } from './application.js';
import { type Command, EXIT, UsageError } from './command.js';
import { judgeFor } from './judged.js';
import { noteBeyond, noteUnplayed } from './played.js';
import { textOption, wholeNumber } from './values.js';

const HELP = `tandem why FILE [--at N] ACTOR.PATH [--placement P] [--app MODULE] [--json]

Names the message whose handling gave a part of an actor's state its value, and what caused that message, back to what came from outside.

  --at N              the value after message N; at the end of the recording when not given
  --placement P       as recorded when not given
${APP_HELP}

A value that leaves and comes back within some hundred messages of its actor counts as unchanged.
Example: npx tandem why run.mcap --at 412 'scene.nodes[412].x'`;

export const whyCommand: Command = {
  name: 'why',
  summary: 'name the message that gave a value, and its chain of causes',
  help: HELP,
  options: { ...APP_OPTION, at: { type: 'string' }, placement: { type: 'string' } },
  async run({ values, positionals, json, output }) {
    const [file, path] = positionals;
    if (path === undefined || positionals.length > 2) throw new UsageError("tandem why takes a file and a path as 'scene.nodes[412].x'");
    const at = wholeNumber('at', values.at);
    const cast = await loadCast(textOption(values.app));
    return withRecording(file, async (recording) => {
      judgeFor(recording, cast, output);
      const report = await why(recording, cast, { at, path, placement: textOption(values.placement) }).catch((error) => {
        throw error instanceof PathError ? new UsageError(error.message) : error;
      });
      noteUnplayed(report.unreplayed, output);
      noteBeyond(at, report.reached, output);
      if (json) output.line(jsonText(report));
      else for (const line of linesOf(report)) output.line(line);
      return EXIT.fine;
    });
  },
};

function linesOf({ actor, path, value, before, setBy, causes }: WhyReport): readonly string[] {
  const is = `${path === '' || path.startsWith('[') ? actor : `${actor}.`}${path} is ${shortText(value)}`;
  if (!setBy) return [`${is} since the beginning`];
  return [
    `${is}${before === undefined ? '' : `, it was ${shortText(before)}`}`,
    ...[setBy, ...causes].map(lineOf),
    endOf(causes.at(-1) ?? setBy),
  ];
}

/** Why the chain goes no further. */
const endOf = ({ source }: CauseLine): string =>
  `  nothing on record caused that: ${source} was told from outside, or had awaited something that is no reply`;

const lineOf = ({ number, kind, source, target, sentAt }: CauseLine): string =>
  `  ${number > 0 ? `${number}` : '-'} ${timeText(sentAt)} ${source} -> ${target} ${kind}`;
