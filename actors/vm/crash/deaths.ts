/**
 * How the incarnations of one actor or port ended: at which frame, how often at the same one, and who was told.
 *
 *   ends at a frame ──┬── for the first time ──> its next incarnation handles the frame again
 *                     └── for the last time that is allowed ──> poison: a dead letter, and its party goes on without it
 *
 * The catch: an end after which the party is restarted by permit is reported only when the next incarnation has done its work.
 */
import type { Epoch, Frame } from '../../../protocol/names.js';
import type { Beginning } from '../../../trace/step.js';
import type { CrashReport } from '../../contract/events.js';
import { ActorTrap } from '../../contract/instance.js';
import { ATTEMPTS_MAX, Hang, type Suspect } from '../../contract/progress.js';
import type { Gate } from '../bus/gate.js';
import type { Runtime } from '../runtime.js';
import { NO_MESSAGE } from './crashes.js';

/** Identifies a frame: by its position in the journal, or by source and sequence where it is in none. */
export type FrameId = number | string;

/** No frame is to blame. */
export const NO_FRAME = -1;

/** Where a former incarnation of the VM may have hung. */
export interface HangPlace {
  /** The frame at which it hung, or several of which it was one. */
  readonly frames: readonly FrameId[];
  /** Whether it was at these, and not before. */
  readonly certain: boolean;
  /** Frames that may have led to the state in which it hung, at none of them. */
  readonly led?: readonly FrameId[];
}

export interface HangAttempt {
  readonly suspect: Suspect;
  /** Null when it was one of several. */
  readonly frame: FrameId | null;
  /** How often its party has ended at it. */
  readonly attempt: number;
}

export class Deaths {
  readonly permit = new RestartPermit();
  /** The frame at which the last incarnation ended. */
  private blamed: FrameId = NO_FRAME;
  private attempts = 0;
  /** How often the VM was lost at frames that come again, perhaps after others that end the party, too. As many as there are suspects. */
  private readonly lostAt = new Map<FrameId, number>();
  /** Whether an incarnation has begun and not ended. */
  private lives = false;
  /** Journal positions between which any entry may have ended an incarnation: it is not known which. */
  private doubt = { from: 0, to: 0 };
  /** Frames that are poison as soon as they come again. */
  private readonly condemned = new Map<FrameId, CrashReport>();
  private readonly untold: { readonly report: CrashReport; readonly trap: ActorTrap }[] = [];

  constructor(
    private readonly party: string,
    private readonly gate: Gate,
    private readonly runtime: Runtime,
  ) {}

  /** How often incarnations have ended at a frame in the journal. When it was one of several frames, that counts as one attempt at each. */
  attemptsAt(position: number): number {
    if (position === this.blamed) return this.attempts;
    return position >= this.doubt.from && position < this.doubt.to ? 1 : 0;
  }

  /** An incarnation has ended at one of the entries between two journal positions. */
  suspect(from: number, to: number): void {
    this.doubt = { from, to };
  }

  /** Whether the last frame has ended its party as often as one may. */
  get isPoison(): boolean {
    return this.attempts >= ATTEMPTS_MAX;
  }

  isBlamed(frame: FrameId): boolean {
    return frame === this.blamed || this.lostAt.has(frame);
  }

  /** The VM was lost so many times at a frame that is not here. */
  remember(frame: FrameId, attempts: number): void {
    this.lostAt.set(frame, attempts);
  }

  /** A frame has ended incarnations so many times. */
  blame(frame: FrameId, attempts: number): void {
    this.blamed = frame;
    this.attempts = attempts;
  }

  /** A frame has ended one more incarnation. */
  count(frame: FrameId): void {
    this.blame(frame, frame === NO_FRAME ? 1 : this.attemptsBefore(frame) + 1);
  }

  private attemptsBefore(frame: FrameId): number {
    if (typeof frame === 'number') return this.attemptsAt(frame);
    return frame === this.blamed ? this.attempts : (this.lostAt.get(frame) ?? 0);
  }

  /** Forgets the blamed frame, and what is known of this one: it is handled as if it had never ended anything. */
  forgive(frame: FrameId): void {
    this.lostAt.delete(frame);
    this.blame(NO_FRAME, 0);
  }

  /** @throws Error when no incarnation of this epoch can come next */
  checkNext(epoch: Epoch): void {
    if (epoch <= this.gate.epoch) throw new Error(`epoch ${epoch} of ${this.party} is not above ${this.gate.epoch}`);
  }

  /** The present incarnation runs. @param begin what it begins with; null when it goes on from the one before, and for a port */
  began(begin: Beginning | null = null): void {
    this.lives = true;
    this.runtime.tap.tell.started(this.gate.address, this.gate.epoch, begin);
  }

  /** If an incarnation runs, it has ended in no crash: its supervisor ended it, or it goes on in another VM. */
  over(): void {
    if (!this.lives) return;
    this.lives = false;
    this.runtime.tap.tell.ended(this.gate.address, this.gate.epoch, null, null);
  }

  /**
   * Ends the present incarnation in a trap, and spends a permit for the next one.
   * @param frame the frame to name; null when it is unknown, or there is none
   */
  end(trap: ActorTrap, frame: Frame | null, attempt = this.attempts): CrashReport {
    const { crashes, tap } = this.runtime;
    const restartsAs = this.permit.spend(this.gate.epoch);
    const report = crashes.describe({ ...this.identity, trap, frame, attempt, restartsAs });
    crashes.begin(report);
    this.lives = false;
    tap.tell.ended(this.gate.address, report.epoch, report, trap);
    return report;
  }

  /**
   * Goes through hangs of former incarnations of the VM, oldest first, and leaves out those at no frame that is here. Where the frame is
   * uncertain, the hang counts as one attempt at each frame that it may have been: one that certainly hangs again has then had two.
   */
  *attemptsOf(suspects: readonly Suspect[], placeOf: (suspect: Suspect) => HangPlace): Generator<HangAttempt> {
    const attempts = new Map<FrameId, number>();
    const before = (frame: FrameId): number => attempts.get(frame) ?? 0;
    for (const suspect of suspects) {
      const { frames, certain, led = [] } = placeOf(suspect);
      for (const frame of led) attempts.set(frame, Math.max(before(frame), 1));
      if (frames.length === 0) continue;
      const frame = frames.length === 1 ? frames[0] : null;
      const attempt = certain && frame !== null ? Math.max(before(frame), suspect.attempts) + 1 : 1;
      for (const each of frames) attempts.set(each, Math.max(before(each), attempt));
      yield { suspect, frame, attempt };
    }
  }

  /** Describes a crash that is no end. */
  describe(trap: ActorTrap, frame: Frame | null): CrashReport {
    return this.runtime.crashes.describe({ ...this.identity, trap, frame, attempt: 1, restartsAs: 0 });
  }

  /**
   * The VM of a former incarnation hung, or its thread ended, at a frame, in this attempt.
   * @param frame null when it is not here, or unknown
   */
  hung(suspect: Suspect, attempt: number, frame: Frame | null, reason = suspect.reason): CrashReport {
    const { crashes, bus } = this.runtime;
    const epoch = this.gate.epoch - 1;
    const report = crashes.describe({ ...this.identity, epoch, trap: hangOf(reason), frame, attempt, restartsAs: 0 });
    const { source, sequence } = suspect;
    if (source === 0) return report;
    return { ...report, message: { ...NO_MESSAGE, source: bus.kinds.partyName(source), sequence } };
  }

  private get identity(): Pick<CrashReport, 'party' | 'address' | 'epoch' | 'lastSequence'> {
    const { address, epoch, sequence: lastSequence } = this.gate;
    return { party: this.party, address, epoch, lastSequence };
  }

  /** Makes a frame a dead letter because the party ended at it too often; the party goes on without it. */
  poison(frame: Frame, report: CrashReport): void {
    this.tell();
    this.runtime.bus.router.reject('poisoned', report.reason, frame, 0);
    this.runtime.tap.report({ type: 'poisoned', report, frame });
  }

  /** A frame that is not here was tried so many times: if it may not be tried again, it is poison as soon as it comes. */
  condemn(frame: FrameId, attempt: number, report: CrashReport): void {
    if (attempt >= ATTEMPTS_MAX) this.condemned.set(frame, report);
  }

  get condemns(): boolean {
    return this.condemned.size > 0;
  }

  /** @returns true when the frame was condemned and has become a dead letter */
  refuses(id: FrameId, copyFrame: () => Uint8Array): boolean {
    const known = this.condemned.get(id);
    if (!known) return false;
    this.condemned.delete(id);
    const { crashes } = this.runtime;
    const frame = copyFrame();
    const report = crashes.withMessage(known, frame);
    crashes.begin(report);
    this.poison(frame, report);
    crashes.over(report.address);
    return true;
  }

  /** Epoch with which the party is to be restarted without asking; 0 when it waits for its supervisor, or has not ended. */
  get restartsAs(): Epoch {
    return this.untold.at(-1)?.report.restartsAs ?? 0;
  }

  /** Keeps a report for the next `tell`. */
  keep(report: CrashReport, trap: ActorTrap): void {
    this.untold.push({ report, trap });
  }

  /** The restart by permit after the last end does not take place: tells the supervisor. */
  callOffRestart(): void {
    const last = this.untold.pop();
    if (last) this.keep({ ...last.report, restartsAs: 0 }, last.trap);
    this.tell();
  }

  /** Reports what was kept, in order. */
  tell(): void {
    for (const { report, trap } of this.untold.splice(0)) this.runtime.tap.report({ type: 'ended', report }, trap);
  }
}

export const hangOf = (reason: string): ActorTrap => new ActorTrap(0, new Hang(reason));

/**
 * The right to start the next incarnation of an actor without asking its supervisor first (docs/SUPERVISION.md, "Restart by permit").
 * It is good for one epoch, once.
 */
export class RestartPermit {
  /** Epoch of the last permit that was used; 0 before. */
  lastSpent = 0;
  private epoch = 0;

  grant(epoch: Epoch): void {
    this.epoch = epoch;
  }

  /** Spends the permit, whatever it was for. @returns the epoch after `ended`, or 0 when there is no permit for it */
  spend(ended: number): number {
    const { epoch } = this;
    this.epoch = 0;
    if (epoch !== ended + 1) return 0;
    this.lastSpent = epoch;
    return epoch;
  }
}
