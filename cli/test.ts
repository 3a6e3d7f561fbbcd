/** `tandem test`: what happens at a message, as a vitest file with a small recording. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { type Excerpt, excerpt } from '../host-shim/replay/excerpt.js';
import { MemoryFile } from '../trace/memory-file.js';
import { Recorder } from '../trace/recorder.js';
import { APP_HELP, APP_OPTION, loadCast, pathOf } from './application.js';
import { type Command, EXIT, UsageError } from './command.js';
import { jsonText } from './json-text.js';
import { judgeFor } from './judged.js';
import { withRecording } from './recording.js';
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

interface Place {
  readonly folder: string;
  /** The application's module. */
  readonly app: string;
  readonly at: number;
  readonly file: string;
}

/** @returns path of the test */
async function write(made: Excerpt, place: Place): Promise<string> {
  const name = `${made.actor}-${place.at}`;
  await mkdir(place.folder, { recursive: true });
  const file = new MemoryFile();
  const recorder = new Recorder(file, made.facts);
  recorder.steps(made.steps);
  await recorder.close();
  await writeFile(join(place.folder, `${name}.mcap`), file.bytes);
  const test = join(place.folder, `${name}.test.ts`);
  await writeFile(test, textOf(made, place, name));
  return test;
}

function textOf({ actor, side, kind, from }: Excerpt, { folder, app, at, file }: Place, name: string): string {
  const module = relative(folder, app).split(sep).join('/');
  return `/** Message ${at} of ${basename(file)}: ${actor} handles ${kind} from ${from}. Written by \`tandem test\`. */
import { readFile } from 'node:fs/promises';
import { Cast, replay } from 'tandem/replay';
import { MemoryFile, openRecording } from 'tandem/trace';
import { expect, test } from 'vitest';
import { application } from '${module.startsWith('.') ? module : `./${module}`}';

const load = async (url: URL) => new Uint8Array(await readFile(url));

test('${actor} in ${side} handles ${kind} from ${from} as its twin in JavaScript does', async () => {
  const recording = await openRecording(new MemoryFile(await load(new URL('${name}.mcap', import.meta.url))));
  const { firstDifference, unreplayed } = await replay(recording, new Cast(application, load), { placement: '${actor}=${side}', actor: '${actor}' });
  expect(firstDifference).toBeNull();
  expect(unreplayed.reasons).toEqual([]);
});
`;
}
