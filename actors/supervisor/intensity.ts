/**
 * How often an actor may be restarted: at most `intensity` times within any `periodMs`, as in OTP. The restart that would be one too
 * many is refused, and the actor's budget is exhausted.
 *
 * The catch: the host's clock may step back when the system's clock is set. A step back must not make old restarts look new for
 * hours, so times later than now count as now.
 */
import type { Microseconds } from '../../protocol/names.js';

export interface Intensity {
  /** Restarts allowed within the period; 0 allows none. */
  readonly intensity: number;
  readonly periodMs: number;
}

/** Enough for a person who holds down the key that crashes an actor, and for a guest with a rare fault; not enough for a crash loop. */
export const INTENSITY_DEFAULT: Intensity = { intensity: 5, periodMs: 10_000 };

/** Times of the restarts that still count, in microseconds, oldest first. */
export type RestartTimes = readonly number[];

/** @returns the times with this restart added, or null when the budget is exhausted */
export function admitRestart(times: RestartTimes, nowMicros: Microseconds, { intensity, periodMs }: Intensity): RestartTimes | null {
  const oldest = nowMicros - periodMs * 1000;
  const counted = times.map((time) => Math.min(time, nowMicros)).filter((time) => time >= oldest);
  return counted.length < intensity ? [...counted, nowMicros] : null;
}

const rangeError = (field: string, value: number): Error =>
  new RangeError(`${field} is a ${field === 'intensity' ? 'whole number from 0' : 'positive number'}, not ${value}`);

/** @param fault makes the error that names the faulty number. @throws it; RangeError when not given */
export function checkIntensity({ intensity, periodMs }: Intensity, fault: (field: string, value: number) => Error = rangeError): void {
  if (!Number.isInteger(intensity) || intensity < 0) throw fault('intensity', intensity);
  if (!(periodMs > 0 && Number.isFinite(periodMs))) throw fault('periodMs', periodMs);
}
