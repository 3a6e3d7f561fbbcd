/** What a debugger does to a system, loaded when somebody first asks for it: breakpoints of threads, and an application that stands as a whole. */
import type { VmControl } from '../contract/control.js';
import { type Host, loadPart } from '../contract/host.js';
import type { ChangeFeed } from './change-feed.js';
import type { Debugger } from './debugger.js';
import type { Directory } from './directory.js';

export class Debugging {
  /** Null until somebody has asked for it. */
  part: Debugger | null = null;
  /** The VM that has come back last: it may be about to handle something before it counts as running. */
  private joining: VmControl | null = null;
  private hasEnded = false;

  constructor(
    private readonly host: Host,
    private readonly directory: Directory,
    private readonly changes: ChangeFeed,
  ) {}

  /** With the part of the VMs, so that those in this thread have it at once. @throws LoadError */
  async load(what = 'what makes an application stand'): Promise<Debugger> {
    const parts = Promise.all([import('./debugger.js'), import('../vm/loop/halt.js')]);
    const [{ Debugger }] = await loadPart(this.host, what, parts);
    this.part ??= new Debugger(this.host, this.directory, this.changes, this.joining);
    if (this.hasEnded) await this.part.end();
    return this.part;
  }

  /** To be called for a VM that has come back, one after another, before anything is handled there. */
  async joined(control: VmControl): Promise<void> {
    this.joining = control;
    await this.part?.joined(control);
  }

  /** Does something that brings about work in a VM: now, or when the application goes on. */
  whenGoing(act: () => void): void {
    if (this.part) this.part.whenGoing(act);
    else act();
  }

  /** The system ends: it does not stand any more. Never rejects. */
  async end(): Promise<void> {
    this.hasEnded = true;
    await this.part?.end();
  }
}
