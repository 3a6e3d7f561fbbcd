/** The clock of every VM on one device: threads share the origin's wall clock, so that times of different VMs can be compared. */
import type { Clock } from '../../actors/contract/host.js';

/** Looked up once: in Node each look at the global and its origin costs as much as the time itself, and every frame asks. */
const { performance: watch } = globalThis;
const originMs = watch.timeOrigin;

export const platformClock: Clock = {
  nowMicros: () => Math.floor((originMs + watch.now()) * 1000),
};
