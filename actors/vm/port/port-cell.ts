/**
 * One port in a VM across its incarnations: mailbox, gate, and the frame at which the present incarnation ended.
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

import { DecodeError } from '../../../protocol/errors.js';
import { frameLength, framesIn, readU16, readU53, SEQUENCE_OFFSET, SOURCE_OFFSET } from '../../../protocol/frame.js';
import type { Address, Epoch, Frame, Sequence } from '../../../protocol/names.js';
import { loop, Standstill } from '../../contract/fault.js';
import { ActorTrap } from '../../contract/instance.js';
import type { Suspect } from '../../contract/progress.js';
import { isA, isGenerator, isPromise, placeOf } from '../../contract/thrown.js';
import type { PortHandlers, PortParty } from '../../model/handlers.js';
import { firstSequenceOf } from '../bus/gate.js';
import { Cell } from '../cell/cell.js';
import { RepeatedCrashes } from '../crash/crashes.js';
import type { Runtime } from '../runtime.js';
import { Port } from './port.js';

export interface PortSpec<P extends PortParty> {
  readonly schema: P;
  /** Makes the handlers of one incarnation. */
  readonly create: (port: Port<P>) => PortHandlers<P>;
  readonly supervised: boolean;
}

export class PortCell<P extends PortParty = PortParty> extends Cell {
  readonly goesOn = true;
  readonly stays = true;
  readonly seen: number[] = [];
  /** idle: it has not been opened yet. */
  state: 'idle' | 'running' | 'restarting' | 'stopped' = 'idle';
  private port: Port<P> | null = null;
  /** The frame at which the last incarnation ended, until the next one takes it. */
  private left: Uint8Array | null = null;
  private readonly repeats = new RepeatedCrashes();

  constructor(
    private readonly spec: PortSpec<P>,
    runtime: Runtime,
  ) {
    super(spec.schema, runtime);
    this.beginAs(runtime.bus.incarnation);
  }

  get blocked(): boolean {
    return this.gate.blocked;
  }

  runnable(lane: number): boolean {
    return this.runs && this.mailbox.frames(lane) > 0 && !this.port?.goesOn;
  }

  /** Sets the number of the coming incarnation, before it has sent anything. */
  beginAs(epoch: Epoch): void {
    this.gate.epoch = epoch;
    this.gate.sequence = Math.max(this.gate.sequence, firstSequenceOf(epoch));
  }

  /** Begins the first incarnation of a port without supervision: it may handle frames before it may send. @throws what `create` throws */
  create(): Port<P> {
    this.state = 'running';
    this.deaths.began();
    this.port = this.make();
    return this.port;
  }

  private make(): Port<P> {
    const { schema, create } = this.spec;
    const port: Port<P> = new Port(schema, create, this.gate, this.runtime, (error) => this.failed(port, error, null));
    return port;
  }

  /** Every actor runs: a supervised port begins. */
  open(): void {
    if (this.state === 'stopped') return;
    if (this.spec.supervised) this.begin();
    else this.port?.open();
  }

  peek(lane: number): Uint8Array {
    return this.mailbox.peek(lane);
  }

  /** Handles one frame, so that interactive frames are noticed in between. @returns frames taken */
  handleBatch(lane: number): number {
    const bytes = this.runtime.roomFor(this.mailbox.peekLength(lane));
    if (this.mailbox.take(lane, bytes, 0, bytes.length, 1) === 0) return 0;
    this.runtime.tap.taken(this.address, bytes, frameLength(bytes, 0));
    if (!this.deaths.condemns || !this.refuses(bytes)) this.handle(bytes);
    return 1;
  }

  private refuses(bytes: Uint8Array): boolean {
    return this.deaths.refuses(identityOf(bytes), () => bytes.slice(0, frameLength(bytes, 0)));
  }

  private handle(bytes: Uint8Array): void {
    const port = this.port as Port<P>;
    const { tap, bus } = this.runtime;
    const started = bus.tap.now();
    let thrown: { readonly error: unknown } | null = null;
    tap.begunAtPort(this.address, bytes);
    try {
      this.mind(port, port.handle(bytes), () => bytes.slice(0, frameLength(bytes, 0)));
      this.strike(bytes);
    } catch (error) {
      if (Standstill.in(error)) throw error;
      thrown = { error };
    }
    if (!thrown) tap.tell.handled(this.address, bytes, 1, false);
    tap.tell.done(this.address, bus.tap.now() - started);
    if (thrown) this.judge(port, thrown.error, bytes);
    tap.progress.done();
  }

  /** A handler threw at the frame in `bytes`. */
  private judge(port: Port<P>, error: unknown, bytes: Uint8Array): void {
    if (isA(error, DecodeError)) this.runtime.bus.router.reject('undecodable', error.message, bytes, 0);
    else this.failed(port, error, bytes.slice(0, frameLength(bytes, 0)));
  }

  /** Strikes with the injected fault. A frame that has ended an incarnation is spared, so that no injected fault makes it poison. */
  private strike(frame: Frame): void {
    const { ordered } = this;
    if (!ordered || this.deaths.isBlamed(identityOf(frame))) return;
    this.ordered = null;
    if (ordered === 'trap') throw new Error('injected fault');
    (this.runtime.options.loop ?? loop)();
  }

  /** Watches the promise of a handler, which may fail later. */
  private mind(port: Port<P>, handling: unknown, copyFrame: () => Uint8Array | null): void {
    if (isGenerator(handling))
      throw new Error(`a handler of ${this.spec.schema.name} is a generator, which nobody runs: make it a plain or an async function`);
    if (!isPromise(handling)) return;
    const frame = copyFrame();
    Promise.resolve(handling).catch((error) => this.failed(port, error, frame));
  }

  /** What an incarnation throws after its end means nothing. */
  private failed(port: Port<P> | null, error: unknown, frame: Frame | null): void {
    if (!this.spec.supervised) this.tellOf(error, frame);
    else if (port === this.port && this.runs) this.crash(error, frame);
  }

  /** @param frame null when it ended as it opened: the frame at which the one before ended waits for the next */
  private crash(error: unknown, frame: Frame | null): void {
    this.state = 'restarting';
    const { deaths } = this;
    if (frame) deaths.count(identityOf(frame));
    const trap = asTrap(error);
    const report = frame ? deaths.end(trap, frame) : deaths.end(trap, null, 1);
    const isPoison = frame !== null && deaths.isPoison;
    if (isPoison) deaths.poison(frame, report);
    if (frame) this.left = isPoison ? null : frame;
    this.leave();
    deaths.keep(report, trap);
    deaths.tell();
  }

  /** Reports a crash of a port without supervision, which goes on. */
  private tellOf(error: unknown, frame: Frame | null): void {
    this.runtime.options.onPortError(this.name, error);
    const trap = asTrap(error);
    const report = this.repeats.admit(this.deaths.describe(trap, frame));
    if (report) this.runtime.tap.report({ type: 'crashed', report }, trap);
  }

  /** Closes the incarnation. Requests that it is working on fail; those that wait for the next one do not. */
  private leave(): void {
    this.port?.close();
    this.port = null;
    const { requests, router } = this.runtime.bus;
    const inHand = requests.abandon(this.address);
    if (this.left) router.acceptAgain(this.address, this.left, 0);
    for (const frame of this.mailbox.contents.flatMap(framesIn)) router.acceptAgain(this.address, frame, 0);
    for (const request of inHand) if (!requests.holds(request)) this.runtime.bus.fail(request, 'ended');
  }

  /** Starts the next incarnation. On return the port runs, or has ended again and was reported. */
  restart(epoch: Epoch): void {
    const { bus } = this.runtime;
    if (this.runs) this.leave();
    this.deaths.over();
    bus.router.fence(this.address, epoch, this.gate.sequence);
    this.beginAs(epoch);
    this.begin();
    bus.wake();
  }

  private begin(): void {
    this.state = 'running';
    this.deaths.began();
    try {
      this.runtime.tap.progress.during(this.address, () => {
        const port = this.make();
        this.port = port;
        this.mind(port, port.open(), () => null);
      });
    } catch (error) {
      if (Standstill.in(error)) throw error;
      this.crash(error, null);
      return;
    }
    const { left } = this;
    this.left = null;
    if (left) this.handle(left);
  }

  /** Handles a poison frame, out of order. @throws Error when the port does not run */
  deliverAgain(frame: Frame): void {
    if (!this.runs) throw new Error(`${this.name} does not run`);
    this.deaths.forgive(identityOf(frame));
    this.runtime.bus.router.acceptAgain(this.address, frame, 0);
    this.handle(frame);
  }

  /**
   * A port's frame is in no journal. But frames that the hung incarnation had not released come again, with the same source and sequence.
   */
  blame(suspects: readonly Suspect[]): void {
    const placeOf = ({ source, sequence }: Suspect) => ({ frames: source === 0 ? [] : [keyOf(source, sequence)], certain: true });
    for (const { suspect, frame, attempt } of this.deaths.attemptsOf(suspects, placeOf)) {
      const report = this.deaths.hung(suspect, attempt, null);
      if (frame !== null) this.deaths.remember(frame, attempt);
      if (frame !== null) this.deaths.condemn(frame, attempt, report);
      if (!suspect.reported) this.runtime.tap.report({ type: 'hung', report });
    }
  }

  /** Ends the port until it is restarted: frames that wait for it become dead letters. */
  stop(): null {
    this.bury(this.left ? [this.left] : []);
    this.left = null;
    this.state = 'stopped';
    this.leave();
    this.deaths.over();
    this.runtime.bus.wake();
    return null;
  }

  /** The VM ends. */
  close(): void {
    this.port?.close();
    this.deaths.over();
  }

  /** It is opened when every actor runs. */
  recover(): void {}

  checkRestart(epoch: Epoch): void {
    this.deaths.checkNext(epoch);
  }
}

/** A port is in JavaScript: its stack says where it threw. */
const asTrap = (error: unknown): ActorTrap => (isA(error, ActorTrap) ? error : new ActorTrap(0, error, placeOf(error)));

const keyOf = (source: Address, sequence: Sequence): string => `${source} ${sequence}`;
const identityOf = (frame: Frame): string => keyOf(readU16(frame, SOURCE_OFFSET), readU53(frame, SEQUENCE_OFFSET));
