/**
 * Builds the codecs of all schemas of this repository, in the `generated/` beside each folder's messages/ and ports/.
 *
 *   npx tsx scripts/build-codecs.ts
 *
 * Inputs and outputs are recorded with a hash of each file. When all are unchanged, nothing is loaded.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isMain } from './is-main.js';

const ROOT = resolve(import.meta.dirname, '..');
const RUNTIME = 'protocol';
/** Folders without sources. */
const BUILT = ['dist', 'node_modules', 'artifacts'];
const NOTE = 'dist/codecs.inputs.json';

/** Files outside the schemas' folders that shape the generated code. */
const TOOLS = ['scripts/build-codecs.ts', 'scripts/codegen.ts', 'tools/own-package.ts', 'tools/codecs.ts'];

/** Hash of each file, by its path from the root. */
type Hashes = Record<string, string>;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Folders with schemas, from the root. The runtime's own comes first, because the others build on it. */
function schemaFolders(root: string): string[] {
  const namesIn = (folder: string) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)).sort() : []);
  const found = [
    ...namesIn('.').flatMap((name) => (BUILT.includes(name) ? [] : [`${name}/protocol`])),
    ...['examples', 'tests'].flatMap((folder) => namesIn(folder).map((name) => `${folder}/${name}/protocol`)),
    ...namesIn('tests/protocol').map((name) => `tests/protocol/${name}`),
  ];
  return [RUNTIME, ...found.filter((folder) => ['messages', 'ports'].some((kind) => existsSync(join(root, folder, kind))))];
}

/** @returns hashes of the inputs, and of the outputs as they are now */
function hashesOf(root: string, folders: readonly string[]): { inputs: Hashes; outputs: Hashes } {
  const hashes = { inputs: {} as Hashes, outputs: {} as Hashes };
  const code = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  );
  for (const path of [...TOOLS, ...code].sort()) {
    if (!existsSync(join(root, path))) continue;
    hashes[path.includes('/generated/') ? 'outputs' : 'inputs'][path] = hash(readFileSync(join(root, path), 'utf8'));
  }
  return hashes;
}

const noteOf = (inputs: Hashes, outputs: Hashes): string => JSON.stringify([inputs, outputs], null, 1);

/**
 * Writes the files that have changed.
 * @param root of the repository
 * @returns the files that were written or removed, from the root
 * @throws Error that lists all problems; then nothing was written
 */
export async function buildCodecs(root: string = ROOT): Promise<string[]> {
  const folders = schemaFolders(root);
  const { inputs, outputs } = hashesOf(root, folders);
  const note = join(root, NOTE);
  if (existsSync(note) && readFileSync(note, 'utf8') === noteOf(inputs, outputs)) return [];
  const all = await generateAll(root, folders);
  const { settle } = await import('../tools/codecs.js');
  const changed = [...all].flatMap(([folder, texts]) => settle(join(root, folder), texts, true).map((path) => `${folder}/${path}`));
  const texts = [...all].flatMap(([folder, files]) => [...files].map(([path, text]) => [`${folder}/${path}`, hash(text)]));
  mkdirSync(dirname(note), { recursive: true });
  writeFileSync(note, noteOf(inputs, Object.fromEntries(texts.sort(([left], [right]) => (left < right ? -1 : 1)))));
  return changed;
}

/** @returns the generated texts of each folder, by their path in it */
async function generateAll(root: string, folders: readonly string[]): Promise<Map<string, ReadonlyMap<string, string>>> {
  const { generateGuarded } = await import('./codegen.js');
  const all = new Map<string, ReadonlyMap<string, string>>();
  for (const folder of folders) {
    const { problems, texts } = await generateGuarded(join(root, folder), join(root, RUNTIME), `${folder}/`);
    if (problems.length) {
      const lines = problems.map((problem) => `codegen: ${folder}/${problem}`);
      throw new Error([...lines, 'codegen: nothing was written'].join('\n'));
    }
    all.set(folder, texts);
  }
  return all;
}

if (isMain(import.meta.url)) {
  try {
    for (const path of await buildCodecs()) console.log(path);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
