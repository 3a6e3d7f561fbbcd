/** The clock of every VM on one device: threads share the origin's wall clock, so times of different VMs can be compared. */
import type { Clock } from '../../actors/contract/host.js';

/** Looked up once: in Node the global and its origin cost as much to read as the time itself, and every frame reads the time. */
const { performance: watch } = globalThis;
const originMs = watch.timeOrigin;

export const platformClock: Clock = {
  nowMicros: () => Math.floor((originMs + watch.now()) * 1000),
};
