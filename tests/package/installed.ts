/** The package as its users have it: packed, and installed into a folder that has nothing else. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { madeOnce } from '../made-once.js';
import { ROOT } from '../tree/tree.js';

/** npm asks the registry only for what its cache does not have. */
const ENVIRONMENT = { ...process.env, npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };

/** @returns standard output @throws Error with all output when it fails */
export function run(folder: string, program: string, ...words: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, { cwd: folder, encoding: 'utf8', env: ENVIRONMENT });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} failed\n${stdout}${stderr}`, { cause: error });
  return stripVTControlCharacters(stdout);
}

/** @param program of this repository's packages */
export const ownProgram = (program: string): string => join(ROOT, 'node_modules/.bin', program);

export interface Packed {
  readonly tarball: string;
  /** Paths in it. */
  readonly files: readonly string[];
}

/** Packs what was built before. */
export function pack(folder: string): Packed {
  const words = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [{ filename, files }] = JSON.parse(run(ROOT, 'npm', ...words)) as [{ filename: string; files: { path: string }[] }];
  return { tarball: join(folder, filename), files: files.map(({ path }) => path) };
}

const RECORD = 'packed.json';

/** What `pack` gives, of one run for all tests. */
export async function packedOnce(): Promise<Packed> {
  const folder = await madeOnce('package', (empty) => writeFileSync(join(empty, RECORD), JSON.stringify(pack(empty))));
  return JSON.parse(readFileSync(join(folder, RECORD), 'utf8')) as Packed;
}

export const emptyFolder = (): string => mkdtempSync(join(tmpdir(), 'tandem-package-'));

export function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** What a package needs beside it, and what that needs, as npm lays them out. */
function linkDependencies(folder: string, modules: string): void {
  for (const name of dependenciesOf(folder)) {
    const [source, target] = [join(ROOT, 'node_modules', name), join(modules, name)];
    if (existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(source, target);
    linkDependencies(source, modules);
  }
}

/** The packages that a package needs at run time. */
export function dependenciesOf(folder: string): string[] {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { dependencies?: object };
  return Object.keys(dependencies);
}

/** Unpacks without npm, with the packages of this repository beside it: quicker than an installation, and the same files. */
export function unpack(folder: string, tarball: string): void {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'tandem'), { recursive: true });
  run(folder, 'tar', '--extract', '--gzip', '--file', tarball, '--directory', join(modules, 'tandem'), '--strip-components', '1');
  linkDependencies(join(modules, 'tandem'), modules);
  put(folder, { 'package.json': '{ "name": "application", "private": true, "type": "module" }' });
}
