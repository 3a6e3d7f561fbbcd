/**
 * Whether a VM stands between two messages, and where it comes to stand by itself. While it stands nothing is handled and nobody is restarted;
 * frames still arrive, and what has been emitted still leaves.
 *
 *   goes on ──┬── `stand` ────────────────────────────> stands ── `goOn` ──> goes on
 *             ├── before a message of `before` ───────────┤  ^
 *             └── after a message of `after`, at a trap ──┘  └── `step`: one message is let through
 *
 * The catch: a batch cannot be left in the middle. So batches are of one message while it watches; without that it costs a look at a field.
 */

import { frameLength, KIND_OFFSET, readU16, readU53, SEQUENCE_OFFSET, SOURCE_OFFSET } from '../../../protocol/frame.js';
import type { Address, Epoch, Frame } from '../../../protocol/names.js';
import type { ConditionOf } from '../../contract/breakpoint.js';
import type { CrashReport, VmEvent } from '../../contract/events.js';
import type { ActorTrap, LinkPositions } from '../../contract/instance.js';
import {
  type HaltReason,
  type HaltReport,
  type Halts,
  type NextMessage,
  SHOWN_FRAME_BYTES_MAX,
  TRAPPED_FRAME_BYTES_MAX,
  type VmStand,
  type VmStep,
} from '../../contract/pause.js';
import type { Runtime } from '../runtime.js';
import type { TapListener } from '../tap/tap.js';
import { MessageTests, type Met } from '../watch/breakpoints.js';
import type { Party, Turnstile } from './scheduler.js';

const NOTHING = new Uint8Array(0);

export class Halt implements TapListener, Turnstile {
  stands = false;
  private before: MessageTests | null = null;
  private afterwards: MessageTests | null = null;
  private trap = false;
  /** A message is let through: the last one that was about to be handled. */
  private passing: NextMessage | null = null;
  private steps = false;
  /** It is asked which message would be next: nobody is served. */
  private looks = false;
  /** Names the message before which it has come to stand: it is not held a second time. */
  private held = '';
  /** The message that is being handled, while it watches for a trap. A crash report has only the beginning of a long one. */
  private begunFrame: Uint8Array = NOTHING;
  private unlisten = (): void => {};
  private goingOn: (() => void)[] = [];

  /** @param conditionOf reads conditions of messages; without it, they may have none */
  constructor(
    private readonly runtime: Runtime,
    private readonly conditionOf: ConditionOf | undefined,
  ) {}

  /** In place of those before. @throws BreakpointError `condition`: then those before hold */
  set({ before, after, trap }: Halts): void {
    const { runtime, conditionOf } = this;
    const [tests, afterwards] = [before, after ? [after] : []].map((points) => new MessageTests(runtime, conditionOf, points));
    this.before = tests.isEmpty ? null : tests;
    this.afterwards = afterwards.isEmpty ? null : afterwards;
    this.trap = trap;
    this.unlisten();
    this.unlisten = this.watches ? runtime.tap.listen(this) : () => {};
    this.turn();
  }

  private get watches(): boolean {
    return this.before !== null || this.afterwards !== null || this.trap;
  }

  /** The scheduler asks only where there is something to ask. */
  private turn(): void {
    this.runtime.scheduler.turnstile = this.stands || this.watches ? this : null;
  }

  /** From now on nothing is handled. */
  stand(): void {
    this.stands = true;
    this.runtime.options.standingTime?.stand();
    this.turn();
  }

  /** @param behindMicros how far the clock is behind that of the platform */
  goOn(behindMicros: number): void {
    this.runtime.options.standingTime?.goOn(behindMicros);
    this.stands = false;
    this.turn();
    for (const resolve of this.goingOn.splice(0)) resolve();
    this.runtime.bus.wake();
  }

  /** Resolves when it goes on. */
  over(): Promise<void> {
    return new Promise((resolve) => this.goingOn.push(resolve));
  }

  /** Lets one message through. @param behindMicros as for `goOn` @param serve serves one party, if it can */
  step(behindMicros: number, serve: () => boolean): VmStep {
    let served = false;
    this.runtime.options.standingTime?.goOn(behindMicros);
    this.steps = true;
    try {
      served = serve();
    } finally {
      this.steps = false;
      this.runtime.options.standingTime?.stand();
    }
    const handled = served ? this.passing : null;
    return { ...this.stood, handled };
  }

  /** How far others had written what is for this VM. */
  cameOf(written: readonly Pick<VmStand, 'vm' | 'written'>[]): LinkPositions {
    const { vm: here } = this.runtime.bus;
    return written.flatMap(({ vm, written }) => written.filter(([peer]) => peer === here).map(([, position]) => [vm, position] as const));
  }

  get stood(): VmStand {
    const { bus, scheduler, options } = this.runtime;
    const waiting = scheduler.parties.reduce((sum, { mailbox }) => sum + mailbox.frames(), 0);
    return { vm: bus.vm, at: options.clock.nowMicros(), next: this.next, waiting, written: bus.links.flushedTo() };
  }

  /** The scheduler chooses, and is held before it serves. */
  private get next(): NextMessage | null {
    this.passing = null;
    this.looks = true;
    this.runtime.scheduler.serveOne();
    this.looks = false;
    return this.passing;
  }

  get closed(): boolean {
    return this.looks ? this.passing !== null : this.stands && !this.steps;
  }

  /** Whether the next message of this party is held: the VM stands from now on. */
  holds(party: Party, lane: number): boolean {
    const frame = party.peek(lane);
    if (this.steps || this.looks) this.passing = this.messageOf(party.address, frame);
    if (this.looks) return true;
    const name = nameOf(party.address, frame);
    if (this.steps || !this.before || name === this.held) return false;
    const met = this.before.look(party.address, frame, 0);
    if (!met) return false;
    this.held = name;
    this.halt('breakpoint', problemOf(met), this.messageOf(party.address, frame));
    return true;
  }

  begun(_party: Address, bytes: Uint8Array): void {
    const length = frameLength(bytes, 0);
    this.begunFrame = this.trap && length <= TRAPPED_FRAME_BYTES_MAX ? bytes.slice(0, length) : NOTHING;
  }

  handled(party: Address, bytes: Uint8Array, _frames: number, again: boolean): void {
    const met = again || this.stands ? null : this.afterwards?.look(party, bytes, 0);
    if (met) this.halt('after', problemOf(met), this.messageOf(party, bytes));
  }

  ended(_party: Address, _epoch: Epoch, report: CrashReport | null, trap: ActorTrap | null): void {
    if (report && this.trap && !this.stands) this.trapped(report, trap);
  }

  report(event: VmEvent, trap: ActorTrap | null): void {
    if (event.type === 'crashed' && this.trap && !this.stands) this.trapped(event.report, trap);
  }

  private trapped({ party, address, reason, position, message }: CrashReport, trap: ActorTrap | null): void {
    const { kindName, source, sequence, sentAt, firstBytes } = message;
    const sourceAddress = this.runtime.bus.kinds.addressOf(source) ?? 0;
    const frame = wholeIn(firstBytes, this.begunFrame);
    const report = this.halt('trap', reason, { party, address, kindName, source, sourceAddress, sequence, sentAt, frame }, position);
    if (trap && !trap.isLocated) void this.locate(report, trap);
  }

  /** Its crash is reported when it has been restarted, so its position is searched for here. */
  private async locate(report: HaltReport, trap: ActorTrap): Promise<void> {
    await trap.ready();
    if (trap.position !== '') this.runtime.tap.report({ type: 'haltLocated', report: { ...report, position: trap.position } });
  }

  private halt(why: HaltReason, detail: string, message: NextMessage, position = ''): HaltReport {
    const report = { vm: this.runtime.bus.vm, why, detail, position, message };
    this.stand();
    this.runtime.tap.report({ type: 'halted', report });
    return report;
  }

  /** @param bytes a frame at their start */
  private messageOf(address: Address, bytes: Uint8Array): NextMessage {
    const { kinds } = this.runtime.bus;
    const frame = bytes.subarray(0, frameLength(bytes, 0));
    const { kind: _, ...message } = kinds.messageOf(frame);
    return {
      ...message,
      party: kinds.partyName(address),
      address,
      sourceAddress: readU16(frame, SOURCE_OFFSET),
      frame: frame.length > SHOWN_FRAME_BYTES_MAX ? NOTHING : frame.slice(),
    };
  }
}

const nameOf = (address: Address, frame: Frame): string => `${address} ${readU16(frame, SOURCE_OFFSET)} ${readU53(frame, SEQUENCE_OFFSET)}`;

/** The frame whose first bytes these are; nothing when it is not here. */
function wholeIn(first: Uint8Array, begun: Uint8Array): Uint8Array {
  if (first.length <= KIND_OFFSET) return NOTHING;
  if (frameLength(first, 0) <= first.length) return first;
  return first.every((byte, at) => byte === begun[at]) ? begun : NOTHING;
}

const problemOf = ({ problem, text }: Met): string => (problem === '' ? '' : `the condition of ${text} threw: ${problem}`);
