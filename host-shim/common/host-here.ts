/** The host of one thread, shared by Node and browsers: its own VM for the ports, and each other VM in its thread, too. */
import type { CrashQuestion, VmEvent, VmEvents } from '../../actors/contract/events.js';
import type { Capabilities, Clock, Host, Lack, Timers, VmHandle, VmListener, VmStart } from '../../actors/contract/host.js';
import { reasonsOf } from '../../actors/contract/thrown.js';
import type { Vm } from '../../actors/vm/vm.js';
import type { VmMemory } from '../../actors/vm/vm-options.js';
import type { CrashCause } from '../../protocol/errors.js';
import { CONTROL_DEADLINE_MS } from '../../protocol/limits.js';
import type { Microseconds } from '../../protocol/names.js';
import { TraceMemories } from '../../trace/memories.js';
import { FLIGHT_BYTES, LOAD_DEADLINE_MS } from '../limits.js';
import { ApplicationTime } from './application-time.js';
import { platformClock } from './clock.js';
import { type ConsoleUse, consoleFor } from './console.js';
import { DebuggerAwareDeadlines } from './debugger-aware-deadlines.js';
import { twinsOf, type VmDefinition, type VmSource, type WorkerName } from './definition.js';
import { DeathWatch, guardCall } from './guard.js';
import { GuestMemory } from './guest-memory.js';
import { guestDeadlineOf } from './known-guests.js';
import { lacksOf } from './lacks.js';
import { Memories, type MemorySizes } from './memories.js';
import type { HostPlatform } from './platform.js';
import { leanDefaults, type Profile, threadSharers } from './profile.js';
import type { Preparation } from './service.js';
import { Stops } from './stops.js';
import { ThreadVm } from './thread-vm.js';
import type { Threads, ThreadsHost } from './threads.js';
import { platformBeat, platformTimers } from './timers.js';
import { closeTransports, createTransports, type TransportPair } from './transport.js';
import { createVm, type LoadedDefinition, loadHere, loadTwins } from './vm-factory.js';
import type { WorkerVmOptions } from './worker-vm.js';

/** The VMs of an application besides the host's own. */
export type VmSources = Readonly<Record<'js', VmSource> & Partial<Record<'wasm' | 'painter', VmSource>>>;

export interface HostOptions {
  /** From `detectCapabilities()`, perhaps with some removed to imitate a lesser device. */
  readonly capabilities: Capabilities;
  /** The parties of the application, for the VM that holds its ports. */
  readonly parties: VmDefinition['parties'];
  /** Without `wasm`, no actor can be placed there. */
  readonly vms: VmSources;
  /** How long a control call may take. */
  readonly controlDeadlineMs?: number;
  /** How long a VM's file, modules and guests may take to load. One guest may take two thirds of it, at most `GUEST_LOAD_DEADLINE_MS`. */
  readonly loadDeadlineMs?: number;
  /**
   * How long a guest may take when it is entered for the first time; `GUEST_START_DEADLINE_MS` when not given. A guest that takes longer
   * can only be ended with its thread, so this needs a worker.
   */
  readonly guestStartDeadlineMs?: number;
  /** Keeps a spare instance of each Wasm actor, so that it restarts within a frame, for twice its memory. True when not given. */
  readonly spareInstances?: boolean;
  /** Whether a debugger may stop threads now, so that no time-out counts. When not given, Node knows, and a browser finds out by a test. */
  readonly debugging?: () => boolean;
  /** Keeps a spare thread for each VM, so that a lost VM is back sooner. True when not given; use false on devices short of memory. */
  readonly spares?: boolean;
  /**
   * Memory of the flight recorder for each VM, in bytes, a power of two: what happened before a crash is read there. 256 KB when not given;
   * 0 for none.
   */
  readonly flightBytes?: number;
  /** `full` when not given. What is given for `spares`, `spareInstances`, `flightBytes` or `memorySizes` goes before it. */
  readonly profile?: Profile;
  /** What each VM has to recover from, and each link. docs/ADOPT.md tells what a page costs with these, and with those of `start`. */
  readonly memorySizes?: MemorySizes;
  /** Whether each failure is written to the console in one line. When not given: `off` if `NODE_ENV` is `production`, else `on`. */
  readonly console?: ConsoleUse;
  /** Called when an unsupervised port of this thread threw. Its work is lost, the port goes on. The system reports it, like any crash. */
  readonly onPortError?: (port: string, error: unknown) => void;
}

export class OneThreadHost implements Host {
  private readonly options: HostOptions;
  readonly standingTime = new ApplicationTime(platformClock, platformTimers);
  readonly clock: Clock = this.standingTime;
  readonly timers: Timers = this.standingTime;
  readonly capabilities: Capabilities;
  readonly lacks: readonly Lack[];
  readonly warn: Host['warn'];
  readonly probeDebugger: Host['probeDebugger'];
  readonly local: VmHandle;
  /** The VM of this thread, on which ports are opened. */
  readonly vm: Vm;
  readonly traces: TraceMemories;
  private readonly limits: WorkerVmOptions;
  private readonly memories: Memories;
  /** Null where no VM is in a thread of its own. */
  protected readonly threads: Threads | null = null;
  /** VMs that have failed over: their actors go on in JavaScript. */
  private readonly failedOver = new Set<WorkerName>();
  /** Names of the parties that were in a VM when it started last. */
  private readonly wanted = new Map<WorkerName, readonly string[]>();
  /** VMs in this thread. */
  private readonly here = new Set<VmHandle['name']>(['host']);
  private readonly reports = new LocalReports();
  private readonly guests = new GuestMemory();

  constructor(
    private readonly platform: HostPlatform,
    given: HostOptions,
  ) {
    const options = given.profile === 'lean' ? { ...leanDefaults, ...given } : given;
    this.options = options;
    this.capabilities = options.capabilities;
    this.lacks = lacksOf(options.capabilities);
    this.warn = consoleFor(options.console);
    const { sharedMemory, workers } = options.capabilities;
    this.memories = new Memories(sharedMemory ? 'shared' : workers ? 'mirrored' : 'here', options.memorySizes);
    this.traces = new TraceMemories(sharedMemory ? 'shared' : workers ? 'told' : 'here', options.flightBytes ?? FLIGHT_BYTES);
    // The application's word is better than a test; and without threads nothing can be stopped alone.
    if (!options.debugging && workers) this.probeDebugger = platform.probeDebugger;
    const { probeDebugger } = this;
    const deadlines = new DebuggerAwareDeadlines({
      timers: this.timers,
      clock: this.clock,
      debugging: () => this.debugging,
      probeDebugger,
    });
    const { controlDeadlineMs = CONTROL_DEADLINE_MS, loadDeadlineMs = LOAD_DEADLINE_MS, guestStartDeadlineMs } = options;
    this.limits = { deadlines, controlDeadlineMs, loadDeadlineMs, guestStartDeadlineMs, ...(this.warn && { stops: new Stops(this) }) };
    const { vm, handle } = this.startHere('host', { definition: { parties: options.parties }, factories: [], unfit: [] }, this.reports);
    this.vm = vm;
    this.local = { ...handle, terminate: () => this.endLocal(handle) };
  }

  private endLocal(local: VmHandle): Promise<void> {
    this.limits.stops?.end();
    return local.terminate();
  }

  get profile(): Profile {
    return this.options.profile ?? 'full';
  }

  sharers(vms: readonly WorkerName[]): readonly WorkerName[] {
    return this.profile === 'lean' ? threadSharers(vms) : [];
  }

  listen(listener: VmEvents): void {
    this.reports.listener = listener;
  }

  get debugging(): boolean {
    return (this.options.debugging ?? this.platform.debugging)();
  }

  async startVm(name: WorkerName, listener: VmListener, how: Partial<VmStart> = {}): Promise<VmHandle> {
    const { again = false, failedOver = false, here = false, parties = [] } = how;
    this.wanted.set(name, parties);
    if (here || !this.capabilities.workers || this.lacksWorker(name)) this.here.add(name);
    await this.noteFailedOver(name, failedOver);
    if (again) await this.threads?.journals.get(name)?.complete();
    const memory = this.memories.ofVm(name, again, this.here.has(name));
    if (this.here.has(name)) return this.startHere(name, await this.prepareHere(name), listener, memory).handle;
    const { spareInstances } = this;
    const boot = { name, memory, spareInstances, trace: this.traces.flightOf(name, true) };
    return this.threads!.start(boot, listener);
  }

  /** Notes whether a VM has failed over, and ends a spare of the other kind, which is of no use. */
  private async noteFailedOver(name: WorkerName, failedOver: boolean): Promise<void> {
    if (failedOver === this.failedOver.has(name)) return;
    if (failedOver) this.failedOver.add(name);
    else this.failedOver.delete(name);
    await this.keepSpare(name, false);
  }

  /** @throws Error for a VM that the application has not defined */
  private sourceOf(name: WorkerName): VmSource {
    const source = this.options.vms[this.failedOver.has(name) ? 'js' : name];
    if (!source) throw new Error(`VM ${name} is not defined: the host was given no vms.${name}`);
    return source;
  }

  private lacksWorker(name: WorkerName): boolean {
    const { entry } = this.sourceOf(name);
    if (entry && this.threads) return false;
    const lack = entry ? 'was started by startHere' : 'has no worker file';
    if (!this.here.has(name)) this.warn?.(`tandem: VM ${name} ${lack}, so it is in this thread`);
    return true;
  }

  private async load(name: WorkerName): Promise<LoadedDefinition> {
    const own = await this.sourceOf(name).load();
    const definition = this.failedOver.has(name) ? twinsOf(own) : own;
    const { load, compile } = this.platform;
    const { guestDeadlineMs: deadlineMs } = this;
    await loadTwins(definition, this.wanted.get(name));
    return loadHere(name, definition, this.capabilities.wasm, { load, compile, deadlineMs }, this.guests);
  }

  private prepareHere(name: WorkerName): Promise<LoadedDefinition> {
    const { deadlines, loadDeadlineMs } = this.limits;
    return guardCall(name, 'prepare', { deadlines, deathWatch: new DeathWatch(), deadlineMs: loadDeadlineMs }, () => this.load(name));
  }

  async keepSpare(name: WorkerName, kept: boolean): Promise<void> {
    // A painter's next incarnation waits for a canvas and a whole picture anyway.
    if (name !== 'painter' && !this.here.has(name) && this.options.spares !== false) await this.threads?.spares.keep(name, kept);
  }

  readonly beat = platformBeat;

  /** What is between this host and its threads. */
  protected forThreads(): ThreadsHost {
    const { platform, memories, guests, limits } = this;
    const entryOf = (name: WorkerName) => this.sourceOf(name).entry!;
    return { platform, memories, guests, limits, entryOf, preparationOf: (...thread) => this.preparationOf(...thread) };
  }

  private preparationOf(name: WorkerName, lifeLock: string): Preparation {
    const { guests, guestDeadlineMs } = this;
    const { wasm } = this.capabilities;
    const failedOver = this.failedOver.has(name);
    return { wasm, failedOver, lifeLock, guests: guests.of(name), guestDeadlineMs, parties: this.wanted.get(name) };
  }

  async connect(a: VmHandle, b: VmHandle): Promise<void> {
    const [endsOfA, endsOfB] = createTransports({
      there: this.ring(a, b),
      back: this.ring(b, a),
      fresh: this.memories.link(a.name, b.name),
    });
    const handedOver = this.threads?.handedOver ?? ((ends: TransportPair) => ends);
    try {
      await Promise.all([a.control.attach(b.name, handedOver(endsOfA)), b.control.attach(a.name, handedOver(endsOfB))]);
    } catch (error) {
      closeTransports(endsOfA);
      closeTransports(endsOfB);
      throw error;
    }
  }

  private get guestDeadlineMs(): number {
    return guestDeadlineOf(this.limits.loadDeadlineMs);
  }

  private get spareInstances(): boolean {
    return this.options.spareInstances ?? true;
  }

  private ring(from: VmHandle, to: VmHandle): SharedArrayBuffer | null {
    const shares = this.capabilities.sharedMemory && !(this.here.has(from.name) && this.here.has(to.name));
    return shares && this.threads ? this.memories.ring(from.name, to.name, this.threads.rings) : null;
  }

  private startHere(name: VmHandle['name'], { definition, factories, unfit }: LoadedDefinition, listener: VmListener, memory?: VmMemory) {
    const { vm, handle } = new ThreadVm(
      name,
      this.platform.afterTurn,
      (wake, events) => {
        const { spareInstances } = this;
        const onPortError = this.options.onPortError ?? this.reports.warningOf(this.warn);
        const { stops } = this.limits;
        const stoppedUntil = stops && ((since: Microseconds) => stops.until(since));
        const trace = this.traces.flightOf(name, true);
        const { clock, timers } = this;
        const rings = () => this.threads?.rings;
        const parts = { name, definition, factories, memory, clock, timers, rings, platform: this.platform };
        return createVm({ ...parts, spareInstances, trace, events, stoppedUntil, wake, onPortError });
      },
      listener,
      this.limits,
    );
    return { vm, handle: { ...handle, unfit } };
  }
}

/** Reports of the VM in the host's own thread. It has no actors that could end, and its listener would be lost with it. */
export class LocalReports implements VmListener {
  listener: VmEvents | null = null;

  async report(event: VmEvent): Promise<void> {
    await this.listener?.report(event);
  }

  async crashOf(question: CrashQuestion): Promise<CrashCause | null> {
    return this.listener?.crashOf(question) ?? null;
  }

  /** Warns of port errors where nobody else does: a system itself reports those of its ports. */
  warningOf(warn: Host['warn']): (port: string, error: unknown) => void {
    return (port, error) => {
      if (!this.listener) warn?.(`tandem: ${port} crashed: ${reasonsOf(error)}`);
    };
  }

  lost(reason: string): void {
    throw new Error(`the host's own VM failed: ${reason}`);
  }
}
