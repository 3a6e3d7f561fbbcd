/** What a debugger asks of a VM. Most VMs never need it, so the parts that do it are loaded when somebody first asks. */
import type { Breakpoint, ConditionOf } from '../contract/breakpoint.js';
import type { DebugControl } from '../contract/control.js';
import { loadPart } from '../contract/host.js';
import type { Halts, VmStand, VmStep } from '../contract/pause.js';
import type { Halt } from './loop/halt.js';
import type { Runtime } from './runtime.js';
import type { Breakpoints } from './watch/breakpoints.js';

export class VmDebugging implements DebugControl {
  private halt: Halt | null = null;
  private breakpoints: Breakpoints | null = null;

  /** @param serve serves one party, if it can */
  constructor(
    private readonly runtime: Runtime,
    private readonly serve: () => boolean,
  ) {}

  async breakOn(points: readonly Breakpoint[]): Promise<void> {
    if (points.length > 0) await this.loadBreakpoints();
    this.breakpoints?.set(points);
  }

  async stand(written: readonly Pick<VmStand, 'vm' | 'written'>[]): Promise<VmStand> {
    const halt = await this.loadHalt();
    halt.stand();
    const { bus } = this.runtime;
    const wanted = halt.cameOf(written);
    await bus.until(() => bus.links.came(wanted));
    return halt.stood;
  }

  async step(behindMicros: number): Promise<VmStep> {
    const stepped = (await this.loadHalt()).step(behindMicros, this.serve);
    this.runtime.bus.wake();
    return stepped;
  }

  async haltAt(halts: Halts): Promise<void> {
    (await this.loadHalt()).set(halts);
  }

  async goOn(behindMicros: number): Promise<void> {
    (await this.loadHalt()).goOn(behindMicros);
  }

  /** Resolves when the VM, which stands, goes on. */
  async over(): Promise<void> {
    await this.halt?.over();
  }

  private async loadBreakpoints(): Promise<void> {
    const { Breakpoints } = await loadPart(this.runtime.options, 'what stops at breakpoints', import('./watch/breakpoints.js'));
    const conditionOf = await this.loadConditionOf();
    this.breakpoints ??= new Breakpoints(this.runtime, conditionOf);
  }

  private async loadHalt(): Promise<Halt> {
    const { Halt } = await loadPart(this.runtime.options, 'what makes a VM stand', import('./loop/halt.js'));
    const conditionOf = await this.loadConditionOf();
    this.halt ??= new Halt(this.runtime, conditionOf);
    return this.halt;
  }

  private async loadConditionOf(): Promise<ConditionOf | undefined> {
    return this.runtime.options.loadConditionOf?.();
  }
}
