/** The package as it is published: what is in it, what an installation brings along, and that every way in works in an empty folder. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packCreate } from '../../scripts/create-package.js';
import { ROOT } from '../tree/tree.js';
import { testsOfCreated } from './created.js';
import { emptyFolder, ownProgram, type Packed, packedOnce, put, run, unpack } from './installed.js';

const { exports: ways, bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly bin: { readonly tandem: string };
};
const entries = Object.entries(ways).flatMap(([entry, way]) => (typeof way === 'string' ? [] : [entry.replace('.', 'tandem')]));

const folder = emptyFolder();
const installed = join(folder, 'node_modules/tandem');
let packed: Packed;
beforeAll(async () => {
  packed = await packedOnce();
  unpack(folder, packed.tarball);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Ways in that need a package which an application may do without; and of these, those that need it for their types alone. */
const WITH_PEER = ['tandem/vite', 'tandem/react', 'tandem/solid'];
const FOR_TYPES = 'tandem/vite';
const typed = entries.filter((entry) => !WITH_PEER.includes(entry));
const alone = [...typed, FOR_TYPES];

/** A use of the package that needs its types to be right. */
const CONSUMER = `
import { startSystem } from 'tandem';
import { Actor, actor, type Handlers, type Message, message, type State, struct, u32 } from 'tandem/actor';
import { createSimHost } from 'tandem/testing';
import { tandemForEsbuild } from 'tandem/tools';
${typed.map((entry, index) => `import * as entry${index} from '${entry}';`).join('\n')}
export const all = [${typed.map((_, index) => `entry${index}`).join(', ')}, startSystem, createSimHost, tandemForEsbuild, Actor];
export const basket = actor({
  name: 'basket', address: 64, state: struct('BasketState', { cents: u32 }),
  receives: { add: message({ kind: 0x4001, fields: { cents: u32 } }) },
});
export const added: Message<typeof basket, 'add'> = { cents: 1 };
export const state: State<typeof basket> = { cents: 1 };
// @ts-expect-error there is no such field
export const wrong: Message<typeof basket, 'add'> = { pence: 1 };
export type BasketHandlers = Handlers<typeof basket>;
`;

test('it has what runs, its types, maps with the text of their sources, and nothing else', () => {
  expect(
    packed.files.filter((path) => /(^|\/)(tests?|bench|chaos|examples|artifacts)\/|\.test\.|\.tsbuildinfo$|\.inputs\.json$/.test(path)),
  ).toEqual([]);
  // Nobody imports what a page consists of.
  const scripts = packed.files.filter((path) => /^dist\/(?!debugger\/site\/).*\.js$/.test(path));
  expect(scripts.length).toBeGreaterThan(100);
  for (const path of scripts) {
    expect(packed.files).toContain(path.replace(/\.js$/, '.d.ts'));
    const { sourcesContent } = JSON.parse(readFileSync(join(installed, `${path}.map`), 'utf8')) as { sourcesContent?: unknown[] };
    expect(sourcesContent?.length, path).toBeGreaterThan(0);
  }
  const guests = packed.files.filter((path) => path.startsWith('dist/wasm-actors/'));
  expect(guests.map((path) => path.replace('dist/wasm-actors/', '')).sort()).toEqual(
    ['focus', 'history', 'metrics', 'network', 'scene'].flatMap((name) => [`${name}.wasm`, `${name}.wasm.map`]),
  );
});

test('every way in is imported by its name, and the command runs', () => {
  const text = `for (const entry of ${JSON.stringify(alone)}) console.log(entry, Object.keys(await import(entry)).length > 0);`;
  expect(run(folder, 'node', '--input-type=module', '--eval', text).trim().split('\n')).toEqual(alone.map((entry) => `${entry} true`));
  expect(run(folder, 'node', join(installed, bin.tandem), '--help')).toContain('tandem <command> [options]');
});

test('publint and the checker of types find nothing', () => {
  expect(run(folder, ownProgram('publint'), 'run', packed.tarball, '--strict')).toContain('All good!');
  // Quiet when nothing is wrong, and ends with an error when something is.
  expect(run(folder, ownProgram('attw'), packed.tarball, '--profile', 'esm-only', '--quiet')).toBe('');
});

test.each([
  ['nodenext', 'nodenext', false, 'typescript'],
  // Its declarations are the same. Not everybody has the newest compiler.
  ['preserve', 'bundler', true, 'typescript6'],
])('who uses it is compiled: module %s, resolution %s', (module, moduleResolution, skipLibCheck, compiler) => {
  const language = { module, moduleResolution, target: 'es2023', lib: ['es2024', 'dom'], strict: true, noEmit: true };
  const compilerOptions = { ...language, skipLibCheck, skipDefaultLibCheck: true };
  const types = { types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')] };
  put(folder, {
    'consumer.ts': CONSUMER,
    'tsconfig.json': JSON.stringify({ compilerOptions: { ...compilerOptions, ...types }, files: ['consumer.ts'] }),
  });
  expect(run(folder, 'node', join(ROOT, 'node_modules', compiler, 'bin/tsc'), '-p', '.')).toBe('');
});

describe('an application that was created', () => testsOfCreated(() => ({ folder, tarball: packed.tarball })));

test('npm create: its package is one file that runs the command', () => {
  const creator = join(folder, 'node_modules/create-tandem');
  mkdirSync(creator);
  run(folder, 'tar', '--extract', '--gzip', '--file', packCreate(folder), '--directory', creator, '--strip-components', '1');
  expect(readdirSync(creator).sort()).toEqual(['LICENSE', 'README.md', 'create-tandem.mjs', 'package.json']);
  const { bin: commands, dependencies, version } = JSON.parse(readFileSync(join(creator, 'package.json'), 'utf8'));
  expect([commands, dependencies]).toEqual([{ 'create-tandem': 'create-tandem.mjs' }, { tandem: version }]);
  expect(run(folder, 'node', join(creator, commands['create-tandem']), 'created')).toContain('wrote created/package.json');
  expect(JSON.parse(readFileSync(join(folder, 'created/package.json'), 'utf8')).dependencies).toEqual({ tandem: `^${version}` });
});
