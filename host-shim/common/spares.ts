/**
 * A thread kept ready beside each VM that runs: its modules are loaded and its guests compiled, so that the next incarnation has only to
 * begin. It is prepared a while after the VM has started, so that the application's own start comes first.
 */
import type { TimerHandle, Timers } from '../../actors/contract/host.js';
import type { WorkerName } from './definition.js';
import type { WorkerVm } from './worker-vm.js';

/** From the start of a VM to that of its spare: a television has shown its first screen by then. */
export const SPARE_DELAY_MS = 2_000;

/** Spares that may end unused one after another: what takes them down takes the next one down, too. */
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

  /** Resolves, when it is no longer wanted, once its thread is gone. */
  keep(name: WorkerName, kept: boolean): Promise<void> {
    const known = this.spares.get(name);
    if (known) return known.keep(kept);
    const spare = new Spare(() => this.prepare(name), this.timers);
    this.spares.set(name, spare);
    return spare.keep(kept);
  }

  /** The spare of a VM, whose next incarnation it becomes; perhaps not quite prepared. Null when there is none. */
  take(name: WorkerName): WorkerVm | null {
    return this.spares.get(name)?.take() ?? null;
  }
}
