/** The breakpoints of a system. Every VM has all of them, since an actor may move; a VM that was lost gets them again. */
import { type Breakpoint, BreakpointError, checkBreakpoint, parseBreakpoint } from '../../contract/breakpoint.js';
import type { VmControl } from '../../contract/control.js';
import { ControlError, type Host } from '../../contract/host.js';
import { isA } from '../../contract/thrown.js';
import type { ChangeFeed } from '../change-feed.js';
import type { Directory } from '../directory.js';

export class Breakpoints {
  private readonly points = new Set<Breakpoint>();

  constructor(
    private readonly host: Pick<Host, 'warn' | 'local'>,
    private readonly directory: Directory,
    private readonly changes: ChangeFeed,
  ) {}

  /** @returns a function that removes it from every VM. @throws BreakpointError; ControlError when a VM does not answer */
  async add(point: Breakpoint | string): Promise<() => Promise<void>> {
    if (!this.host.warn) throw new BreakpointError('production', "breakpoints are for development: create the host with console: 'on'");
    const { schemas } = this.directory;
    const own = typeof point === 'string' ? parseBreakpoint(point, schemas) : { ...point };
    checkBreakpoint(own, schemas);
    await this.tryHere(own);
    this.points.add(own);
    this.changes.emit({ type: 'breakpoint', event: 'set', breakpoint: own });
    await this.tellAll();
    return () => this.remove(own);
  }

  /** The host's own VM reads the condition first: when it makes no sense, nobody has it. */
  private async tryHere(point: Breakpoint): Promise<void> {
    try {
      await this.host.local.control.breakOn([...this.points, point]);
    } catch (error) {
      throw isA(error, ControlError) && isA(error.cause, BreakpointError) ? error.cause : error;
    }
  }

  private async remove(own: Breakpoint): Promise<void> {
    if (!this.points.delete(own)) return;
    this.changes.emit({ type: 'breakpoint', event: 'removed', breakpoint: own });
    await this.tellAll();
  }

  /** To be called for each VM that has come back, before anything is handled there. */
  async tell(control: VmControl): Promise<void> {
    if (this.points.size > 0) await control.breakOn([...this.points]);
  }

  private async tellAll(): Promise<void> {
    const points = [...this.points];
    await Promise.all(this.directory.vms.liveControls.map((control) => control.breakOn(points).catch(unlessLost)));
  }
}

/** A VM that is lost gets them when it comes back. */
function unlessLost(error: unknown): void {
  if (!isA(error, ControlError) || error.code !== 'lost') throw error;
}
