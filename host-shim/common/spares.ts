/**
 * Keeps a spare thread for each running VM, with modules loaded and guests compiled, so that the next incarnation only has to start.
 * The spare is prepared a while after the VM has started, so that the application's own start comes first.
 */
import type { TimerHandle, Timers } from '../../actors/contract/host.js';
import type { WorkerName } from './definition.js';
import type { WorkerVm } from './worker-vm.js';

/** Time from the start of a VM to the start of its spare: a television has shown its first screen by then. */
export const SPARE_DELAY_MS = 2_000;

/** Spares that may end unused in a row: whatever ends them would end the next one, too. */
export const SPARE_DEATHS_MAX = 3;

class Spare {
  private kept = false;
  private timer: TimerHandle;
  private ready: WorkerVm | null = null;
  private deaths = 0;

  constructor(
    private readonly prepare: () => WorkerVm,
    private readonly timers: Timers,
  ) {}

  async keep(kept: boolean): Promise<void> {
    this.kept = kept;
    if (kept) return this.prepareLater();
    this.timers.clear(this.timer);
    this.timer = undefined;
    const former = this.ready;
    this.ready = null;
    await former?.terminate();
  }

  take(): WorkerVm | null {
    const taken = this.ready;
    this.ready = null;
    if (taken) this.deaths = 0;
    return taken;
  }

  private prepareLater(): void {
    if (!this.kept || this.ready || this.timer !== undefined || this.deaths >= SPARE_DEATHS_MAX) return;
    this.timer = this.timers.set(SPARE_DELAY_MS, () => {
      this.timer = undefined;
      if (!this.ready) this.watch(this.prepare());
    });
  }

  private watch(spare: WorkerVm): void {
    this.ready = spare;
    const ended = () => {
      if (this.ready !== spare) return;
      this.ready = null;
      this.deaths++;
      this.prepareLater();
    };
    spare.onEnd = ended;
    spare.prepared.catch(ended);
  }
}

export class Spares {
  private readonly spares = new Map<WorkerName, Spare>();

  constructor(
    private readonly prepare: (name: WorkerName) => WorkerVm,
    private readonly timers: Timers,
  ) {}

  /** @param kept whether a spare is wanted. @returns resolves, when it is no longer wanted, once its thread is gone */
  keep(name: WorkerName, kept: boolean): Promise<void> {
    const known = this.spares.get(name);
    if (known) return known.keep(kept);
    const spare = new Spare(() => this.prepare(name), this.timers);
    this.spares.set(name, spare);
    return spare.keep(kept);
  }

  /** Takes a VM's spare, which becomes its next incarnation and may not be fully prepared. Null when there is none. */
  take(name: WorkerName): WorkerVm | null {
    return this.spares.get(name)?.take() ?? null;
  }
}
