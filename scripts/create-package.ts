/**
 * Packs the package create-tandem, which makes `npm create tandem my-app` work: one file, and a dependency on tandem of the same version.
 *
 *   npm run pack-create [folder]
 *
 * Publish it after tandem, as it needs that version.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isMain } from './is-main.js';

const ROOT = resolve(import.meta.dirname, '..');
const BIN = 'create-tandem.mjs';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly engines: object;
}

/** @param folder where the tarball goes @returns its path @throws Error with what npm says */
export function packCreate(folder: string): string {
  const { name, version, license, engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
  const staged = join(ROOT, 'dist/create-tandem');
  mkdirSync(staged, { recursive: true });
  const description = `A new application with ${name}: npm create ${name} my-app`;
  const bin = { [`create-${name}`]: BIN };
  const manifest = {
    name: `create-${name}`,
    version,
    description,
    license,
    type: 'module',
    engines,
    files: [BIN],
    bin,
    dependencies: { [name]: version },
  };
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(
    join(staged, 'README.md'),
    `# create-${name}\n\n\`npm create ${name} my-app\` writes a new application. The command is \`npx ${name} create\`.\n`,
  );
  copyFileSync(join(ROOT, 'cli', BIN), join(staged, BIN));
  copyFileSync(join(ROOT, 'LICENSE'), join(staged, 'LICENSE'));
  const words = ['pack', '--ignore-scripts', '--json', '--pack-destination', resolve(folder)];
  const { status, stdout, stderr } = spawnSync('npm', words, { cwd: staged, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(resolve(folder), filename);
}

if (isMain(import.meta.url)) console.log(packCreate(process.argv[2] ?? '.'));
