/** The clock of every VM on one device: threads share the origin's wall clock, so that times of different VMs can be compared. */
import type { Clock } from '../../actors/host.js';

export const platformClock: Clock = {
  nowMicros: () => Math.floor((performance.timeOrigin + performance.now()) * 1000),
};
