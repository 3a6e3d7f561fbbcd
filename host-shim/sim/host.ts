/**
 * A host in one thread with a virtual clock and seeded delivery: the same application, actors and supervisor as on the real ones,
 * repeatable to the last frame. Wasm actors are real instances here too.
 */
import type { Capabilities, Clock, Host, Timers, VmHandle, VmListener } from '../../actors/host.js';
import type { ActorFactory, VmName } from '../../actors/instance.js';
import { guardControl, Lifeline } from '../../actors/supervisor/guard.js';
import { Vm } from '../../actors/vm.js';
import type { BoundParty } from '../../protocol/bind.js';
import { Carrier, type CarrierOptions, silentReader } from './carrier.js';
import { Kernel } from './kernel.js';

/** A frame between any two parties: from a local hop to a busy thread on a slow device. */
const DELAY_DEFAULT = { minMicros: 20, maxMicros: 2_000 };
/** Within one moment time does not pass: the budget only has to be more than nothing. */
const PUMP_BUDGET_MICROS = 1;

export interface SimHostOptions extends Partial<CarrierOptions> {
  readonly seed: number;
  /** All actors and ports of the application, bound. */
  readonly parties: readonly BoundParty[];
  /** Implementations that may be placed in each VM. */
  readonly factories: Readonly<Record<'js' | 'wasm', readonly ActorFactory[]>>;
  /** Opens the ports that live in a VM, when it has started. */
  readonly ports?: Partial<Readonly<Record<'js' | 'wasm', (vm: Vm) => void>>>;
  readonly onPortError?: (port: string, error: unknown) => void;
}

export class SimHost implements Host {
  readonly kernel: Kernel;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly capabilities: Capabilities = { wasm: true, sharedMemory: false, workers: false };
  readonly local: VmHandle;
  /** The VM of the host: ports are opened on it. */
  readonly vm: Vm;
  private readonly carrier: Carrier;
  private readonly vms = new Map<VmName, Vm>();
  private readonly awake = new Set<Vm>();

  constructor(private readonly options: SimHostOptions) {
    this.kernel = new Kernel({ turn: () => new Promise((resolve) => setImmediate(resolve)), work: () => this.work() });
    this.clock = { nowMicros: () => this.kernel.now };
    this.timers = {
      set: (delayMs, fn) => this.kernel.schedule(delayMs * 1000, fn),
      clear: (cancel) => (cancel as (() => void) | undefined)?.(),
    };
    const find = (address: number) => [...this.vms.values()].find((vm) => vm.has(address)) ?? this.vm;
    this.carrier = new Carrier(this.kernel, { seed: options.seed, delay: options.delay ?? DELAY_DEFAULT }, find);
    const { vm, handle } = this.create('host', [], { ended() {}, poisoned() {}, lost() {} });
    this.vm = vm;
    this.local = handle;
  }

  async startVm(name: 'js' | 'wasm', listener: VmListener): Promise<VmHandle> {
    const { vm, handle } = this.create(name, this.options.factories[name], listener);
    this.options.ports?.[name]?.(vm);
    return handle;
  }

  /** @throws Error when no such VM runs */
  vmOf(name: VmName): Vm {
    const vm = this.vms.get(name);
    if (!vm) throw new Error(`no VM ${name} runs`);
    return vm;
  }

  async connect(a: VmHandle, b: VmHandle): Promise<void> {
    const nothing = { incoming: null, outgoing: null };
    await Promise.all([a.control.attach(b.name, nothing), b.control.attach(a.name, nothing)]);
  }

  private create(name: VmName, factories: readonly ActorFactory[], listener: VmListener): { vm: Vm; handle: VmHandle } {
    const lifeline = new Lifeline();
    const vm: Vm = new Vm({
      name,
      parties: this.options.parties,
      factories,
      clock: this.clock,
      timers: this.timers,
      events: listener,
      wake: () => void this.awake.add(vm),
      openLink: () => ({ reader: silentReader, writer: this.carrier }),
      onPortError: this.options.onPortError ?? ((port, error) => console.error(`port ${port}:`, error)),
      carrier: this.carrier,
    });
    this.vms.set(name, vm);
    const terminate = async () => {
      lifeline.cut('terminated');
      this.vms.delete(name);
      this.awake.delete(vm);
      await vm.shutdown();
    };
    return { vm, handle: { name, control: guardControl(name, vm, this.timers, lifeline), terminate } };
  }

  /** @returns true when nothing is left to do at this moment */
  private work(): boolean {
    let quiet = true;
    while (this.awake.size > 0) {
      const [vm] = this.awake;
      this.awake.delete(vm);
      if (vm.pump(PUMP_BUDGET_MICROS)) this.awake.add(vm);
      quiet = false;
    }
    return quiet && ![...this.vms.values()].some((vm) => vm.restarting);
  }
}
