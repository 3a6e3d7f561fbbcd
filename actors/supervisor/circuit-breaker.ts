/**
 * The circuit of one actor at work: counts its restarts in Wasm in place of its supervisor, has it fail over when they are too many, and
 * takes it back once it has cooled down.
 *
 *   restart in Wasm ─> counted here ── one too many ─> the next incarnation is its JavaScript twin's ─> timer ─> back, once
 *
 * The catch: a circuit changes when the actor has landed, not when its move begins, since a move may be called off.
 */

import type { Timers } from '../contract/host.js';
import type { CircuitState } from '../contract/states.js';
import type { Side } from '../contract/twin.js';
import { type Circuit, type CircuitLimits, CLOSED, countRestart, halfOpened, mayGoBack, missed, opened } from './circuit.js';
import type { OwnBudget } from './tree/specification.js';

/** What it has to know of its actor: the context of its machine. */
export interface BreakerPosition {
  readonly vm: Side;
  /** It has left its VM, so that there is no state to take along. */
  readonly fresh: boolean;
  /** In Wasm: it has failed over in vain. */
  readonly failingOver: boolean;
}

export interface BreakerServices {
  readonly limits: CircuitLimits;
  readonly timers: Timers;
  readonly nowMicros: () => number;
  readonly runs: (vm: Side) => boolean;
  /** The Wasm VM goes on with JavaScript twins, for good: whoever is in it is in JavaScript, and nobody goes back. */
  readonly wasmFailedOver: () => boolean;
  readonly position: () => BreakerPosition;
  /** Takes the actor back to Wasm; `begin` is called as that begins. Rejects when it stays where it is. */
  readonly goBack: (begin: () => void) => Promise<void>;
}

export class CircuitBreaker implements OwnBudget {
  private circuit: Circuit = CLOSED;
  /** What it is once the move that is under way has landed. */
  private next: Circuit = CLOSED;
  private failsOver = false;
  private timer: unknown;

  constructor(private readonly services: BreakerServices) {}

  /** Null where restarts count in the supervisor, as in JavaScript by placement or by order. */
  get state(): CircuitState | null {
    const { vm } = this.services.position();
    if (vm === 'wasm' && this.services.wasmFailedOver()) return 'open';
    const { state } = this.circuit;
    return state === 'closed' && vm === 'js' ? null : state;
  }

  /** The actor runs in Wasm, and its twin could take over. */
  private get counts(): boolean {
    const { position, runs, wasmFailedOver } = this.services;
    return position().vm === 'wasm' && runs('js') && !wasmFailedOver();
  }

  take(): boolean {
    const { fresh, failingOver } = this.services.position();
    if (!this.counts || fresh || failingOver) return false;
    const counted = this.count();
    this.failsOver = counted === null;
    if (counted) this.circuit = counted;
    return true;
  }

  get hasRoom(): boolean | undefined {
    return this.counts ? this.count() !== null : undefined;
  }

  private count(): Circuit | null {
    return countRestart(this.circuit, this.services.nowMicros(), this.services.limits);
  }

  /** The next incarnation starts. @returns whether it is to be that of the JavaScript twin */
  start(): boolean {
    const { failsOver } = this;
    this.failsOver = false;
    if (failsOver) this.next = opened(this.circuit);
    return failsOver;
  }

  /** A move by order begins: all is forgotten where it lands. */
  reset(): void {
    this.next = CLOSED;
  }

  landed(): void {
    this.circuit = this.next;
  }

  /** The actor runs again, or does not. */
  changed(runs: boolean): void {
    const { timers, limits, wasmFailedOver } = this.services;
    timers.clear(this.timer);
    this.timer = runs && mayGoBack(this.circuit) && !wasmFailedOver() ? timers.set(limits.coolDownMs, () => void this.goBack()) : undefined;
  }

  private async goBack(): Promise<void> {
    // One that gets there is another circuit.
    this.circuit = missed(this.circuit);
    if (!this.services.runs('wasm')) {
      this.changed(true);
      return;
    }
    const begin = () => {
      this.next = halfOpened();
    };
    // One that stays where it is is restarted there, and cools down anew.
    await this.services.goBack(begin).catch(() => {});
  }
}
