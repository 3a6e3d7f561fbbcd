/**
 * The runtime inside one VM: its actors and ports, its links to the other VMs, its journal. The same on every thread and in the
 * simulation; the host drives it by calling `pump` and hands it the platform as plain objects.
 *
 *   links --drain--> router --> mailboxes --batch--> actors and ports --> gate --> router --> links --flush-->
 */
import { DeadLetters } from '../bus/dead-letters.js';
import { Journal } from '../bus/journal.js';
import { Kinds } from '../bus/kinds.js';
import type { FrameSink } from '../bus/link.js';
import { IDLE, LANES } from '../bus/mailbox.js';
import { PairCounter } from '../bus/pair-counter.js';
import { Random } from '../bus/random.js';
import { RequestLedger } from '../bus/requests.js';
import { type LocalTarget, Router } from '../bus/router.js';
import { TraceRing } from '../bus/trace.js';
import { Vigil } from '../bus/vigil.js';
import { HOST_RUNTIME, JS_RUNTIME, WASM_RUNTIME } from '../protocol/addresses.js';
import { ERROR_CODES, type ErrorCode } from '../protocol/errors.js';
import { metrics } from '../protocol/generated/metrics.js';
import { system } from '../protocol/generated/system.js';
import { FRAME_BYTES_MAX, IDLE_DELAY_MAX_MS, JOURNAL_BYTES, MAILBOX_BYTES_MAX, MAILBOX_FRAMES_MAX } from '../protocol/limits.js';
import type { PartySchema } from '../protocol/schema.js';
import { ActorCell } from './cell.js';
import type { ActorHealth, CauseLink, DeadLetter, Routes, SpawnOrder, VmControl, VmCounters, VmEvents } from './control.js';
import { Gate } from './gate.js';
import type { VmName } from './instance.js';
import { OutboxBuilder } from './outbox-builder.js';
import { Port, type PortHandlers, type PortParty, type PortServices } from './port.js';
import { RuntimeMetrics } from './runtime-metrics.js';
import type { OpenLink, VmOptions } from './vm-options.js';

/** Addresses of the VMs' runtimes, as sources of system messages. */
const RUNTIME_ADDRESS: Record<VmName, number> = { host: HOST_RUNTIME, js: JS_RUNTIME, wasm: WASM_RUNTIME };
/** Frames taken from a link before the mailboxes are served. */
const DRAIN_FRAMES_MAX = 1024;

interface Party extends LocalTarget {
  readonly gate: Gate;
  runnable(lane: number): boolean;
  handleBatch(lane: number): number;
}

export class Vm implements VmControl {
  readonly name: VmName;
  readonly kinds: Kinds;
  private readonly router: Router;
  private readonly requests = new RequestLedger();
  private readonly deadLetterBox: DeadLetters;
  private readonly trace = new TraceRing();
  private readonly journal: Journal;
  private readonly handled = new PairCounter();
  private readonly services: PortServices;
  private readonly cells = new Map<string, ActorCell>();
  private readonly ports = new Map<number, Party & { open(): void; close(): void }>();
  private readonly links = new Map<VmName, OpenLink>();
  /** The same links, as every pump wants them. */
  private openLinks: readonly OpenLink[] = [];
  private routes: ReadonlyMap<number, VmName> = new Map();
  private readonly sink: FrameSink = (bytes, at, length) => this.arrive(bytes, at, length);
  private readonly vigil = new Vigil();
  /** In this pump. */
  private portServed = false;
  private readonly runtime: Gate;
  private readonly metrics: RuntimeMetrics;
  private readonly outbox = new OutboxBuilder();
  private parties: Party[] = [];
  /** Of actors that were stopped, while some of their output has not left. */
  private leaving: Gate[] = [];
  /** Of actors that were stopped. */
  private readonly past = { dropped: 0, conflated: 0, replayed: 0, divergent: 0, traps: 0 };
  private turn = 0;
  private animating = false;
  /** Idle frames have waited long enough: all that wait are handled. */
  private idleDue = false;
  private idleTimer: unknown;
  private trapRate = 0;
  private traps = new Random(0);
  private deadlineTimer: unknown;
  private deadlineAt = Number.POSITIVE_INFINITY;
  private closed = false;

  constructor(private readonly options: VmOptions) {
    this.name = options.name;
    this.kinds = new Kinds(options.parties, system);
    const now = () => options.clock.nowMicros();
    this.deadLetterBox = new DeadLetters(undefined, now);
    this.journal = new Journal(options.journalMemory ?? Journal.allocate(JOURNAL_BYTES, false));
    this.router = new Router({
      kinds: this.kinds,
      deadLetters: this.deadLetterBox,
      trace: this.trace,
      requests: this.requests,
      bounce: (requester, request, kind, code) => this.fail(requester, request, kind, code),
      carrier: options.carrier,
    });
    this.services = {
      vm: options.name,
      router: this.router,
      kinds: this.kinds,
      requests: this.requests,
      now,
      watchDeadline: (deadlineAt) => this.watchDeadline(deadlineAt),
      journal: this.journal,
      deadLetters: this.deadLetterBox,
      trace: this.trace,
      events: this.reporting(options.events),
      handled: this.handled,
      makeRoom: (bytes) => this.makeRoom(bytes),
      scratch: new Uint8Array(FRAME_BYTES_MAX),
      drawFault: (frames) => this.drawFault(frames),
      sample: (bytes, length, time) => this.metrics.sample(bytes, length, time),
      wake: options.wake,
      onPortError: options.onPortError,
      parties: options.parties,
    };
    this.runtime = new Gate(RUNTIME_ADDRESS[options.name], this.services);
    const measured = options.parties.some(({ name }) => name === metrics.name);
    const listening = () => measured && !this.runtime.blocked && this.router.hasRoute(metrics.address);
    this.metrics = new RuntimeMetrics(options.name, this.runtime, new OutboxBuilder(), listening);
  }

  /** What the host is told, the metrics are told too. */
  private reporting(events: VmEvents): VmEvents {
    return {
      ended: (report) => {
        events.ended(report);
        this.metrics.crashed(report);
      },
      poisoned: (report) => events.poisoned(report),
    };
  }

  /** Opens a port of this VM. The host's control plane makes its address known to the other VMs. */
  openPort<P extends PortParty>(schema: P, handlers: PortHandlers<P>): Port<P> {
    if (this.ports.has(schema.address)) throw new Error(`port ${schema.name} is open already`);
    const port = new Port(schema, handlers, this.services);
    this.ports.set(schema.address, port);
    this.addParty(port);
    return port;
  }

  /**
   * Serves links and mailboxes for about `budgetMicros`.
   * @returns true when more work waits; false when all is quiet and the links will call `wake`
   */
  pump(budgetMicros: number): boolean {
    const until = this.options.clock.nowMicros() + budgetMicros;
    this.portServed = false;
    do {
      if (this.work(until)) return true;
      // What a port has handled may go on in promises, which come first.
    } while (!this.portServed && this.vigil.keep(this.openLinks));
    return !this.sleep();
  }

  /** @returns true when the time is over, false when there is nothing more to do */
  private work(until: number): boolean {
    do {
      const left = this.retryHeld();
      const taken = this.drainLinks();
      const served = this.serveOne();
      this.flushLinks();
      if (!left && !taken && !served) return false;
    } while (this.options.clock.nowMicros() < until);
    return true;
  }

  /** Takes a frame that a carrier has brought. @returns false when its target has no room */
  arrive(bytes: Uint8Array, at: number, length: number): boolean {
    const accepted = this.router.arrive(bytes, at, at + length);
    if (accepted && this.options.carrier) this.options.wake();
    return accepted;
  }

  /** Whether the party at this address lives here. */
  has(address: number): boolean {
    return this.parties.some((party) => party.address === address);
  }

  /** An actor waits for its supervisor to restart it. */
  get restarting(): boolean {
    return [...this.cells.values()].some(({ state }) => state === 'restarting');
  }

  private sleep(): boolean {
    let asleep = true;
    for (const { reader } of this.openLinks) asleep = reader.sleep() && asleep;
    return asleep;
  }

  /** Offers again what found no room. @returns true when something left */
  private retryHeld(): boolean {
    let left = false;
    if (this.runtime.blocked) left = this.runtime.retry();
    for (const party of this.parties) if (party.gate.blocked) left = party.gate.retry() || left;
    if (this.leaving.length > 0) this.leaving = this.leaving.filter((gate) => !gate.retry());
    return left;
  }

  private drainLinks(): boolean {
    let taken = 0;
    for (const { reader } of this.openLinks) taken += reader.drain(this.sink, DRAIN_FRAMES_MAX);
    return taken > 0;
  }

  /** Serves the party whose turn it is in the first lane that has work. @returns false when no party could be served */
  private serveOne(): boolean {
    for (let lane = 0; lane < LANES.length; lane++) {
      if (lane === IDLE && this.holdsIdle()) return false;
      for (let i = 0; i < this.parties.length; i++) {
        const party = this.parties[(this.turn + i) % this.parties.length];
        if (!party.runnable(lane) || party.handleBatch(lane) === 0) continue;
        this.turn = (this.turn + i + 1) % this.parties.length;
        if (this.ports.has(party.address)) this.portServed = true;
        return true;
      }
    }
    return false;
  }

  /** Idle frames wait while something animates, until the first of them has waited long enough or they are in the way of the others. */
  private holdsIdle(): boolean {
    if (!this.animating) return false;
    if (!this.parties.some((party) => party.runnable(IDLE))) {
      this.idleDue = false;
      return false;
    }
    if (this.idleDue || this.parties.some(isCrowded)) return false;
    this.idleTimer ??= this.options.timers.set(IDLE_DELAY_MAX_MS, () => {
      this.idleTimer = undefined;
      this.idleDue = true;
      this.options.wake();
    });
    return true;
  }

  private flushLinks(): void {
    for (const { writer } of this.openLinks) writer.flush();
  }

  private addParty(party: Party): void {
    this.router.addLocal(party);
    this.parties = [...this.parties, party];
  }

  private removeParty(party: Party): void {
    this.router.removeLocal(party.address);
    this.parties = this.parties.filter((other) => other !== party);
    this.turn = 0;
  }

  /** @returns false when the journal has no room before an actor has restarted */
  private makeRoom(bytes: number): boolean {
    if (this.journal.capacity - this.journal.usedBytes >= bytes) return true;
    let neededFrom = this.journal.position;
    for (const cell of this.cells.values()) {
      cell.takeSnapshot();
      neededFrom = Math.min(neededFrom, cell.neededFrom);
    }
    this.journal.truncate(neededFrom);
    return this.journal.capacity - this.journal.usedBytes >= bytes;
  }

  private drawFault(frames: number): number {
    if (this.trapRate === 0) return -1;
    for (let i = 0; i < frames; i++) if (this.traps.chance(this.trapRate)) return i;
    return -1;
  }

  /** Tells a requester that no reply will come. */
  private fail(requester: number, request: number, kind: number, code: ErrorCode): void {
    this.outbox.begin();
    this.outbox.append(system.receives.requestFailed, requester, { request, requestKind: kind, code: ERROR_CODES.indexOf(code) });
    this.runtime.release(this.outbox.bytes, 0, this.outbox.length);
    this.options.wake();
  }

  /** One timer for the earliest deadline of all. */
  private watchDeadline(deadlineAt: number): void {
    if (this.closed || deadlineAt >= this.deadlineAt) return;
    const { timers, clock } = this.options;
    timers.clear(this.deadlineTimer);
    this.deadlineAt = deadlineAt;
    this.deadlineTimer = timers.set(Math.max(0, (deadlineAt - clock.nowMicros()) / 1000), () => this.failLate());
  }

  private failLate(): void {
    this.deadlineAt = Number.POSITIVE_INFINITY;
    this.drainLinks(); // a reply that has arrived comes before its deadline
    const now = this.options.clock.nowMicros();
    for (const late of this.requests.takeLost(({ deadlineAt }) => deadlineAt <= now))
      this.fail(late.requester, late.request, late.kind, 'deadline');
    this.watchDeadline(this.requests.nextDeadline);
  }

  private cell(actor: string): ActorCell {
    const cell = this.cells.get(actor);
    if (!cell) throw new Error(`VM ${this.name} has no actor ${actor}`);
    return cell;
  }

  async attach(peer: VmName, transport: { readonly incoming: unknown; readonly outgoing: unknown }): Promise<void> {
    const link = this.options.openLink(transport);
    link.reader.onFrames = this.options.wake;
    link.writer.onRoom = this.options.wake;
    this.links.get(peer)?.writer.close();
    this.links.get(peer)?.reader.close();
    this.links.set(peer, link);
    this.openLinks = [...this.links.values()];
    this.route();
    this.options.wake();
  }

  async setRoutes(routes: Routes): Promise<void> {
    this.routes = new Map(routes);
    this.route();
    for (const lost of this.requests.takeLost(({ target }) => !this.router.hasRoute(target))) {
      this.fail(lost.requester, lost.request, lost.kind, 'unreachable');
    }
    this.options.wake();
  }

  /** Over the links that are open now. */
  private route(): void {
    for (const party of this.options.parties) {
      const vm = this.routes.get(party.address);
      const link = vm === undefined || vm === this.name ? undefined : this.links.get(vm);
      this.router.setRoute(party.address, link ? { vm: vm!, writer: link.writer } : null);
    }
    for (const [peer, address] of Object.entries(RUNTIME_ADDRESS)) {
      const link = this.links.get(peer as VmName);
      if (link) this.router.setRoute(address, { vm: peer, writer: link.writer });
    }
  }

  async spawn(order: SpawnOrder): Promise<void> {
    if (this.cells.has(order.actor)) throw new Error(`actor ${order.actor} is in VM ${this.name} already`);
    const factory = this.options.factories.find(({ schema }) => schema.name === order.actor);
    if (!factory) throw new Error(`VM ${this.name} has no implementation of actor ${order.actor}`);
    const cell = new ActorCell(factory, order, this.services);
    this.cells.set(order.actor, cell);
    this.router.fence(cell.address, order.epoch, cell.gate.sequence);
    this.addParty(cell);
    if (order.epoch > 1) this.resume(cell.address, factory.schema, order.snapshot !== undefined);
    this.options.wake();
  }

  /** What was meant for the actor while it was down is lost: requests of its own fail anew, and its topics, published and followed, are told as a whole. */
  private resume(address: number, { publishes, follows }: PartySchema, remembers: boolean): void {
    this.requests.reopen(address, remembers);
    this.watchDeadline(this.requests.nextDeadline);
    for (const { kind } of Object.values(publishes)) this.askFresh(kind, address);
    for (const path of follows) {
      const [owner, topic] = path.split('.');
      const party = this.options.parties.find(({ name }) => name === owner);
      if (party && this.router.hasRoute(party.address)) this.askFresh(party.publishes[topic].kind, address);
    }
  }

  /** Asks the owner of a topic to publish the whole of it. */
  private askFresh(topic: number, follower: number): void {
    this.outbox.begin();
    this.outbox.append(system.receives.refresh, this.kinds.get(topic)!.owner, { topic, follower });
    this.runtime.release(this.outbox.bytes, 0, this.outbox.length);
  }

  async restart(actor: string, epoch: number): Promise<void> {
    const cell = this.cell(actor);
    if (epoch <= cell.gate.epoch) throw new Error(`epoch ${epoch} of ${actor} is not above ${cell.gate.epoch}`);
    cell.restart(epoch);
    this.options.wake();
  }

  async stop(actor: string): Promise<Uint8Array> {
    const cell = this.cell(actor);
    const envelope = cell.stop();
    this.cells.delete(actor);
    this.removeParty(cell);
    this.remember(cell);
    if (cell.gate.blocked) this.leaving.push(cell.gate);
    for (const { requester, request, kind } of this.requests.abandon(cell.address)) this.fail(requester, request, kind, 'ended');
    this.options.wake();
    return envelope;
  }

  /** Its counts stay counted. */
  private remember({ mailbox, stats }: ActorCell): void {
    this.past.dropped += mailbox.stats.dropped;
    this.past.conflated += mailbox.stats.conflated;
    this.past.replayed += stats.replayed;
    this.past.divergent += stats.divergent;
    this.past.traps += stats.traps;
  }

  async snapshot(actor: string): Promise<Uint8Array> {
    return this.cell(actor).envelope();
  }

  async fence(address: number, epoch: number, lastSequence: number): Promise<void> {
    this.router.fence(address, epoch, lastSequence);
  }

  async setAnimating(animating: boolean): Promise<void> {
    this.idleDue = false;
    this.animating = animating;
    this.options.wake();
  }

  async setTrapRate(rate: number, seed: number): Promise<void> {
    this.trapRate = rate;
    this.traps = new Random(seed);
  }

  async crash(actor: string): Promise<void> {
    this.cell(actor).crash();
  }

  async causes(source: number, sequence: number): Promise<readonly CauseLink[]> {
    return this.trace.chain(source, sequence).map(({ source: address, sequence: number, kind }) => ({
      address,
      source: this.kinds.partyName(address),
      sequence: number,
      kindName: this.kinds.nameOf(kind),
    }));
  }

  async health(): Promise<readonly ActorHealth[]> {
    return [...this.cells.values()].map((cell) => cell.health());
  }

  async counters(): Promise<VmCounters> {
    const nameOf = (address: number) => this.kinds.partyName(address);
    const total = (count: (party: Party) => number) => this.parties.reduce((sum, party) => sum + count(party), 0);
    const cells = [...this.cells.values()];
    const sum = (count: (cell: ActorCell) => number) => cells.reduce((all, cell) => all + count(cell), 0);
    return {
      sent: this.router.sent.toRecord(nameOf),
      handled: this.handled.toRecord(nameOf),
      ...this.router.stats,
      deadLetters: this.deadLetterBox.count,
      dropped: this.past.dropped + total(({ mailbox }) => mailbox.stats.dropped),
      conflated: this.past.conflated + total(({ mailbox }) => mailbox.stats.conflated),
      waiting: this.leaving.length + total((party) => party.mailbox.frames() + (party.gate.blocked ? 1 : 0)),
      replayed: this.past.replayed + sum(({ stats }) => stats.replayed),
      divergent: this.past.divergent + sum(({ stats }) => stats.divergent),
      traps: this.past.traps + sum(({ stats }) => stats.traps),
    };
  }

  async deadLetters(): Promise<readonly DeadLetter[]> {
    return this.deadLetterBox.list();
  }

  async begin(): Promise<void> {
    for (const port of this.ports.values()) port.open();
  }

  async shutdown(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.options.timers.clear(this.deadlineTimer);
    this.options.timers.clear(this.idleTimer);
    for (const actor of [...this.cells.keys()]) await this.stop(actor);
    for (const port of this.ports.values()) port.close();
    this.flushLinks();
    for (const { reader, writer } of this.links.values()) {
      writer.close();
      reader.close();
    }
  }
}

/** Half of what the lanes of a mailbox share is taken. */
const isCrowded = ({ mailbox }: LocalTarget): boolean => mailbox.frames() > MAILBOX_FRAMES_MAX / 2 || mailbox.bytes > MAILBOX_BYTES_MAX / 2;
