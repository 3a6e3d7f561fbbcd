/** An engine's process: started with a free port to speak to, ended with all its children, and with this program, however that ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause } from './device.js';

/** How long an engine may take until it answers. */
const START_MS_MAX = 90_000;
const LOOK_MS = 50;
/** What it says last, for the report of one that does not start. */
const SAID_LENGTH = 500;

/** Waits until its standard input is closed, by this program or by this program's end, and then ends an engine's group and removes its folder. */
const GUARD = 'trap "" HUP INT TERM; read -r end; kill -s KILL -- "-$1" 2>/dev/null; sleep 0.1; rm -rf -- "$2"';
const PARENT_LOOK_MS = 500;

/** npm that is killed does not tell this program. */
export function endWithNpm(environment: NodeJS.ProcessEnv = process.env): void {
  const parent = process.ppid;
  if (environment.npm_lifecycle_event === undefined) return;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, PARENT_LOOK_MS).unref();
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class EngineProcess {
  /** A folder of its own, empty at first. */
  readonly folder = mkdtempSync(join(tmpdir(), 'tandem-device-'));
  private readonly child: ChildProcess;
  private readonly guard: ChildProcess;
  private said = '';

  /** @param words of its command line, which may need its folder */
  constructor(program: string, words: (folder: string) => readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const { folder } = this;
    const env = { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder, ...environment };
    // Each in a group of its own: what the engine starts ends with it, and no signal to this program's group ends the guard first.
    this.child = spawn(program, words(folder), { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const group = String(this.child.pid ?? 'none');
    this.guard = spawn('/bin/sh', ['-c', GUARD, 'guard', group, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.child.on('error', (error) => this.hear(error.message));
    this.child.stdout?.on('data', (data) => this.hear(String(data)));
    this.child.stderr?.on('data', (data) => this.hear(String(data)));
  }

  private hear(text: string): void {
    this.said = (this.said + text).slice(-SAID_LENGTH);
  }

  /** Asks again until it answers. @throws Error with what the engine has said last */
  async answer<T>(ask: () => Promise<T>): Promise<T> {
    const until = Date.now() + START_MS_MAX;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!this.isRunning || Date.now() > until)
          throw new Error(`the engine does not answer (exit code ${this.child.exitCode}): ${this.said}`, { cause: error });
        await pause(LOOK_MS);
      }
    }
  }

  /** Ends it with all that it has started, and removes what it had written. */
  async end(): Promise<void> {
    const ended = [this.child, this.guard].filter(isRunning).map((each) => new Promise((resolve) => each.once('exit', resolve)));
    this.guard.stdin?.end();
    await Promise.all(ended);
  }

  private get isRunning(): boolean {
    return isRunning(this.child);
  }
}

const isRunning = ({ exitCode, signalCode, pid }: ChildProcess): boolean => exitCode === null && signalCode === null && pid !== undefined;
