/** A message of a recording, copied as a test: a small recording, and a vitest file that plays it. */
import { basename, relative, sep } from 'node:path';
import type { Excerpt } from '../../host-shim/replay/excerpt.js';
import { MemoryFile } from '../../trace/memory-file.js';
import { Recorder } from '../../trace/recorder.js';

export interface TestPlace {
  /** Where the test is to be. */
  readonly folder: string;
  /** The application's module. */
  readonly app: string;
  /** Number of the message. */
  readonly at: number;
  /** The recording that it comes from. */
  readonly file: string;
}

export interface CopiedTest {
  /** Name of both files, without its extension. */
  readonly name: string;
  /** The vitest file. */
  readonly text: string;
  /** The recording that it plays. */
  readonly recording: Uint8Array;
}

export async function copiedTest(made: Excerpt, place: TestPlace): Promise<CopiedTest> {
  const name = `${made.actor}-${place.at}`;
  const file = new MemoryFile();
  const recorder = new Recorder(file, made.facts);
  recorder.steps(made.steps);
  await recorder.close();
  return { name, text: textOf(made, place, name), recording: file.bytes };
}

/** With the recording in it, so that it can go over the clipboard. The application is named by its whole path. */
export async function pastedTest(made: Excerpt, place: Omit<TestPlace, 'folder'>): Promise<string> {
  const { recording } = await copiedTest(made, { ...place, folder: '/' });
  const bytes =
    Buffer.from(recording)
      .toString('base64')
      .match(/.{1,120}/g) ?? [];
  const source = `new MemoryFile(new Uint8Array(Buffer.from(RECORDING, 'base64')))`;
  return testText(made, place, place.app, `const RECORDING = \`\n${bytes.join('\n')}\`;\n\n`, source);
}

function textOf(made: Excerpt, place: TestPlace, name: string): string {
  const module = relative(place.folder, place.app).split(sep).join('/');
  const source = `new MemoryFile(await load(new URL('${name}.mcap', import.meta.url)))`;
  return testText(made, place, module.startsWith('.') ? module : `./${module}`, '', source);
}

/** What the test imports; the application last. */
const IMPORTS: readonly (readonly [names: string, from?: string])[] = [
  ['{ readFile }', 'node:fs/promises'],
  ['{ Cast, replay }', 'tandem/replay'],
  ['{ MemoryFile, openRecording }', 'tandem/trace'],
  ['{ expect, test }', 'vitest'],
  ['{ application }'],
];

/** @param source what opens the recording */
function testText(
  { actor, side, kind, from }: Excerpt,
  { at, file }: Omit<TestPlace, 'folder'>,
  module: string,
  kept: string,
  source: string,
): string {
  return `/** Message ${at} of ${basename(file)}: ${actor} handles ${kind} from ${from}. Written by \`tandem test\`. */
${IMPORTS.map(([names, from = module]) => ['import', names, 'from', `'${from}';`].join(' ')).join('\n')}

${kept}const load = async (url: URL) => new Uint8Array(await readFile(url));

test('${actor} in ${side} handles ${kind} from ${from} as its twin in JavaScript does', async () => {
  const recording = await openRecording(${source});
  const { firstDifference, unreplayed } = await replay(recording, new Cast(application, load), { placement: '${actor}=${side}', actor: '${actor}' });
  expect(firstDifference).toBeNull();
  expect(unreplayed.reasons).toEqual([]);
});
`;
}
