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

interface Request {
  /** The compiler's command line. */
  readonly words: readonly string[];
  readonly root: string;
  readonly library: GuestLibrary;
}

/** As many modules are compiled sooner when the engine does not optimise the compiler. */
const FEW = 2;

/** The other process. It runs from the first request of one of its users until the last of them has left. */
class CompilerProcess {
  private readonly users = new Set<GuestCompiler>();
  private child: ChildProcess | null = null;
  /** What was asked of it last. */
  private last: Promise<unknown> = Promise.resolve();

  compile(user: GuestCompiler, request: Request, expected: number): Promise<Compiled> {
    this.users.add(user);
    const compiled = this.last.then(() => this.compileNow(request, expected));
    // Who gets no module may never come to leave.
    this.last = compiled.catch(() => this.users.delete(user));
    return compiled;
  }

  leave(user: GuestCompiler): void {
    this.users.delete(user);
    this.last = this.last.then(() => {
      if (this.users.size === 0 && this.child?.connected) this.child.disconnect();
    });
  }

  private compileNow(request: Request, expected: number): Promise<Compiled> {
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
      child.send(request);
    });
  }

  /** Starts the process, only when there is something to compile, because that takes a second. One that has ended is followed by another. */
  private start(expected: number): ChildProcess {
    if (this.child?.connected) return this.child;
    const child = fork(COMPILER_PROCESS[0], expected <= FEW ? ['few'] : [], { execArgv: [], serialization: 'advanced' });
    // It would compile its module to the end before it notices.
    const end = () => child.kill();
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    this.child = child;
    return child;
  }
}

/** Shared by all applications that this process builds: it takes longer to load than to compile one of them, and stays in memory between two changes. */
const ofApplications = new CompilerProcess();

export class GuestCompiler {
  /** @param root folder that paths are relative to */
  constructor(
    private readonly root: string,
    private readonly library: GuestLibrary,
    private readonly process = new CompilerProcess(),
  ) {}

  /** One that shares its process with all others that are made by this. */
  static ofApplication(root: string, library: GuestLibrary): GuestCompiler {
    return new GuestCompiler(root, library, ofApplications);
  }

  /**
   * Compiles one module at a time. @param words of the compiler's command line
   * @param expected number of modules that it will probably compile, this one included; it counts when the process starts
   * @throws Error when the compiler's process ends
   */
  compile(words: readonly string[], expected: number): Promise<Compiled> {
    return this.process.compile(this, { words, root: this.root, library: this.library }, expected);
  }

  /** Ends the process unless others use it, after what it was asked for. A later request starts one again. */
  end(): void {
    this.process.leave(this);
  }
}
