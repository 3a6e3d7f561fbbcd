/** Compiles AssemblyScript in a process beside this one, one module after another. */
import { type ChildProcess, fork } from 'node:child_process';

export interface Compiled {
  /** The compiler's report; null when it compiled. */
  readonly problem: string | null;
  /** By name, as the words said. */
  readonly outputs: ReadonlyMap<string, string | Uint8Array>;
  /** Text of every file that it looked for, by its path from the root; null where there was none. */
  readonly inputs: ReadonlyMap<string, string | null>;
}

export class GuestCompiler {
  private process: ChildProcess | null = null;

  /**
   * @param root folder that paths are relative to
   * @param library the runtime's package: its name, which actors import it by, and its folder
   */
  constructor(
    private readonly root: string,
    private readonly library: { readonly name: string; readonly folder: string },
  ) {}

  /**
   * One at a time. @param words of the compiler's command line
   * @throws Error when its process ends
   */
  compile(words: readonly string[]): Promise<Compiled> {
    const child = this.start();
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`the AssemblyScript compiler has ended with exit code ${code}`));
      child.once('exit', ended);
      child.once('message', (compiled) => {
        child.off('exit', ended);
        resolve(compiled as Compiled);
      });
      child.send({ words, root: this.root, library: this.library });
    });
  }

  end(): void {
    this.process?.disconnect();
  }

  /** Not before there is something to compile: it takes a second. */
  private start(): ChildProcess {
    this.process ??= fork(new URL('./asc-process.mjs', import.meta.url), { cwd: this.root, execArgv: [], serialization: 'advanced' });
    return this.process;
  }
}
