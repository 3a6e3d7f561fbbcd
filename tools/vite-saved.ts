/** What was saved since a page last went on: while something is wrong it gathers, and nothing of it is forgotten. */
import type { EnvironmentModuleNode } from 'vite';
import type { SavedActor } from './vite-page.js';

interface Change {
  /** Actors whose module was compiled. */
  readonly compiled: readonly string[];
  /** The actor whose own file it was. */
  readonly edited: string | undefined;
  readonly modules: readonly EnvironmentModuleNode[];
  /** Whether it was a file of the page, or one that actors share. */
  readonly isOther: boolean;
}

export class Saved {
  private readonly twins = new Map<string, Set<'js' | 'wasm'>>();
  private readonly modules = new Set<EnvironmentModuleNode>();
  private isOther = false;

  add({ compiled, edited, modules, isOther }: Change): void {
    for (const name of compiled) this.twinsOf(name).add('wasm');
    if (edited !== undefined) this.twinsOf(edited).add('js');
    for (const module of modules) this.modules.add(module);
    this.isOther ||= isOther;
  }

  /** All of it, which then is forgotten. */
  take(): { readonly actors: readonly SavedActor[]; readonly modules: readonly EnvironmentModuleNode[]; readonly isOther: boolean } {
    const taken = {
      actors: [...this.twins].map(([name, twins]) => ({ name, twins: [...twins] })),
      modules: [...this.modules],
      isOther: this.isOther,
    };
    this.twins.clear();
    this.modules.clear();
    this.isOther = false;
    return taken;
  }

  private twinsOf(name: string): Set<'js' | 'wasm'> {
    const known = this.twins.get(name) ?? new Set();
    this.twins.set(name, known);
    return known;
  }
}
