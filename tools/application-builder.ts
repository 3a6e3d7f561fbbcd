/** Builds an application from its folder, and again after a change: generates, then compiles its guests by a compiler that is kept. */
import { resolve } from 'node:path';
import { generateApplication } from './application.js';
import { buildApplicationGuests } from './application-guests.js';
import type { GeneratedApplication, Problem } from './generated-application.js';
import { GuestCompiler } from './guest-compiler.js';
import { ownGuestLibrary } from './own-package.js';

export interface ApplicationBuilderOptions {
  /** Folder of the application. */
  readonly root: string;
  /** Whether guests are for a debugger: compiled in half of the time, larger, and slower. */
  readonly debug: boolean;
}

export interface BuiltApplication {
  readonly generated: GeneratedApplication;
  /** All that is wrong, of schemas or guests. What was built before is still there. */
  readonly problems: readonly Problem[];
  /** Names of the actors whose modules were written just now. */
  readonly compiled: readonly string[];
  /** All files that were read, as absolute paths. */
  readonly files: readonly string[];
}

export class ApplicationBuilder {
  private readonly options: ApplicationBuilderOptions;
  private readonly compiler: GuestCompiler;
  private last: Promise<unknown> = Promise.resolve();

  constructor(options: ApplicationBuilderOptions) {
    // The compiler runs in another process.
    this.options = { ...options, root: resolve(options.root) };
    this.compiler = GuestCompiler.ofApplication(this.options.root, ownGuestLibrary());
  }

  /** One build after another: two would write the same files. */
  build(): Promise<BuiltApplication> {
    const built = this.last.then(() => this.buildNow());
    this.last = built.catch(() => {});
    return built;
  }

  /** Lets the compiler end. A later build starts one again. */
  end(): void {
    this.compiler.end();
  }

  private async buildNow(): Promise<BuiltApplication> {
    const { root, debug } = this.options;
    const generated = await generateApplication({ root, write: true });
    if (generated.problems.length > 0) return { generated, problems: generated.problems, compiled: [], files: generated.files };
    const { problems, written, files } = await buildApplicationGuests(root, generated.guests, { debug, compiler: this.compiler });
    const compiled = generated.guests.filter(({ module }) => written.includes(module)).map(({ name }) => name);
    return { generated, problems, compiled, files: [...generated.files, ...files] };
  }
}
