/** A server that a script of an application starts, for as long as a test needs it. */
import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

export interface Served {
  readonly address: string;
  /** Where its debugger is; empty when it has none. */
  readonly debuggerAddress: string;
  end(): Promise<void>;
}

/** @throws Error with what it said when it ends before it serves */
export function serve(folder: string, script: string): Promise<Served> {
  // A port that is free: others test at the same time.
  const process = spawn('npm', ['run', script, '--', '--port', '0', '--strictPort', 'false'], { cwd: folder, detached: true });
  const ended = new Promise<void>((resolve) => process.once('exit', () => resolve()));
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (bytes: Buffer) => {
      said += bytes.toString();
      const plain = stripVTControlCharacters(said);
      const address = /Local:\s+(http:\S+)/.exec(plain)?.[1];
      // It is said first.
      const debuggerAddress = /debugger: (http:\S+)/.exec(plain)?.[1] ?? '';
      if (address) resolve({ address, debuggerAddress, end: () => end() });
    };
    const end = async () => {
      globalThis.process.kill(-(process.pid as number), 'SIGTERM');
      await ended;
    };
    process.stdout.on('data', hear);
    process.stderr.on('data', hear);
    void ended.then(() => reject(new Error(`npm run ${script} ended\n${said}`)));
  });
}
