/** Compiles AssemblyScript in another process, one module after another. */
import { type ChildProcess, fork } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import type { GuestLibrary } from './library.js';
import { COMPILER_PROCESS } from './own-package.js';

export interface Compiled {
  /** The compiler's report; null when it compiled. */
  readonly problem: string | null;
  /** Outputs by the names in the command line. */
  readonly outputs: ReadonlyMap<string, string | Uint8Array>;
  /** Text of every file that the compiler looked for, by path from the root; null where there was none. */
  readonly inputs: ReadonlyMap<string, string | null>;
}

/** As many modules are compiled sooner when the engine does not optimise the compiler. */
const FEW = 2;

export class GuestCompiler {
  private process: ChildProcess | null = null;

  /** @param root folder that paths are relative to */
  constructor(
    private readonly root: string,
    private readonly library: GuestLibrary,
  ) {}

  /**
   * Compiles one module at a time. @param words of the compiler's command line
   * @param expected number of modules that it will probably compile, this one included; it counts when the process starts
   * @throws Error when the compiler's process ends
   */
  compile(words: readonly string[], expected: number): Promise<Compiled> {
    const child = this.start(expected);
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`the AssemblyScript compiler has ended with exit code ${code}`));
      child.once('exit', ended);
      child.once('message', (compiled) => {
        child.off('exit', ended);
        const { problem, ...rest } = compiled as Compiled;
        // Under CI, as elsewhere, it may be told to write in colours.
        resolve({ ...rest, problem: problem && stripVTControlCharacters(problem) });
      });
      child.send({ words, root: this.root, library: this.library });
    });
  }

  end(): void {
    if (this.process?.connected) this.process.disconnect();
  }

  /** Starts the process, only when there is something to compile, because that takes a second. One that has ended is followed by another. */
  private start(expected: number): ChildProcess {
    if (this.process?.connected) return this.process;
    const child = fork(COMPILER_PROCESS[0], expected <= FEW ? ['few'] : [], { cwd: this.root, execArgv: [], serialization: 'advanced' });
    // It would compile its module to the end before it notices.
    const end = () => child.kill();
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    this.process = child;
    return child;
  }
}
