/**
 * Decides which party is served next: the parties of a VM are served lane by lane, and within a lane in turn; a lane that was passed over
 * too often comes first once. Idle frames wait while something animates, until the first of them has waited long enough or they are in the
 * way of others.
 */
import { IDLE, LANES } from '../../../bus/mailbox.js';
import type { LocalTarget } from '../../../bus/router.js';
import { IDLE_DELAY_MAX_MS, MAILBOX_BYTES_MAX, MAILBOX_FRAMES_MAX } from '../../../protocol/limits.js';
import type { Timers } from '../../contract/host.js';
import type { Gate } from '../bus/gate.js';
import type { VmLinks } from '../bus/vm-links.js';

/**
 * Turns of higher lanes after which a lane with work gets one: a party that keeps sending itself interactive messages must not stop the
 * others.
 */
const PASSED_OVER_MAX = 8;

/** An actor or port of this VM. */
export interface Party extends LocalTarget {
  readonly gate: Gate;
  /** Whether promises of its handlers may go on: they come before anything else. */
  readonly goesOn: boolean;
  runnable(lane: number): boolean;
  /** The frame that it handles next in a lane in which it is runnable. Valid until it does. */
  peek(lane: number): Uint8Array;
  /** @param single whether one frame at most is taken @returns frames taken; 0 when it could not be served */
  handleBatch(lane: number, single: boolean): number;
}

/** Decides whether anybody is served at all, and then one message after another. */
export interface Turnstile {
  /** The VM stands. */
  readonly stands: boolean;
  /** Nobody is served: it stands, and no message is let through. */
  readonly closed: boolean;
  /** Whether it closes before the next message of a party. */
  holds(party: Party, lane: number): boolean;
}

export class Scheduler {
  parties: readonly Party[] = [];
  /** Null: everybody passes, in batches. */
  turnstile: Turnstile | null = null;
  private turn = 0;
  /** For each lane, the turns that higher lanes have had since its last. */
  private readonly passedOver = LANES.map(() => 0);
  private animating = false;
  /** True when idle frames have waited long enough: then all that wait are handled. */
  private idleDue = false;
  private idleTimer: unknown;

  constructor(
    private readonly timers: Timers,
    private readonly wake: () => void,
  ) {}

  get stands(): boolean {
    return this.turnstile?.stands ?? false;
  }

  add(party: Party): void {
    this.parties = [...this.parties, party];
  }

  remove(party: Party): void {
    this.parties = this.parties.filter((other) => other !== party);
    this.turn = 0;
  }

  get quiet(): boolean {
    return this.parties.every(({ mailbox }) => mailbox.frames() === 0);
  }

  /** Whether some party has frames and could handle them. */
  get hasWork(): boolean {
    return this.parties.some((party) => LANES.some((_, lane) => party.runnable(lane)));
  }

  setAnimating(animating: boolean): void {
    this.idleDue = false;
    this.animating = animating;
  }

  /** Serves the party whose turn it is in the first lane that has work. @returns null when no party could be served */
  serveOne(): Party | null {
    for (let lane = 1; lane < LANES.length; lane++) {
      const party = this.passedOver[lane] >= PASSED_OVER_MAX ? this.serveLane(lane) : null;
      if (party) return party;
    }
    for (let lane = 0; lane < LANES.length; lane++) {
      const party = this.serveLane(lane);
      if (party) return party;
    }
    return null;
  }

  private serveLane(lane: number): Party | null {
    const { turnstile } = this;
    if (turnstile?.closed) return null;
    if (lane === IDLE && this.holdsIdle()) return null;
    for (let i = 0; i < this.parties.length; i++) {
      const party = this.parties[(this.turn + i) % this.parties.length];
      if (!party.runnable(lane)) continue;
      if (turnstile?.holds(party, lane)) return null;
      if (party.handleBatch(lane, turnstile !== null) === 0) continue;
      this.turn = (this.turn + i + 1) % this.parties.length;
      for (let below = lane + 1; below < LANES.length; below++) this.passedOver[below]++;
      this.passedOver[lane] = 0;
      return party;
    }
    return null;
  }

  private holdsIdle(): boolean {
    if (!this.animating) return false;
    if (!this.parties.some((party) => party.runnable(IDLE))) {
      this.idleDue = false;
      return false;
    }
    if (this.idleDue || this.parties.some(isCrowded)) return false;
    this.idleTimer ??= this.timers.set(IDLE_DELAY_MAX_MS, () => {
      this.idleTimer = undefined;
      this.idleDue = true;
      this.wake();
    });
    return true;
  }

  end(): void {
    this.timers.clear(this.idleTimer);
  }
}

/** Whether more than half of what the lanes of a mailbox share is taken. */
const isCrowded = ({ mailbox }: LocalTarget): boolean => mailbox.frames() > MAILBOX_FRAMES_MAX / 2 || mailbox.bytes > MAILBOX_BYTES_MAX / 2;

interface PermittedCell {
  restartByPermit(): void;
  readonly deaths: { tell(): void };
}

/**
 * Parties of a VM that have ended and have a permit: they are restarted before anything else is done, but not within the call that ended
 * them.
 */
export class PermittedRestarts {
  private cells: PermittedCell[] = [];

  add(cell: PermittedCell): void {
    this.cells.push(cell);
  }

  /**
   * Restarts them. Their output is flushed before the reports, since a report costs a wake-up of another thread.
   * @returns false when there was nothing to do
   */
  run(links: Pick<VmLinks, 'flush'>): boolean {
    if (this.cells.length === 0) return false;
    const { cells } = this;
    this.cells = [];
    for (const cell of cells) cell.restartByPermit();
    links.flush();
    for (const { deaths } of cells) deaths.tell();
    return true;
  }
}
