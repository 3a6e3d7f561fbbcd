/** `tandem test`: what happens at a message, as a vitest file with a small recording. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadCast, pathOf } from '../debugger/player/application.js';
import { copiedTest, type TestPlace } from '../debugger/player/copied-test.js';
import { jsonText } from '../debugger/player/json-text.js';
import { withRecording } from '../debugger/player/recording-file.js';
import { type Excerpt, excerpt } from '../host-shim/replay/excerpt.js';
import { APP_HELP, APP_OPTION } from './application.js';
import { type Command, EXIT, UsageError } from './command.js';
import { judgeFor } from './judged.js';
import { textOption, wholeNumber } from './values.js';

const HELP = `tandem test FILE --at N --out FOLDER [--placement P] [--app MODULE] [--json]

Writes a vitest file and a small recording: the actor of message N, the state from which it begins, and the fewest of its messages that show how its twins
differ. It expects what the twin in JavaScript gives: it fails while the tried twin differs, and passes once they agree.

  --at N              number of the message, for example from tandem bisect
  --out FOLDER        where to write; it is made if need be
  --placement P       which twin is tried, as focus=wasm; as recorded when not given
${APP_HELP}

Example: npx tandem test run.mcap --at 412 --placement wasm --out tests/copied`;

export const testCommand: Command = {
  name: 'test',
  summary: 'copy what happens at a message as a test',
  help: HELP,
  options: { ...APP_OPTION, at: { type: 'string' }, out: { type: 'string' }, placement: { type: 'string' } },
  async run({ values, positionals, json, output }) {
    const [file] = positionals;
    const at = wholeNumber('at', values.at);
    const out = textOption(values.out);
    if (file === undefined || positionals.length > 1 || at === undefined || out === undefined)
      throw new UsageError('tandem test takes a file, --at N and --out FOLDER');
    const app = pathOf(textOption(values.app));
    const cast = await loadCast(app);
    return withRecording(file, async (recording) => {
      judgeFor(recording, cast, output);
      const made = await excerpt(recording, cast, { at, placement: textOption(values.placement) });
      const path = await write(made, { folder: resolve(out), app, at, file });
      const messages = made.steps.filter(({ type }) => type === 'handled').length;
      if (json) output.line(jsonText({ test: path, actor: made.actor, kind: made.kind, messages, differs: made.differs }));
      else output.line(`${path}: ${messages} message${messages > 1 ? 's' : ''} of ${made.actor}; ${differsText(made)}`);
      return EXIT.fine;
    });
  },
};

const differsText = ({ differs, side }: Excerpt): string =>
  differs ? `it fails while the twin in ${side} differs` : `the twin in ${side} gives the same: it passes`;

/** @returns path of the test */
async function write(made: Excerpt, place: TestPlace): Promise<string> {
  const { name, text, recording } = await copiedTest(made, place);
  await mkdir(place.folder, { recursive: true });
  await writeFile(join(place.folder, `${name}.mcap`), recording);
  const test = join(place.folder, `${name}.test.ts`);
  await writeFile(test, text);
  return test;
}
