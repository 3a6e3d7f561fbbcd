/**
 * A host in one thread with a virtual clock and seeded delivery: the same application, actors and supervisor as on the real hosts,
 * repeatable to the last frame. Wasm actors are real instances here too.
 *
 * The catch: time passes only while somebody lets it, by `pass` or `until`. A promise that needs time does not settle by itself.
 */
import type { VmEvents } from '../../actors/contract/events.js';
import { Standstill } from '../../actors/contract/fault.js';
import type { Capabilities, Clock, Host, Timers, VmHandle, VmListener, VmStart } from '../../actors/contract/host.js';
import type { VmName } from '../../actors/contract/instance.js';
import type { ProgressReader } from '../../actors/contract/progress.js';
import { readProgress, ToldProgress } from '../../actors/vm/tap/progress.js';
import { Vm } from '../../actors/vm/vm.js';
import type { VmMemory, VmOptions } from '../../actors/vm/vm-options.js';
import type { JournalListener, JournalMirror } from '../../bus/journal.js';
import type { LinkStats } from '../../bus/link.js';
import { Random } from '../../bus/random.js';
import { CONTROL_DEADLINE_MS, FRAME_BYTES_MAX } from '../../protocol/limits.js';
import { TraceMemories } from '../../trace/memories.js';
import { ApplicationTime } from '../common/application-time.js';
import { chanceGuard } from '../common/chance-guard.js';
import { consoleFor } from '../common/console.js';
import { DebuggerAwareDeadlines } from '../common/debugger-aware-deadlines.js';
import { twinsOf, type VmSource, type WorkerName } from '../common/definition.js';
import { GuestMemory } from '../common/guest-memory.js';
import type { LoadGuest } from '../common/guests.js';
import { type HostOptions, LocalReports } from '../common/host-here.js';
import { loadImplementation } from '../common/implementation.js';
import { Memories } from '../common/memories.js';
import { ThreadVm } from '../common/thread-vm.js';
import { type LoadedDefinition, loadHere, loadTwins } from '../common/vm-factory.js';
import { detectCapabilities } from './capabilities.js';
import { hanging } from './hanging-instance.js';
import { Kernel } from './kernel.js';
import { type Ends, Links, type OwnLinks } from './links.js';
import { load } from './load.js';
import { type Delay, drawDelay, type LinkFaults } from './transport.js';
import { Turns } from './turn.js';

/** Delays from those of a thread that wakes at once to those of a busy one on a slow device. */
const DELAY_DEFAULT: Delay = { minMicros: 20, maxMicros: 2_000 };
/** Time of a VM's round of work, after which others have their turn. If it were 0, an actor that sends to itself would stop the clock. */
const ROUND_MICROS_MAX = 200;
/** Two of the largest frames, less than on a device: full sooner, and cheap for thousands of systems. */
const RING_BYTES = 2 * FRAME_BYTES_MAX;

/** The options of the other hosts fit, too: `entry` is not used. */
export interface SimHostOptions extends Omit<HostOptions, 'capabilities' | 'vms' | 'spares' | 'loadDeadlineMs'> {
  readonly seed: number;
  /**
   * How long it takes to wake another VM, and to reach it where memory is not shared; 20 to 2,000 us when not given. Without any, rounds
   * of work take no time either.
   */
  readonly delay?: Delay;
  /** Faults of links. */
  readonly faults?: LinkFaults;
  /** Perhaps with some removed to imitate a lesser device. There is always one thread. */
  readonly capabilities?: Capabilities;
  readonly vms: Readonly<Record<'js', Pick<VmSource, 'load'>> & Partial<Record<'wasm' | 'painter', Pick<VmSource, 'load'>>>>;
  /** Size of the flight recorder of each VM; there is none when not given, since thousands of simulated systems need none. */
  readonly flightBytes?: number;
  /** Whether tracing steps down as on a device. When not given, it does not: virtual time says nothing about what it costs. */
  readonly tracesWithin?: 'budget' | 'memory';
  /** Size of each VM's journal; a smaller one is full sooner. `JOURNAL_BYTES` when not given. */
  readonly journalBytes?: number;
  /** Size of each link, a power of two; twice the largest frame when not given. What does not fit never arrives. Small ones make a run cheap. */
  readonly ringBytes?: number;
  /** For what a VM traces while somebody follows or records, a power of two; 4 MB when not given. */
  readonly sessionBytes?: number;
}

/** What a VM of the simulation is made with besides its definition. */
interface Place extends Pick<VmOptions, 'name' | 'memory' | 'mirror' | 'tellProgress' | 'wake' | 'events'> {
  readonly stands: () => boolean;
  readonly links: OwnLinks;
}

/** A VM that is lost as a thread is, whatever it is lost by: what it has not flushed is gone. */
class LosableVm extends ThreadVm<Vm> {
  constructor(
    private readonly links: OwnLinks,
    ...made: ConstructorParameters<typeof ThreadVm<Vm>>
  ) {
    super(...made);
  }

  override lose(reason: string): void {
    this.links.lose();
    super.lose(reason);
  }
}

interface Running {
  readonly vm: Vm;
  /** Whether it stands still, like a thread that loops for ever. */
  readonly stands: () => boolean;
  readonly wake: () => void;
  readonly lose: (reason: string) => void;
}

export class SimHost implements Host {
  readonly kernel: Kernel;
  readonly standingTime: ApplicationTime;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly capabilities: Capabilities;
  readonly warn: Host['warn'];
  readonly local: VmHandle;
  /** The host's VM, on which ports are opened. */
  readonly vm: Vm;
  readonly traces: TraceMemories;
  private readonly links: Links;
  private readonly rounds: Random;
  private readonly reports = new LocalReports();
  private readonly running = new Map<VmName, Running>();
  private readonly memories: Memories;
  private readonly loading = new Set<Promise<unknown>>();
  private readonly deadlines: DebuggerAwareDeadlines;
  private readonly guests = new GuestMemory();
  private readonly turns = new Turns();
  private readonly roundMicros: Delay;

  constructor(private readonly options: SimHostOptions) {
    this.warn = consoleFor(options.console);
    const detected = detectCapabilities();
    const { wasm = true, sharedMemory = true } = options.capabilities ?? {};
    this.capabilities = { ...detected, wasm: detected.wasm && wasm, sharedMemory };
    this.kernel = new Kernel({
      turn: () => this.turn(),
      isQuiet: () => this.loading.size === 0 && ![...this.running.values()].some(({ vm }) => vm.restarting),
      isWatched: () => [...this.running.values()].some(({ stands }) => stands()),
    });
    this.standingTime = new ApplicationTime(
      { nowMicros: () => this.kernel.now },
      {
        set: (delayMs, fn) => (delayMs === Number.POSITIVE_INFINITY ? null : this.kernel.schedule(delayMs * 1000, fn)),
        clear: (cancel) => (cancel as (() => void) | null | undefined)?.(),
      },
    );
    this.clock = this.standingTime;
    this.timers = this.standingTime;
    this.deadlines = new DebuggerAwareDeadlines({ timers: this.timers, clock: this.clock, debugging: () => this.debugging });
    const { seed, delay = DELAY_DEFAULT, faults, parties, journalBytes, ringBytes = RING_BYTES } = options;
    this.memories = new Memories(sharedMemory ? 'shared' : 'mirrored', { journalBytes, ringBytes, ringStartBytes: ringBytes });
    this.traces = new TraceMemories(sharedMemory ? 'shared' : 'told', options.flightBytes ?? 0, options.sessionBytes);
    const schedule = (delayMicros: number, run: () => void) => void this.kernel.schedule(delayMicros, run);
    this.links = new Links(this.memories, { seed, sharedMemory, delay, faults, schedule });
    this.rounds = new Random(seed).fork('rounds');
    this.roundMicros = { minMicros: 0, maxMicros: Math.min(delay.maxMicros, ROUND_MICROS_MAX) };
    const { vm, handle } = this.start('host', { definition: { parties }, factories: [], unfit: [] }, this.reports);
    this.vm = vm;
    this.local = handle;
  }

  /** Counts of the frames that VMs have sent each other so far, and of refusals for lack of room. */
  get carriage(): Readonly<LinkStats> {
    return this.links.stats;
  }

  get debugging(): boolean {
    return this.options.debugging?.() ?? false;
  }

  listen(listener: VmEvents): void {
    this.reports.listener = listener;
  }

  async startVm(name: WorkerName, listener: VmListener, { again = false, failedOver = false }: Partial<VmStart> = {}): Promise<VmHandle> {
    const memory = this.memories.ofVm(name, again);
    return this.start(name, await this.loaded(this.load(name, failedOver)), listener, memory).handle;
  }

  /** Waits for a real promise while the virtual clock stands. */
  async loaded<T>(loading: Promise<T>): Promise<T> {
    this.loading.add(loading);
    try {
      return await loading;
    } finally {
      this.loading.delete(loading);
    }
  }

  async connect(a: VmHandle, b: VmHandle): Promise<void> {
    const [endsOfA, endsOfB] = this.links.between(a.name, b.name);
    await Promise.all([a.control.attach(b.name, endsOfA), b.control.attach(a.name, endsOfB)]);
  }

  beat(intervalMs: number, fn: () => void): () => void {
    return this.kernel.beat(intervalMs * 1000, fn);
  }

  /** Does nothing: there is one thread only. */
  async keepSpare(): Promise<void> {}

  /** @throws Error when no such VM runs */
  vmOf(name: VmName): Vm {
    const running = this.running.get(name);
    if (!running) throw new Error(`no VM ${name} runs`);
    return running.vm;
  }

  /** Puts a frame into a VM, as if a link had brought it. @returns false when its target has no room */
  arrive(name: VmName, bytes: Uint8Array, at: number, length: number): boolean {
    const accepted = this.vmOf(name).arrive(bytes, at, length);
    this.running.get(name)?.wake();
    return accepted;
  }

  /** Ends a VM at this moment, like the loss of its thread. */
  lose(name: WorkerName, reason: string): void {
    this.running.get(name)?.lose(reason);
  }

  /** Lets virtual time pass. */
  async pass(milliseconds: number): Promise<void> {
    let over = false;
    this.kernel.schedule(milliseconds * 1000, () => {
      over = true;
    });
    await this.kernel.run(() => over);
  }

  /**
   * Lets virtual time pass until the promise has settled.
   * @throws Error when nothing is left to happen before that
   */
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    promise.then(settle, settle);
    if (!(await this.kernel.run(() => settled))) throw new Error('nothing is left to happen, and the promise has not settled');
    return promise;
  }

  private async load(name: WorkerName, failedOver: boolean): Promise<LoadedDefinition> {
    const source = this.options.vms[name];
    if (!source) throw new Error(`VM ${name} is not defined: the host was given no vms.${name}`);
    const definition = failedOver ? twinsOf(await this.options.vms.js.load()) : await source.load();
    const platform: LoadGuest = { load: (url) => this.loaded(load(url)), loaded: (part) => this.loaded(part) };
    const names = definition.actors?.map(({ schema }) => schema.name);
    await this.loaded(loadTwins(definition, names));
    const { factories, unfit } = await loadHere(name, definition, this.capabilities.wasm, platform, this.guests);
    return { definition, factories: factories.map(hanging), unfit };
  }

  /** Lets go on what can. The real time to load a guest must not show on the virtual clock. */
  private async turn(): Promise<void> {
    if (this.loading.size > 0) await Promise.allSettled(this.loading);
    await this.turns.next();
  }

  private start(name: VmName, loaded: LoadedDefinition, listener: VmListener, memory?: VmMemory): { vm: Vm; handle: VmHandle } {
    const { deadlines } = this;
    const mirror = this.memories.mirrorOf(name);
    const told = mirror && new ToldProgress();
    const forget = () => {
      if (this.running.get(name)?.vm === started.vm) this.running.delete(name);
    };
    const links = this.links.of(name);
    const started: LosableVm = new LosableVm(
      links,
      name,
      (callback) => this.kernel.schedule(drawDelay(this.roundMicros, this.rounds), callback),
      (wake, events) => {
        const place = { name, memory, mirror: mirror && told ? mirrored(mirror, told) : undefined, tellProgress: told?.told };
        const vm = this.createVm(loaded, { ...place, wake, events, links, stands: () => started.stands });
        this.running.set(name, { vm, wake, lose: (reason) => started.lose(reason), stands: () => started.stands });
        loaded.definition.ports?.(vm);
        return vm;
      },
      {
        report: async (event) => {
          await listener.report(event);
          if (event.type === 'checkpoint' && this.running.get(name)?.vm === started.vm) mirror?.truncate(event.neededFrom);
        },
        crashOf: (question) => listener.crashOf(question),
        lost: (reason) => {
          forget();
          listener.lost(reason);
        },
      },
      { deadlines, controlDeadlineMs: this.options.controlDeadlineMs ?? CONTROL_DEADLINE_MS, pumpMicros: 0 },
      memory && progressOf(memory, told, () => started.stands),
    );
    const terminate = async () => {
      if (started.stands) links.lose();
      forget();
      await started.handle.terminate();
      links.forget();
    };
    return { vm: started.vm, handle: { ...started.handle, unfit: loaded.unfit, terminate } };
  }

  private createVm({ definition, factories }: LoadedDefinition, { stands, links, ...place }: Place): Vm {
    return new Vm({
      ...place,
      parties: definition.parties,
      sharesThread: true,
      listener: definition.listener,
      factories,
      clock: this.clock,
      timers: this.timers,
      loadConditionOf: async () => (await this.loaded(import('../common/condition.js'))).conditionOf,
      guard: chanceGuard,
      loaded: (part) => this.loaded(part),
      loadImplementation: (actor, address) => this.loaded(loadImplementation(place.name, actor, address, definition.parties, { load })),
      // No timer of a thread that stands still runs.
      beat: (intervalMs, fn) => this.beat(intervalMs, () => stands() || fn()),
      openLink: (ends, unreleased) => links.open(ends as Ends, unreleased),
      loop: () => {
        throw new Standstill('a fault to order');
      },
      spareInstances: this.options.spareInstances ?? true,
      trace: this.traces.flightOf(place.name, this.options.tracesWithin === 'budget'),
      onPortError: this.options.onPortError ?? this.reports.warningOf(this.warn),
    });
  }
}

/** Where memory is not shared, the journal and the progress of a VM are known from what it tells. */
const mirrored = (mirror: JournalMirror, told: ToldProgress): JournalListener => ({
  appended: (entry) => told.journaled(entry, mirror.append(entry)),
  poisoned: (position) => mirror.poison(position),
});

const progressOf = (memory: VmMemory, told: ToldProgress | null, stands: () => boolean): ProgressReader => ({
  read: () => (told ? told.read(stands()) : readProgress(memory.progress)),
  left: () => (told ? told.read(true) : readProgress(memory.progress)),
  // A VM that stands still does not answer.
  get asked() {
    return stands();
  },
  ask() {},
});

export const createSimHost = (options: SimHostOptions): SimHost => new SimHost(options);
