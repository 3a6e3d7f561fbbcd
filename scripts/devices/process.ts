/** An engine's process: started with a free port to speak to, ended with all its children. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause } from './device.js';

/** How long an engine may take until it answers. */
const START_MS_MAX = 30_000;
const LOOK_MS = 50;
/** What it says last, for the report of one that does not start. */
const SAID_LENGTH = 500;

const running = new Set<EngineProcess>();

/** Also where this program is told to end: engines are in groups of their own, and would go on. */
export function endEnginesWithThis(): void {
  process.once('exit', () => {
    for (const engine of running) engine.kill();
    for (const engine of running) engine.forget();
  });
  for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }))
    process.once(signal, () => process.exit(128 + number));
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class EngineProcess {
  /** Of its own, and empty. */
  readonly folder = mkdtempSync(join(tmpdir(), 'tandem-device-'));
  private readonly child: ChildProcess;
  private said = '';

  /** @param words of its command line, which may need its folder */
  constructor(program: string, words: (folder: string) => readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const env = { ...process.env, HOME: this.folder, XDG_RUNTIME_DIR: this.folder, ...environment };
    // A group of its own, so that what it starts ends with it.
    this.child = spawn(program, words(this.folder), { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this);
    this.child.on('error', (error) => this.hear(error.message));
    this.child.stdout?.on('data', (data) => this.hear(String(data)));
    this.child.stderr?.on('data', (data) => this.hear(String(data)));
  }

  private hear(text: string): void {
    this.said = (this.said + text).slice(-SAID_LENGTH);
  }

  /** Asks again until it answers. @throws Error with what the engine has said last */
  async answer<T>(ask: () => Promise<T>): Promise<T> {
    for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
      try {
        return await ask();
      } catch (error) {
        if (this.child.exitCode !== null || waitedMs >= START_MS_MAX)
          throw new Error(`the engine does not answer (exit code ${this.child.exitCode}): ${this.said}`, { cause: error });
        await pause(LOOK_MS);
      }
    }
  }

  async end(): Promise<void> {
    const { child } = this;
    if (this.isRunning) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      this.kill();
      await ended;
    }
    running.delete(this);
    this.forget();
  }

  /** What it had written. */
  forget(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private get isRunning(): boolean {
    const { exitCode, signalCode, pid } = this.child;
    return exitCode === null && signalCode === null && pid !== undefined;
  }

  /** Ends it with all that it has started. */
  kill(): void {
    if (this.isRunning) process.kill(-this.child.pid!, 'SIGKILL');
  }
}
