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
import type { CircuitState } from '../contract/states.js';
import { admitRestart, checkIntensity, type Intensity, type RestartTimes } from './intensity.js';

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
