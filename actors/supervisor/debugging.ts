/** What a debugger does to a system: breakpoints of threads, and an application that stands as a whole. Loaded when somebody first asks for it. */
import type { Breakpoint } from '../contract/breakpoint.js';
import type { VmControl } from '../contract/control.js';
import type { Host } from '../contract/host.js';
import { loadPart } from '../contract/load-error.js';
import type { HaltReport, Paused } from '../contract/pause.js';
import type { ChangeFeed } from './change-feed.js';
import type { Directory } from './directory.js';
import type { Pausing } from './pausing.js';
import type { Breakpoints } from './trace/breakpoints.js';

export class Debugging {
  private breakpoints: Breakpoints | null = null;
  private pausing: Pausing | null = null;
  private hasEnded = false;

  constructor(
    private readonly host: Host,
    private readonly directory: Directory,
    private readonly changes: ChangeFeed,
  ) {}

  get paused(): Paused | null {
    return this.pausing?.paused ?? null;
  }

  /** @returns a function that removes it from every VM. @throws BreakpointError, LoadError; ControlError when a VM does not answer */
  async breakOn(point: Breakpoint | string): Promise<() => Promise<void>> {
    const { Breakpoints } = await loadPart(this.host, 'what sets breakpoints', import('./trace/breakpoints.js'));
    this.breakpoints ??= new Breakpoints(this.host, this.directory, this.changes);
    return this.breakpoints.add(point);
  }

  /** With the part of the VMs, so that those in this thread have it at once. @throws LoadError */
  async pause(): Promise<Pausing> {
    const parts = Promise.all([import('./pausing.js'), import('../vm/turns/halt.js')]);
    const [{ Pausing }] = await loadPart(this.host, 'what makes an application stand', parts);
    this.pausing ??= new Pausing(this.host, this.directory, this.changes);
    if (this.hasEnded) await this.pausing.end();
    return this.pausing;
  }

  /** A VM has come to stand by itself. */
  halted(report: HaltReport): void {
    this.pausing?.halted(report);
  }

  /** Where the trap was at which a VM has come to stand. */
  located(report: HaltReport): void {
    this.pausing?.located(report);
  }

  /** Does something that brings about work in a VM: now, or when the application goes on. */
  whenGoing(act: () => void): void {
    if (this.pausing) this.pausing.whenGoing(act);
    else act();
  }

  /** To be called for a VM that has come back, before anything is handled there: it has the same breakpoints, and goes on with the others. */
  async joined(control: VmControl): Promise<void> {
    await this.breakpoints?.tell(control);
    await this.pausing?.joined(control);
  }

  /** The system ends: it does not stand any more. Never rejects. */
  async end(): Promise<void> {
    this.hasEnded = true;
    await this.pausing?.end();
  }
}
