/**
 * A host whose VMs do what the test's script says: they answer, refuse, hang or die on demand, and keep a log of what was asked
 * of them. It drives the supervisor's decisions; actors in real VMs are tested with the real hosts.
 */

import type { ActorHandover } from '../../actors/contract/checkpoint.js';
import { untouched } from '../../actors/contract/checkpoint.js';
import {
  type ActorHealth,
  type DeadLetter,
  type DebugControl,
  type EndNotice,
  type MoveControl,
  NO_COUNTS,
  type RecoverySpec,
  type Routes,
  type SpawnSpec,
  type TraceControl,
  type Trial,
  type VmControl,
  type VmCounters,
} from '../../actors/contract/control.js';
import type { CauseLink, CrashReport } from '../../actors/contract/events.js';
import type { Capabilities, Host, VmHandle, VmListener, VmStart } from '../../actors/contract/host.js';
import type { LinkPositions, VmName } from '../../actors/contract/instance.js';
import type { VmStand } from '../../actors/contract/pause.js';
import type { ProgressReader, ProgressReading, Suspect } from '../../actors/contract/progress.js';
import type { TraceStatus } from '../../actors/contract/tracing.js';
import { ApplicationTime } from '../../host-shim/common/application-time.js';
import { DebuggerAwareDeadlines } from '../../host-shim/common/debugger-aware-deadlines.js';
import { DeathWatch, guardControl } from '../../host-shim/common/guard.js';
import { TraceMemories } from '../../trace/memories.js';
import { VirtualTime } from './virtual-time.js';

/** What a call does instead of answering. */
type Fault = { readonly error: Error } | 'hang' | { readonly after: Promise<void> };

/** For the actors that a script may end. */
export const ADDRESSES: Record<string, number> = { anna: 64, bert: 65, carl: 66 };

const crashReport = (party: string, vm: VmName, epoch: number, at: number, restartsAs = 0): CrashReport => ({
  party,
  address: ADDRESSES[party] ?? 0,
  vm,
  epoch,
  lastSequence: epoch,
  reason: 'unreachable executed',
  stack: '',
  position: '',
  message: { kind: 0x4001, kindName: `${party}.work`, source: 'page', sequence: 1, sentAt: at, firstBytes: new Uint8Array() },
  causes: [],
  attempt: 1,
  at,
  restartsAs,
});

/** Signs of life as the test says. */
export class ScriptedProgress implements ProgressReader {
  reading: ProgressReading = { busy: false, count: 0, place: null };
  asked = false;
  /** What to do when it is asked for a sign of life: nothing is an answer at once. */
  onAsk: (() => void) | null = null;

  read(): ProgressReading {
    return this.reading;
  }

  left(): ProgressReading {
    return this.reading;
  }

  ask(): void {
    this.onAsk?.();
  }
}
const NO_HANDOVER: ActorHandover = {
  actor: '',
  snapshot: new Uint8Array([7]),
  ...untouched(0, 0),
  seen: [],
  waiting: [],
  held: [],
  handled: [],
  sent: null,
  requests: { outgoing: [], incoming: [] },
};

export class ScriptedVm implements VmControl {
  /** Epoch of each actor that lives here. */
  readonly epochs = new Map<string, number>();
  readonly orders: SpawnSpec[] = [];
  /** Epoch as which each actor may go on without a command. */
  readonly permits = new Map<string, number>();
  /** Actors whose incarnation has ended, and the next has not begun. */
  readonly ended = new Set<string>();
  /** Every incarnation that has begun here. Each sends one message, with its epoch as its sequence. */
  readonly incarnations: [actor: string, epoch: number][] = [];
  readonly fences: { readonly address: number; readonly epoch: number; readonly lastSequence: number }[] = [];
  routes: Routes = [];
  counted: Partial<VmCounters> = {};
  letters: DeadLetter[] = [];
  /** Input of the last `recover`. */
  suspects: readonly Suspect[] = [];
  readonly progress = new ScriptedProgress();
  /** What `causes` answers, by "source sequence". */
  readonly chains = new Map<string, readonly CauseLink[]>();
  private readonly faults = new Map<string, { fault: Fault; times: number }>();

  constructor(
    readonly name: VmName,
    private readonly log: string[],
    private readonly time: VirtualTime,
    readonly deathWatch: DeathWatch,
    readonly listener: VmListener | undefined,
  ) {}

  /** The next `times` calls of `call` (as `restart` or `restart scene`) fail or hang. */
  script(call: string, fault: Fault, times = 1): void {
    this.faults.set(call, { fault, times });
  }

  /** The next call answers when `after` resolves. */
  hold(call: string, after: Promise<void>): void {
    this.script(call, { after });
  }

  /** The actor's incarnation ends. An epoch of the past makes it a report that comes late. */
  trap(actor: string, epoch = this.epochs.get(actor) ?? 0): void {
    if (epoch === this.epochs.get(actor)) this.ended.add(actor);
    this.listener?.report({ type: 'ended', report: crashReport(actor, this.name, epoch, this.time.nowMicros()) });
  }

  /** The actor's incarnation ends, and its VM has started the next by permit. */
  trapAndGoOn(actor: string): void {
    const ended = this.epochs.get(actor) ?? 0;
    this.began(actor, ended + 1);
    this.listener?.report({ type: 'ended', report: crashReport(actor, this.name, ended, this.time.nowMicros(), ended + 1) });
  }

  /** Whether the actor runs here, and would be started again without a command. */
  isPermitted(actor: string): boolean {
    const epoch = this.epochs.get(actor);
    return this.deathWatch.reason === null && epoch !== undefined && !this.ended.has(actor) && this.permits.get(actor) === epoch + 1;
  }

  /** Tells at which message its former incarnation hung. */
  tellHung(actor: string): void {
    this.listener?.report({ type: 'hung', report: crashReport(actor, this.name, this.epochs.get(actor) ?? 0, this.time.nowMicros()) });
  }

  /** A message became poison. */
  poison(actor: string): void {
    const report = crashReport(actor, this.name, this.epochs.get(actor) ?? 0, this.time.nowMicros());
    this.listener?.report({ type: 'poisoned', report, frame: new Uint8Array(0) });
  }

  die(reason: string): void {
    this.deathWatch.cut(reason);
    this.listener?.lost(reason);
  }

  private async answer<T>(call: string, detail: string, value: T): Promise<T> {
    this.log.push(`${this.name}: ${[call, detail].join(' ').trim()}`);
    const scripted = this.faults.get(`${call} ${detail.split(' ')[0]}`) ?? this.faults.get(call);
    if (!scripted || scripted.times-- <= 0) return value;
    if (scripted.fault === 'hang') return new Promise<never>(() => {});
    if ('error' in scripted.fault) throw scripted.fault.error;
    await scripted.fault.after;
    return value;
  }

  async attach(peer: VmName): Promise<void> {
    await this.answer('attach', peer, undefined);
  }
  async setRoutes(routes: Routes): Promise<void> {
    await this.answer('setRoutes', '', undefined);
    this.routes = routes;
  }
  async spawn(order: SpawnSpec): Promise<void> {
    await this.answer('spawn', `${order.party} ${order.epoch}`, undefined);
    this.orders.push(order);
    this.began(order.party, order.epoch);
  }
  async restart(actor: string, epoch: number): Promise<void> {
    await this.answer('restart', `${actor} ${epoch}`, undefined);
    this.began(actor, epoch);
  }
  private began(actor: string, epoch: number): void {
    this.epochs.set(actor, epoch);
    this.ended.delete(actor);
    this.incarnations.push([actor, epoch]);
  }
  async permit(actor: string, epoch: number): Promise<void> {
    this.permits.set(actor, epoch);
  }
  async end(actor: string): Promise<number> {
    await this.answer('end', actor, 0);
    this.ended.add(actor);
    return this.epochs.get(actor) ?? 0;
  }
  async stop(actor: string): Promise<Uint8Array> {
    const savedState = await this.answer('stop', actor, new Uint8Array([this.epochs.get(actor) ?? 0]));
    this.epochs.delete(actor);
    return savedState;
  }
  snapshot(actor: string): Promise<Uint8Array> {
    return this.answer('snapshot', actor, new Uint8Array([7]));
  }
  async replace(actor: string, _address: string): Promise<void> {
    await this.answer('replace', actor, undefined);
  }
  async fence(address: number, epoch: number, lastSequence: number): Promise<void> {
    await this.answer('fence', `${address} ${epoch}`, undefined);
    this.fences.push({ address, epoch, lastSequence });
  }
  async tellEnded(watcher: number, { party, epoch, reason }: EndNotice): Promise<void> {
    await this.answer('tellEnded', `${watcher} ${party} ${epoch} ${reason}`, undefined);
  }
  async letGo(): Promise<void> {}
  async setAnimating(animating: boolean): Promise<void> {
    await this.answer('setAnimating', String(animating), undefined);
  }
  private get stood(): VmStand {
    return { vm: this.name, at: 0, next: null, waiting: 0, written: [] };
  }
  readonly debug: DebugControl = {
    breakOn: async () => {},
    stand: async () => this.stood,
    step: async () => ({ ...this.stood, handled: null }),
    haltAt: async () => {},
    goOn: async () => {},
  };

  async setTrapRate(rate: number, seed: number): Promise<void> {
    await this.answer('setTrapRate', `${rate} ${seed}`, undefined);
  }
  async crash(actor: string): Promise<void> {
    await this.answer('crash', actor, undefined);
  }
  async hang(actor: string): Promise<void> {
    await this.answer('hang', actor, undefined);
  }
  causes(source: number, sequence: number): Promise<readonly CauseLink[]> {
    return this.answer('causes', `${source} ${sequence}`, this.chains.get(`${source} ${sequence}`) ?? []);
  }
  /** What `locate` answers, by "actor epoch". */
  readonly sites = new Map<string, string>();
  locate(actor: string, epoch: number): Promise<string> {
    return Promise.resolve(this.sites.get(`${actor} ${epoch}`) ?? '');
  }
  health(): Promise<readonly ActorHealth[]> {
    const load = {
      vm: this.name,
      state: 'running',
      mailboxFrames: 0,
      mailboxBytes: 0,
      journalFrames: 0,
      handled: 3,
      memoryBytes: 0,
    } as const;
    return this.answer(
      'health',
      '',
      [...this.epochs].map(([actor, epoch]) => ({ actor, epoch, ...load })),
    );
  }
  counters(): Promise<VmCounters> {
    return this.answer('counters', '', { ...NO_COUNTS, ...this.counted });
  }
  deadLetters(): Promise<readonly DeadLetter[]> {
    return this.answer('deadLetters', '', this.letters);
  }
  tryFrame(actor: string): Promise<Trial> {
    return this.answer('tryFrame', actor, { trap: null, malformed: '', emitted: [] });
  }
  async deliverAgain(actor: string): Promise<void> {
    await this.answer('deliverAgain', actor, undefined);
  }
  async recover(orders: readonly RecoverySpec[], checkpoint: Uint8Array | undefined, suspects: readonly Suspect[]): Promise<void> {
    this.suspects = suspects;
    await this.answer('recover', `${orders.map(({ party, epoch }) => `${party} ${epoch}`).join(' ')} from ${checkpoint?.[0]}`, undefined);
    for (const { party, epoch } of orders) this.began(party, epoch);
  }
  readonly moves: MoveControl = {
    suspend: (address) => this.answer('suspend', String(address), []),
    settle: (address) => this.answer('settle', String(address), undefined),
    handOver: (actor) => this.answer('handOver', actor, { ...NO_HANDOVER, actor }),
    adopt: async ({ party, epoch }) => {
      await this.answer('adopt', `${party} ${epoch}`, undefined);
      this.began(party, epoch);
    },
    forget: async (actor) => {
      await this.answer('forget', actor, undefined);
      this.epochs.delete(actor);
    },
    resume: (address) => this.answer('resume', String(address), undefined),
  };
  private get traced(): TraceStatus {
    return { vm: this.name, level: 'off', isFlight: true, records: 0, bytes: 0, skipped: 0, share: 0 };
  }
  readonly tracer: TraceControl = {
    trace: async () => this.traced,
    traceStates: async () => {},
    traceStatus: async () => this.traced,
  };
  async begin(): Promise<void> {
    await this.answer('begin', '', undefined);
  }
  async written(): Promise<LinkPositions> {
    return [];
  }
  async served(): Promise<number> {
    return 0;
  }
  async shutdown(): Promise<void> {
    await this.answer('shutdown', '', undefined);
  }
}

export class ScriptedHost implements Host {
  readonly time = new VirtualTime();
  readonly clock = this.time;
  readonly timers = this.time;
  readonly standingTime = new ApplicationTime(this.time, this.time);
  readonly traces = new TraceMemories('here', 0);
  readonly log: string[] = [];
  readonly vms = new Map<VmName, ScriptedVm>();
  /** Also those that were lost. */
  readonly everyVm: ScriptedVm[] = [];
  readonly local: VmHandle;
  /** VMs that do not start, and why. */
  readonly startFailures = new Map<VmName, Error>();
  /** Called with each VM before it is asked anything. */
  onStart: (vm: ScriptedVm) => unknown = () => {};
  debugging = false;
  probeDebugger?: () => Promise<boolean>;
  warn: Host['warn'] = null;
  /** The VMs of which a spare is wanted. */
  readonly spares = new Map<string, boolean>();

  constructor(readonly capabilities: Capabilities = { wasm: true, sharedMemory: true, workers: true }) {
    this.local = this.handle('host', undefined);
  }

  listen(): void {}

  vm(name: VmName): ScriptedVm {
    const vm = this.vms.get(name);
    if (!vm) throw new Error(`VM ${name} was not started`);
    return vm;
  }

  async startVm(name: 'js' | 'wasm', listener: VmListener, { again, failedOver }: Partial<VmStart> = {}): Promise<VmHandle> {
    this.log.push(['start', name, ...(again ? ['again'] : []), ...(failedOver ? ['failed over'] : [])].join(' '));
    const failure = this.startFailures.get(name);
    if (failure) throw failure;
    return this.handle(name, listener);
  }

  beat(intervalMs: number, fn: () => void): () => void {
    return this.time.beat(intervalMs, fn);
  }

  async keepSpare(name: string, kept: boolean): Promise<void> {
    this.spares.set(name, kept);
  }

  async connect(a: VmHandle, b: VmHandle): Promise<void> {
    const transport = { incoming: null, outgoing: null };
    await Promise.all([a.control.attach(b.name, transport), b.control.attach(a.name, transport)]);
  }

  private handle(name: VmName, listener: VmListener | undefined): VmHandle {
    const deathWatch = new DeathWatch();
    const vm = new ScriptedVm(name, this.log, this.time, deathWatch, listener);
    this.vms.set(name, vm);
    this.everyVm.push(vm);
    this.onStart(vm);
    const terminate = async () => {
      this.log.push(`terminate ${name}`);
      deathWatch.cut('terminated');
    };
    const { time } = this;
    const deadlines = new DebuggerAwareDeadlines({ timers: time, clock: time, debugging: () => this.debugging });
    return { name, control: guardControl(name, vm, { deadlines, deathWatch }), progress: vm.progress, terminate };
  }
}
