/**
 * What is decided for an actor that runs in Wasm and could run as its JavaScript twin (docs/SUPERVISION.md, "Fail over"): like a circuit
 * breaker, it counts what goes wrong in Wasm, and opens when that is too often.
 *
 *   closed ── exhausted ──> open ── cooled down, once ──> half-open
 *                            ▲                               │ exhausted
 *                            └────── open for good <─────────┘
 *
 * In Wasm it is closed or half-open, and open in JavaScript. Half-open waits for nothing: it is as closed, with one more end in store.
 */
import type { Host } from '../contract/host.js';
import type { CircuitState, Side } from '../contract/states.js';
import { admitRestart, checkIntensity, type Intensity, type RestartTimes } from './intensity.js';
import type { Vms } from './supervised-vm.js';
import type { OwnBudget } from './tree/specification.js';

/** How often an actor may be restarted in Wasm before it goes on in JavaScript, and how long it stays there before it goes back. */
export interface CircuitLimits extends Intensity {
  readonly coolDownMs: number;
}

/** What comes in storms is over in a minute; and a move back that goes wrong costs a viewer one interruption, not one every few seconds. */
export const COOL_DOWN_MS = 60_000;

export interface Circuit {
  readonly state: CircuitState;
  /** Of the restarts in Wasm that still count. */
  readonly times: RestartTimes;
  /** It has been half-open: once open again it stays so. */
  readonly tried: boolean;
  /** Times that it was to go back and did not get there. */
  readonly missed: number;
}

/** A VM that recovers as the cool-down ends runs at the end of the next. What fails each time will go on failing, and each try holds the actor up. */
export const TRIES_BACK_MAX = 3;

export const CLOSED: Circuit = { state: 'closed', times: [], tried: false, missed: 0 };

/** @returns the circuit with this restart in Wasm counted, or null when it is exhausted */
export function countRestart(circuit: Circuit, nowMicros: number, limits: Intensity): Circuit | null {
  const times = admitRestart(circuit.times, nowMicros, limits);
  return times && { ...circuit, times };
}

/** The actor goes on in JavaScript. */
export const opened = ({ tried }: Circuit): Circuit => ({ state: 'open', times: [], tried, missed: 0 });

/** The actor goes back to Wasm, on trial. */
export const halfOpened = (): Circuit => ({ state: 'half-open', times: [], tried: true, missed: 0 });

/** It was to go back, and is where it was. */
export const missed = (circuit: Circuit): Circuit => ({ ...circuit, missed: circuit.missed + 1 });

/** Whether the actor may go back to Wasm once it has cooled down. */
export const mayGoBack = ({ state, tried, missed }: Circuit): boolean => state === 'open' && !tried && missed < TRIES_BACK_MAX;

/** @throws RangeError that names the faulty number */
export function checkCircuit(limits: CircuitLimits): CircuitLimits {
  checkIntensity(limits);
  const { coolDownMs } = limits;
  if (!(coolDownMs > 0 && Number.isFinite(coolDownMs))) throw new RangeError(`coolDownMs is a positive number, not ${coolDownMs}`);
  return limits;
}

/** What it has to know of its actor: the context of its machine. */
export interface BreakerPosition {
  readonly vm: Side;
  /** It has left its VM, so that there is no state to take along. */
  readonly fresh: boolean;
  /** In Wasm: it has failed over in vain. */
  readonly failingOver: boolean;
}

/** The actor that it is of. */
export interface BreakerSubject {
  readonly position: BreakerPosition;
  /** Takes the actor back to Wasm; `begin` is called as that begins. Rejects when it stays where it is. */
  goBack(begin: () => void): Promise<void>;
}

/**
 * The circuit of one actor at work: counts its restarts in Wasm in place of its supervisor, has it fail over when they are too many, and
 * takes it back once it has cooled down.
 *
 *   restart in Wasm ─> counted here ── one too many ─> the next incarnation is its JavaScript twin's ─> timer ─> back, once
 *
 * The catch: a circuit changes when the actor has landed, not when its move begins, since a move may be called off.
 */
export class CircuitBreaker implements OwnBudget {
  private circuit: Circuit = CLOSED;
  /** What it is once the move that is under way has landed. */
  private next: Circuit = CLOSED;
  private failsOver = false;
  private timer: unknown;

  constructor(
    private readonly limits: CircuitLimits,
    private readonly host: Pick<Host, 'clock' | 'timers'>,
    private readonly vms: Vms,
    private readonly actor: BreakerSubject,
  ) {}

  /** Null where restarts count in the supervisor, as in JavaScript by placement or by order. */
  get state(): CircuitState | null {
    const { vm } = this.actor.position;
    if (vm === 'wasm' && this.vms.wasmFailedOver) return 'open';
    const { state } = this.circuit;
    return state === 'closed' && vm === 'js' ? null : state;
  }

  /** The actor runs in Wasm, and its twin could take over. */
  private get counts(): boolean {
    return this.actor.position.vm === 'wasm' && this.vms.runs('js') && !this.vms.wasmFailedOver;
  }

  take(): boolean {
    const { fresh, failingOver } = this.actor.position;
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
    return countRestart(this.circuit, this.host.clock.nowMicros(), this.limits);
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
    const { timers } = this.host;
    timers.clear(this.timer);
    const goesBack = runs && mayGoBack(this.circuit) && !this.vms.wasmFailedOver;
    this.timer = goesBack ? timers.set(this.limits.coolDownMs, () => void this.goBack()) : undefined;
  }

  private async goBack(): Promise<void> {
    // One that gets there is another circuit.
    this.circuit = missed(this.circuit);
    if (!this.vms.runs('wasm')) {
      this.changed(true);
      return;
    }
    const begin = () => {
      this.next = halfOpened();
    };
    // One that stays where it is is restarted there, and cools down anew.
    await this.actor.goBack(begin).catch(() => {});
  }
}
