/**
 * The runtime inside one VM: its actors and ports, its links to the other VMs, its journal. The same on every thread and in the
 * simulation; the host drives it by calling `pump` and hands it the platform as plain objects.
 *
 *   links --drain--> router --> mailboxes --batch--> actors and ports --> gate --> router --> links --flush-->
 */
import { Journal } from '../../bus/journal.js';
import { Kinds } from '../../bus/kinds.js';
import type { FrameSink } from '../../bus/link.js';
import { type OutgoingRequest, type RequestIdentity, RequestLedger } from '../../bus/requests.js';
import { Router } from '../../bus/router.js';
import type { ErrorCode } from '../../protocol/errors.js';
import { system } from '../../protocol/generated/system.js';
import { FRAME_BYTES_MAX, JOURNAL_BYTES } from '../../protocol/limits.js';
import type { ActorHealth, DeadLetter, EndNotice, RecoverySpec, Routes, SpawnSpec, VmControl, VmCounters } from '../contract/control.js';
import type { CauseLink } from '../contract/events.js';
import type { VmName } from '../contract/instance.js';
import { loop } from '../contract/standstill.js';
import type { Suspect } from '../contract/suspect.js';
import type { Trial } from '../contract/trial.js';
import { OutboxBuilder } from '../model/outbox-builder.js';
import type { PortHandlers, PortParty } from '../model/port-handlers.js';
import { healthOf } from './cell/actor-health.js';
import { causeLinks } from './cell/crash-report.js';
import { CrashSites } from './cell/crash-sites.js';
import { LastCrashes } from './cell/last-crashes.js';
import { wholeFrame } from './cell/trial.js';
import { CheckpointMemory } from './checkpoint-memory.js';
import { Checkpointer, neededFrom } from './checkpointer.js';
import { DeadlineTimer } from './deadline-timer.js';
import { FaultRates } from './fault-rates.js';
import { Hearing } from './hearing.js';
import { HostReports } from './host-reports.js';
import { LostRequests } from './lost-requests.js';
import { Mover } from './mover.js';
import { PermittedRestarts } from './permitted-restarts.js';
import type { Port, PortServices } from './port/port.js';
import { progressOf } from './progress-teller.js';
import { Pump } from './pump.js';
import { RuntimeMetrics } from './runtime-metrics.js';
import { type Party, Scheduler } from './scheduler.js';
import { SystemSender } from './system-sender.js';
import { Tap } from './tap.js';
import { TopicResync } from './topic-resync.js';
import { VmActors } from './vm-actors.js';
import { countersOf } from './vm-counters.js';
import { VmLinks } from './vm-links.js';
import type { VmMemory, VmOptions } from './vm-options.js';
import { VmPorts } from './vm-ports.js';

export class Vm implements VmControl {
  readonly name: VmName;
  readonly kinds: Kinds;
  private readonly router: Router;
  private readonly requests = new RequestLedger();
  /** All that happens here passes it. */
  readonly tap: Tap;
  private readonly journal: Journal;
  private readonly services: PortServices;
  private readonly actors: VmActors;
  private readonly ports: VmPorts;
  private readonly links: VmLinks;
  private readonly sink: FrameSink = (bytes, at, length) => this.arrive(bytes, at, length);
  private readonly lost: LostRequests;
  private readonly work: Pump;
  private readonly sender: SystemSender;
  private readonly scheduler: Scheduler;
  readonly moves: Mover;
  private readonly restarts = new PermittedRestarts();
  private readonly faultRates = new FaultRates();
  private readonly deadlines: DeadlineTimer;
  private readonly hearing: Hearing;
  private closed = false;
  private readonly reports: HostReports;
  private readonly crashSites: CrashSites;
  private readonly resync: TopicResync;
  private readonly checkpointer: Checkpointer | null;
  /** Nothing is taken in until what the former incarnation knew is known again. */
  private recovering: boolean;

  constructor(private readonly options: VmOptions) {
    this.name = options.name;
    this.kinds = new Kinds(options.parties, system);
    const now = () => options.clock.nowMicros();
    this.tap = new Tap(progressOf(options), now);
    this.reports = new HostReports(options.name, this.kinds, options.events, now);
    this.tap.listen(this.reports);
    this.crashSites = new CrashSites(this.tap);
    this.tap.listen(this.crashSites);
    const { memory } = options;
    this.hearing = this.createHearing();
    this.scheduler = new Scheduler(options.timers, this.wake);
    this.journal = new Journal(memory?.journal ?? Journal.allocate(JOURNAL_BYTES, false), options.mirror);
    this.recovering = memory?.recovers ?? false;
    this.deadlines = new DeadlineTimer(options.clock, options.timers, this.requests, () => this.deadlinePassed());
    this.checkpointer = memory ? this.createCheckpointer(memory.checkpoint) : null;
    this.router = new Router({
      kinds: this.kinds,
      tap: this.tap,
      requests: this.requests,
      bounce: (requester, request, kind, code) => this.fail(requester, request, kind, code),
      orphaned: (request) => this.withdraw([request]),
      carrier: options.carrier,
    });
    const { name: vm, parties, openLink } = options;
    const { wake } = this;
    this.links = new VmLinks({ vm, parties, router: this.router, openLink, retains: this.retains, wake });
    this.services = {
      vm: options.name,
      router: this.router,
      kinds: this.kinds,
      requests: this.requests,
      now,
      watchDeadline: (deadlineAt) => this.deadlines.watch(deadlineAt),
      journal: this.journal,
      tap: this.tap,
      events: options.events,
      lastCrashes: new LastCrashes(),
      makeRoom: (bytes) => this.makeRoom(bytes),
      scratch: new Uint8Array(FRAME_BYTES_MAX),
      drawFault: (frames) => this.faultRates.draw(frames),
      restartSoon: (cell) => {
        this.restarts.add(cell);
        this.wake();
      },
      incarnation: memory?.incarnation ?? 1,
      wake,
      onPortError: options.onPortError,
      loop: options.loop ?? loop,
      fail: ({ requester, request, kind }, code) => this.fail(requester, request, kind, code),
      parties: options.parties,
    };
    const served = { add: (party: Party) => this.addParty(party), remove: (party: Party) => this.removeParty(party) };
    this.ports = new VmPorts(this.services, served);
    this.sender = new SystemSender(options.name, this.services.incarnation, this.services);
    this.resync = new TopicResync(options.parties, this.router, this.sender);
    const { links, scheduler, checkpointer, resync } = this;
    this.actors = new VmActors(this.services, { vm, factories: options.factories, served, checkpointer, resync });
    this.moves = new Mover(this.services, { links, actors: this.actors, scheduler, checkpointer });
    const { requests, kinds } = this;
    const fail = (request: OutgoingRequest, code: ErrorCode) => this.failOwn(request, code);
    this.lost = new LostRequests({ requests, kinds, links, fail, now, held: () => this.held });
    const { actors, ports, restarts, moves, lost, sink } = this;
    const { clock, spareInstances: sparesInstances } = options;
    const { gate } = this.sender;
    this.work = new Pump({ clock, links, scheduler, actors, ports, restarts, moves, lost, checkpointer, gate, sparesInstances, sink });
    const measuring = options.parties.find(({ measures }) => measures !== undefined);
    if (measuring) {
      const listening = () => !gate.blocked && this.router.hasRoute(measuring.address);
      this.tap.listen(new RuntimeMetrics(options.name, gate, new OutboxBuilder(), measuring, listening, kinds, now));
    }
    if (checkpointer) this.tap.listen(checkpointer);
    if (options.listener) this.tap.listen(options.listener);
  }

  private createHearing(): Hearing {
    const { name: vm, clock, beat, wake } = this.options;
    return new Hearing({
      vm,
      now: () => clock.nowMicros(),
      beat,
      serves: () => !this.recovering && !this.closed,
      isAwake: () => this.links.awake,
      hasWork: () => this.work.hasWork,
      deaf: (report) => this.tap.deaf(report),
      wake,
    });
  }

  private createCheckpointer(memory: VmMemory['checkpoint']): Checkpointer {
    return new Checkpointer({
      journal: this.journal,
      tap: this.tap,
      readers: () => this.links.readers,
      cells: () => this.actors.all,
      mailboxes: () => this.scheduler.parties.map(({ mailbox }) => mailbox),
      stopped: () => this.actors.stopped,
      orphaned: () => [...this.actors.orphaned.held, ...this.sender.gate.held],
      flush: () => this.links.flush(),
      sent: () => [...this.links.sent, ...(this.options.carrier?.unreleased() ?? [])],
      requests: () => this.requests.openOf((address) => !this.ports.has(address)),
      memory: memory ? new CheckpointMemory(memory) : null,
      keep: (bytes, neededFrom) => this.options.events.report({ type: 'checkpoint', bytes, neededFrom }),
      now: () => this.options.clock.nowMicros(),
      onKept: this.wake,
    });
  }

  /** Opens a port of this VM. The host's control plane makes its address known to the other VMs. */
  openPort<P extends PortParty>(schema: P, handlers: PortHandlers<P>): Port<P> {
    return this.ports.add({ schema, create: () => handlers, supervised: false }).create();
  }

  /**
   * Opens a port of application code: when a handler throws, or its promise is rejected, its supervisor starts it again.
   * @param create makes the handlers of each incarnation anew, with the port that they send through; the first time when every actor runs
   */
  openSupervisedPort<P extends PortParty>(schema: P, create: (port: Port<P>) => PortHandlers<P>): void {
    this.ports.add({ schema, create, supervised: true });
  }

  /**
   * Serves links and mailboxes for about `budgetMicros`.
   * @returns true when more work waits; false when all is quiet and the links will call `wake`
   */
  pump(budgetMicros: number): boolean {
    if (this.recovering || this.closed) return false;
    const more = this.work.run(budgetMicros);
    this.hearing.pumped(more, this.work.worked);
    return more;
  }

  /** Asks the driver for a pump. */
  private readonly wake = (): void => this.hearing.wake();

  /** Takes a frame that a carrier has brought. @returns false when its target has no room */
  arrive(bytes: Uint8Array, at: number, length: number): boolean {
    if (this.recovering || this.closed) return false;
    const accepted = this.router.arrive(bytes, at, at + length);
    if (accepted && this.options.carrier) this.wake();
    return accepted;
  }

  /** Whether the party at this address lives here. */
  has(address: number): boolean {
    return this.scheduler.parties.some((party) => party.address === address);
  }

  /** An actor or port waits for its supervisor to restart it. */
  get restarting(): boolean {
    return [...this.actors.all.map(({ core }) => core), ...this.ports.all].some(({ state }) => state === 'restarting');
  }

  /** What waits for room, of whomever. */
  private get held(): readonly Uint8Array[] {
    const gates = this.scheduler.parties.flatMap(({ gate }) => gate.held);
    return [...gates, ...this.actors.orphaned.held].map(({ frame }) => frame);
  }

  private isPort(address: number): boolean {
    return this.options.parties.some((party) => party.role === 'port' && party.address === address);
  }

  /** What is drained stays in the links until it is durable. */
  get retains(): boolean {
    return this.checkpointer !== null;
  }

  private addParty(party: Party): void {
    this.router.addLocal(party);
    this.scheduler.add(party);
  }

  private removeParty(party: Party): void {
    this.router.removeLocal(party.address);
    this.scheduler.remove(party);
  }

  /** @returns false when the journal has no room yet: before an actor has restarted, or the host has a checkpoint */
  private makeRoom(bytes: number): boolean {
    const { journal } = this;
    const hasRoom = () => journal.capacity - journal.usedBytes >= bytes;
    if (hasRoom()) return true;
    if (this.checkpointer) {
      this.checkpointer.hurry();
    } else {
      for (const cell of this.actors.all) cell.takeSnapshot();
      journal.truncate(neededFrom(journal, this.actors.all));
    }
    return hasRoom();
  }

  /** Tells a requester that no reply will come. */
  private fail(requester: number, request: number, kind: number, code: ErrorCode): void {
    const { kinds, services } = this;
    const byCrash = kinds.isPort(requester) && (code === 'poisoned' || code === 'ended');
    this.sender.tellFailed(requester, request, kind, code, byCrash ? services.lastCrashes.of(kinds.get(kind)?.owner ?? 0) : null);
    this.wake();
  }

  /** Tells those who have them in hand that nobody waits for these requests any more. */
  private withdraw(requests: readonly RequestIdentity[]): void {
    for (const request of requests) this.sender.tellWithdrawn(request);
    if (requests.length > 0) this.wake();
  }

  /** A port withdraws what is late by itself, in order with what it has sent. */
  private failOwn(request: OutgoingRequest, code: ErrorCode): void {
    this.fail(request.requester, request.request, request.kind, code);
    if (code === 'deadline' && !this.ports.has(request.requester)) this.withdraw([request]);
  }

  private deadlinePassed(): void {
    this.lost.deadlinePassed();
    this.wake();
  }

  async attach(peer: VmName, transport: { readonly incoming: unknown; readonly outgoing: unknown }): Promise<void> {
    this.links.attach(peer, transport);
    this.lost.linked(peer, (address) => this.isPort(address) && this.links.vmOf(address) === peer);
    this.wake();
  }

  async setRoutes(routes: Routes): Promise<void> {
    this.links.setRoutes(routes);
    this.lost.unreachable((address) => !this.router.hasRoute(address));
    this.withdraw(this.requests.inHand(({ requester }) => this.kinds.isPort(requester) && !this.router.hasRoute(requester)));
    this.wake();
  }

  async spawn(spec: SpawnSpec): Promise<void> {
    const port = this.ports.named(spec.party);
    if (port) return this.ports.restart(port, spec.epoch);
    await this.actors.spawn(spec);
    this.wake();
  }

  async restart(actor: string, epoch: number): Promise<void> {
    const port = this.ports.named(actor);
    if (port) return this.ports.restart(port, epoch);
    this.actors.restart(actor, epoch);
    this.wake();
  }

  async permit(actor: string, epoch: number): Promise<void> {
    this.actors.named(actor).permitRestart(epoch);
  }

  async end(actor: string): Promise<number> {
    return this.actors.named(actor).end();
  }

  async stop(actor: string): Promise<Uint8Array> {
    const port = this.ports.named(actor);
    if (port) return this.ports.stop(port);
    const savedState = this.actors.stop(actor);
    this.wake();
    // What it sent last, and what it was, would be in no checkpoint.
    if (!this.closed) await this.checkpointer?.make();
    return savedState;
  }

  async letGo(actor: string): Promise<void> {
    this.actors.letGo(actor);
  }

  async snapshot(actor: string): Promise<Uint8Array> {
    const cell = this.actors.named(actor);
    this.reports.asked(cell.address);
    return cell.savedState();
  }

  async fence(address: number, epoch: number, lastSequence: number): Promise<void> {
    this.router.fence(address, epoch, lastSequence);
    this.withdraw(this.requests.inHand((request) => request.requester === address && this.router.isOrphaned(request)));
  }

  async tellEnded(watcher: number, notice: EndNotice): Promise<void> {
    this.sender.tellEnded(watcher, notice);
    this.wake();
  }

  async setAnimating(animating: boolean): Promise<void> {
    this.scheduler.setAnimating(animating);
    this.wake();
  }

  async setTrapRate(rate: number, seed: number): Promise<void> {
    this.faultRates.set('trap', rate, seed);
  }

  async setHangRate(rate: number, seed: number): Promise<void> {
    this.faultRates.set('hang', rate, seed);
  }

  async crash(actor: string): Promise<void> {
    (this.ports.named(actor) ?? this.actors.named(actor)).orderFault('trap');
  }

  async hang(actor: string): Promise<void> {
    (this.ports.named(actor) ?? this.actors.named(actor)).orderFault('hang');
  }

  async causes(source: number, sequence: number): Promise<readonly CauseLink[]> {
    return causeLinks(this.tap.trace, this.kinds, source, sequence);
  }

  async locate(party: string, epoch: number): Promise<string> {
    const { crashSites } = this;
    await crashSites.ready(party, epoch);
    const position = crashSites.locate(party, epoch);
    this.wake();
    return position;
  }

  async health(): Promise<readonly ActorHealth[]> {
    return this.actors.all.map(({ core }) => healthOf(core, this.name));
  }

  async counters(): Promise<VmCounters> {
    const { router, tap, kinds } = this;
    const { orphaned, counts: stopped, all } = this.actors;
    const { count: deaf } = this.hearing;
    const counts = stopped.with(all);
    const { all: ports } = this.ports;
    const { parties } = this.scheduler;
    return countersOf({ router, tap, kinds, counts, ports, parties, orphaned, deaf });
  }

  async deadLetters(): Promise<readonly DeadLetter[]> {
    return this.tap.deadLetters.list();
  }

  async tryFrame(actor: string, frame: Uint8Array): Promise<Trial> {
    const cell = this.actors.named(actor);
    return cell.tryFrame(wholeFrame(frame, cell.address));
  }

  async deliverAgain(actor: string, frame: Uint8Array): Promise<void> {
    const party = this.ports.named(actor) ?? this.actors.named(actor);
    party.deliverAgain(wholeFrame(frame, party.address));
    this.wake();
  }

  async recover(orders: readonly RecoverySpec[], bytes: Uint8Array | undefined, suspects: readonly Suspect[]): Promise<void> {
    this.actors.resume(this.ports.resume(orders), this.checkpointer?.former(bytes), this.sender);
    this.router.mute(this.ports.addresses);
    this.router.holdLocal(true);
    this.actors.blame(suspects);
    this.ports.blame(suspects);
    this.tap.progress.tellEach(true);
    const poisoned = this.actors.recover();
    this.tap.progress.tellEach(false);
    this.router.mute([]);
    this.router.holdLocal(false);
    for (const frame of poisoned) this.router.answerWithError('poisoned', frame, 0);
    this.lost.recovered((address) => this.ports.has(address));
    this.withdraw(this.requests.inHand((request) => this.router.isOrphaned(request)));
    this.recovering = false;
    this.deadlines.watch(this.requests.nextDeadline);
    // What came out again has left before: it is not for the checkpoint, which would carry it from loss to loss.
    this.work.retryHeld();
    const kept = this.checkpointer?.make();
    this.wake();
    await kept;
  }

  /** It stands still: nothing of it moves any more, as if its thread never came back. */
  freeze(): void {
    this.closed = true;
    this.checkpointer?.end();
    this.hearing.end();
    this.deadlines.end();
    this.scheduler.end();
    this.tap.progress.end();
    this.router.silence();
  }

  /** The VM is lost, but its thread is not: whatever still runs in it must not touch what the next incarnation goes on with. */
  abandon(): void {
    this.freeze();
    this.links.detach();
    this.ports.close();
  }

  async begin(): Promise<void> {
    this.router.begin();
    this.resync.begin();
    this.ports.open();
  }

  async shutdown(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.hearing.end();
    this.deadlines.end();
    this.scheduler.end();
    for (const { name } of this.actors.all) await this.stop(name);
    this.ports.close();
    this.links.close();
  }
}
