/**
 * Decides about an actor that runs in Wasm and could run as its JavaScript twin (docs/SUPERVISION.md, "Fail over"): like a circuit
 * breaker, it counts failures in Wasm, and opens when there are too many.
 *
 *   closed ── exhausted ──> open ── cooled down, once ──> half-open
 *                            ▲                               │ exhausted
 *                            └────── open for good <─────────┘
 *
 * It is closed or half-open while the actor is in Wasm, open while it is in JavaScript. Half-open has no timer: it works like closed.
 */
import type { Microseconds } from '../../../protocol/names.js';
import type { Host } from '../../contract/host.js';
import type { VmName } from '../../contract/instance.js';
import type { CircuitState } from '../../contract/states.js';
import { admitRestart, checkIntensity, type Intensity, type RestartTimes } from '../intensity.js';
import type { OwnBudget } from '../tree/specification.js';
import type { Vms } from '../vm/supervised-vm.js';

/** How often an actor may be restarted in Wasm before it goes on in JavaScript, and how long it stays there before it goes back. */
export interface CircuitLimits extends Intensity {
  readonly coolDownMs: number;
}

/** A storm of failures is over in a minute. And a move back that goes wrong interrupts a viewer once, not every few seconds. */
export const COOL_DOWN_MS = 60_000;

export interface Circuit {
  readonly state: CircuitState;
  /** Times of the restarts in Wasm that still count. */
  readonly times: RestartTimes;
  /** True when it has been half-open: once open again, it stays so. */
  readonly tried: boolean;
  /** How often the actor was to go back and did not get there. */
  readonly missed: number;
}

/**
 * A VM that recovers at the end of the first cool-down runs at the end of the next. A move that fails each time will go on failing, and
 * each attempt holds the actor up.
 */
export const ATTEMPTS_BACK_MAX = 3;

export const CLOSED: Circuit = { state: 'closed', times: [], tried: false, missed: 0 };

/** @returns the circuit with this restart in Wasm counted, or null when it is exhausted */
export function countRestart(circuit: Circuit, nowMicros: Microseconds, limits: Intensity): Circuit | null {
  const times = admitRestart(circuit.times, nowMicros, limits);
  return times && { ...circuit, times };
}

/** The actor goes on in JavaScript. */
export const opened = ({ tried }: Circuit): Circuit => ({ state: 'open', times: [], tried, missed: 0 });

/** The actor goes back to Wasm, on trial. */
export const halfOpened = (): Circuit => ({ state: 'half-open', times: [], tried: true, missed: 0 });

/** The actor was to go back, and is where it was. */
export const missed = (circuit: Circuit): Circuit => ({ ...circuit, missed: circuit.missed + 1 });

/** Whether the actor may go back to Wasm once it has cooled down. */
export const mayGoBack = ({ state, tried, missed }: Circuit): boolean => state === 'open' && !tried && missed < ATTEMPTS_BACK_MAX;

/** @throws RangeError that names the faulty number */
export function checkCircuit(limits: CircuitLimits): CircuitLimits {
  checkIntensity(limits);
  const { coolDownMs } = limits;
  if (!(coolDownMs > 0 && Number.isFinite(coolDownMs))) throw new RangeError(`coolDownMs is a positive number, not ${coolDownMs}`);
  return limits;
}

/** What a breaker has to know about its actor: the context of the actor's machine. */
export interface BreakerPosition {
  readonly vm: VmName;
  /** True when the actor has left its VM, so that there is no state to take along. */
  readonly fresh: boolean;
  /** In Wasm: true when it failed over in vain. */
  readonly failingOver: boolean;
}

/** The actor of a breaker. */
export interface BreakerSubject {
  readonly position: BreakerPosition;
  /** Moves the actor back to Wasm, and calls `begin` when that begins. Rejects when the actor stays where it is. */
  goBack(begin: () => void): Promise<void>;
}

/**
 * The circuit of one actor at work: counts its restarts in Wasm in place of its supervisor, makes it fail over when there are too many,
 * and moves it back once it has cooled down.
 *
 *   restart in Wasm ─> counted here ── one too many ─> the next incarnation is its JavaScript twin's ─> timer ─> back, once
 *
 * The catch: a circuit changes when the actor has landed, not when its move begins, since a move may be called off.
 */
export class CircuitBreaker implements OwnBudget {
  private circuit: Circuit = CLOSED;
  /** The circuit that holds once the present move has landed. */
  private next: Circuit = CLOSED;
  private failsOver = false;
  private timer: unknown;

  constructor(
    private readonly limits: CircuitLimits,
    private readonly host: Pick<Host, 'clock' | 'timers'>,
    private readonly vms: Vms,
    private readonly actor: BreakerSubject,
  ) {}

  /** Null where the supervisor counts restarts: in JavaScript, if the actor was placed or moved there. */
  get state(): CircuitState | null {
    const { vm } = this.actor.position;
    if (vm === 'wasm' && this.vms.wasmFailedOver) return 'open';
    const { state } = this.circuit;
    return state === 'closed' && vm === 'js' ? null : state;
  }

  /** Whether the actor runs in Wasm and its twin could take over. */
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

  /** Called when the next incarnation starts. @returns whether it is to be the JavaScript twin */
  start(): boolean {
    const { failsOver } = this;
    this.failsOver = false;
    if (failsOver) this.next = opened(this.circuit);
    return failsOver;
  }

  /** Called when somebody moves the actor: where it lands, everything is forgotten. */
  reset(): void {
    this.next = CLOSED;
  }

  landed(): void {
    this.circuit = this.next;
  }

  /** Called when the actor runs again, or no longer runs. */
  changed(runs: boolean): void {
    const { timers } = this.host;
    timers.clear(this.timer);
    const goesBack = runs && mayGoBack(this.circuit) && !this.vms.wasmFailedOver;
    this.timer = goesBack ? timers.set(this.limits.coolDownMs, () => void this.goBack()) : undefined;
  }

  private async goBack(): Promise<void> {
    // An actor that gets there has another circuit.
    this.circuit = missed(this.circuit);
    if (!this.vms.runs('wasm')) {
      this.changed(true);
      return;
    }
    const begin = () => {
      this.next = halfOpened();
    };
    // An actor that does not get away is restarted there, and cools down anew.
    await this.actor.goBack(begin).catch(() => {});
  }
}
