/**
 * One port in a VM across its incarnations: mailbox, gate, and what the present incarnation ended at.
 *
 *   mailbox ──frame──> handler ──┬── returned, and its promise was kept: spent
 *                                └── threw, or its promise was rejected
 *                                      not supervised: reported; the frame is spent, the port goes on
 *                                      supervised: closed, `ended` to the supervisor; the mailbox waits
 *
 *   restart(epoch): handlers made anew ──> onOpen ──> the frame it ended at, once more ──> the mailbox
 *
 * A frame at which two incarnations ended is poison: a dead letter, and the port goes on without it.
 */
import { Mailbox } from '../../../bus/mailbox.js';
import { DecodeError } from '../../../protocol/errors.js';
import { frameLength, framesIn, readU16, readU53, SEQUENCE_OFFSET, SOURCE_OFFSET } from '../../../protocol/frame.js';
import type { CrashReport } from '../../contract/events.js';
import type { FaultKind } from '../../contract/fault.js';
import { ActorTrap } from '../../contract/instance.js';
import { Standstill } from '../../contract/standstill.js';
import { type Suspect, TRIES_MAX } from '../../contract/suspect.js';
import { isA, isGenerator, isPromise, placeOf } from '../../contract/thrown.js';
import type { PortHandlers, PortParty } from '../../model/port-handlers.js';
import { crashReport } from '../cell/crash-report.js';
import { firstSequenceOf, Gate } from '../cell/gate.js';
import type { Party } from '../scheduler.js';
import { Port, type PortServices } from './port.js';
import { PortSuspicions } from './port-suspicions.js';
import { RepeatedCrashes } from './repeated-crashes.js';

export interface PortSpec<P extends PortParty> {
  readonly schema: P;
  /** Makes the handlers of one incarnation. */
  readonly create: (port: Port<P>) => PortHandlers<P>;
  readonly supervised: boolean;
}

export class PortCell<P extends PortParty = PortParty> implements Party {
  readonly mailbox = new Mailbox();
  readonly seen: number[] = [];
  readonly gate: Gate;
  /** idle: it has not been opened. */
  state: 'idle' | 'running' | 'restarting' | 'stopped' = 'idle';
  private port: Port<P> | null = null;
  /** The frame at which the last incarnation ended, until the next one has it. */
  private left: Uint8Array | null = null;
  /** Source and sequence of the frame at which an incarnation ended last, and how many have. */
  private culprit = '';
  private attempts = 0;
  /** To strike at the next frame. */
  private ordered: FaultKind | null = null;
  private readonly suspicions: PortSuspicions;
  private readonly repeats = new RepeatedCrashes();

  constructor(
    private readonly spec: PortSpec<P>,
    private readonly services: PortServices,
  ) {
    this.gate = new Gate(spec.schema.address, services);
    this.suspicions = new PortSuspicions(this, services);
    this.beginAs(services.incarnation);
  }

  get address(): number {
    return this.spec.schema.address;
  }

  get name(): string {
    return this.spec.schema.name;
  }

  get blocked(): boolean {
    return this.gate.blocked;
  }

  runnable(lane: number): boolean {
    return this.state === 'running' && this.mailbox.frames(lane) > 0;
  }

  /** The number of the incarnation to come, before it has sent anything. */
  beginAs(epoch: number): void {
    this.gate.epoch = epoch;
    this.gate.sequence = Math.max(this.gate.sequence, firstSequenceOf(epoch));
  }

  /** The first incarnation of a port that is not supervised: it may handle frames before it may send. @throws what `create` throws */
  create(): Port<P> {
    this.state = 'running';
    this.services.tap.started(this.address, this.gate.epoch);
    this.port = this.make();
    return this.port;
  }

  private make(): Port<P> {
    const { schema, create } = this.spec;
    const port: Port<P> = new Port(schema, create, this.gate, this.services, (error) => this.failed(port, error, null));
    return port;
  }

  /** Every actor runs. A supervised port begins. */
  open(): void {
    if (this.spec.supervised) this.begin();
    else this.port?.open();
  }

  /** Handles one frame, so that interactive frames are looked for in between. @returns frames taken */
  handleBatch(lane: number): number {
    const bytes = this.services.scratch;
    if (this.mailbox.take(lane, bytes, 0, bytes.length, 1) === 0) return 0;
    this.services.tap.taken(this.address, bytes, frameLength(bytes, 0));
    if (!this.suspicions.refuses(bytes)) this.handle(bytes);
    return 1;
  }

  private handle(bytes: Uint8Array): void {
    const port = this.port as Port<P>;
    const { tap } = this.services;
    tap.begunAtPort(this.address, bytes);
    try {
      this.mind(port, port.handle(bytes), () => bytes.slice(0, frameLength(bytes, 0)));
      this.strike(bytes);
      tap.handled(this.address, bytes, 1, false);
    } catch (error) {
      if (Standstill.in(error)) throw error;
      if (isA(error, DecodeError)) this.services.router.reject('undecodable', error.message, bytes, 0);
      else this.failed(port, error, bytes.slice(0, frameLength(bytes, 0)));
    }
    tap.progress.done();
  }

  /** The fault to order. What has ended an incarnation passes it by, so that no frame is given up for orders. */
  private strike(frame: Uint8Array): void {
    const { ordered } = this;
    if (!ordered || identityOf(frame) === this.culprit) return;
    this.ordered = null;
    if (ordered === 'trap') throw new Error('injected fault');
    this.services.loop();
  }

  /** A handler that goes on in a promise may fail later. */
  private mind(port: Port<P>, handling: unknown, copyFrame: () => Uint8Array | null): void {
    if (isGenerator(handling))
      throw new Error(`a handler of ${this.spec.schema.name} is a generator, which nobody runs: make it a plain or an async function`);
    if (!isPromise(handling)) return;
    const frame = copyFrame();
    Promise.resolve(handling).catch((error) => this.failed(port, error, frame));
  }

  /** What an incarnation that has ended still throws is of no meaning. */
  private failed(port: Port<P> | null, error: unknown, frame: Uint8Array | null): void {
    if (!this.spec.supervised) this.tellOf(error, frame);
    else if (port === this.port && this.state === 'running') this.end(error, frame);
  }

  /** @param frame none when it ended as it opened: the frame at which the one before had ended waits for the next */
  private end(error: unknown, frame: Uint8Array | null): void {
    this.state = 'restarting';
    if (frame) this.count(frame);
    const { router, tap, lastCrashes } = this.services;
    const trap = asTrap(error);
    const report = this.reportOf(trap, frame, frame ? this.attempts : 1);
    lastCrashes.note(report);
    tap.ended(report, trap);
    const hopeless = frame !== null && this.attempts >= TRIES_MAX;
    if (hopeless) {
      router.reject('poisoned', report.reason, frame, 0);
      tap.poisoned(report, frame);
    }
    if (frame) this.left = hopeless ? null : frame;
    this.leave();
    tap.reported(report, trap);
  }

  /** Not supervised: it goes on. */
  private tellOf(error: unknown, frame: Uint8Array | null): void {
    this.services.onPortError(this.name, error);
    const trap = asTrap(error);
    const report = this.repeats.admit(this.reportOf(trap, frame, 1));
    if (!report) return;
    this.services.tap.crashed(report, trap);
  }

  private reportOf(trap: ActorTrap, frame: Uint8Array | null, attempt: number): CrashReport {
    const { name: party, address, gate } = this;
    const { epoch, sequence: lastSequence } = gate;
    return crashReport(this.services, { party, address, epoch, lastSequence, trap, frame, attempt, restartsAs: 0 });
  }

  private count(frame: Uint8Array): void {
    const culprit = identityOf(frame);
    this.attempts = culprit === this.culprit ? this.attempts + 1 : 1;
    this.culprit = culprit;
  }

  /** Closes the incarnation. Requests that it has in hand fail; those that wait for the next one do not. */
  private leave(): void {
    this.port?.close();
    this.port = null;
    const { requests, router, fail } = this.services;
    const inHand = requests.abandon(this.address);
    if (this.left) router.acceptAgain(this.address, this.left, 0);
    for (const frame of this.mailbox.contents.flatMap(framesIn)) router.acceptAgain(this.address, frame, 0);
    for (const request of inHand) if (!requests.holds(request)) fail(request, 'ended');
  }

  /** Starts the next incarnation. On return the port is running, or has ended again and was reported. */
  restart(epoch: number): void {
    if (this.state === 'running') this.leave();
    this.services.router.fence(this.address, epoch, this.gate.sequence);
    this.services.lastCrashes.passed(this.address);
    this.beginAs(epoch);
    this.begin();
  }

  private begin(): void {
    this.state = 'running';
    this.services.tap.started(this.address, this.gate.epoch);
    try {
      this.services.tap.progress.during(this.address, () => {
        const port = this.make();
        this.port = port;
        this.mind(port, port.open(), () => null);
      });
    } catch (error) {
      if (Standstill.in(error)) throw error;
      this.end(error, null);
      return;
    }
    const { left } = this;
    this.left = null;
    if (left) this.handle(left);
  }

  /** Handles a frame that was given up, out of its order. @throws Error when it does not run */
  deliverAgain(frame: Uint8Array): void {
    if (this.state !== 'running') throw new Error(`${this.name} does not run`);
    this.culprit = '';
    this.services.router.acceptAgain(this.address, frame, 0);
    this.handle(frame);
  }

  /** Makes the handler of the next frame throw, or hang, when it has done its work. */
  orderFault(fault: FaultKind): void {
    this.ordered = fault;
  }

  /** The VM has hung at frames of this port. */
  blame(suspects: readonly Suspect[]): void {
    this.suspicions.blame(suspects);
  }

  /** Ends it until it is restarted: what waits for it becomes dead letters. */
  stop(): void {
    const bury = (bytes: Uint8Array, at: number, length: number): void =>
      this.services.tap.rejected('ended', `${this.name} has stopped`, bytes, at, length);
    if (this.left) bury(this.left, 0, this.left.length);
    this.left = null;
    this.mailbox.clear(bury);
    this.state = 'stopped';
    this.leave();
  }

  /** The VM goes. */
  close(): void {
    this.port?.close();
  }
}

/** A port is in JavaScript: where it threw is in the stack. */
const asTrap = (error: unknown): ActorTrap => (isA(error, ActorTrap) ? error : new ActorTrap(0, error, placeOf(error)));

const identityOf = (frame: Uint8Array): string => `${readU16(frame, SOURCE_OFFSET)} ${readU53(frame, SEQUENCE_OFFSET)}`;
