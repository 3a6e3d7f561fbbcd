/** Actors that are watched as they handle frames: for times, and for faults that strike in the middle of a handler. */
import type { TapListener } from '../actors/vm/tap/tap.js';
import { courierAt } from './couriers.js';

export interface Observer {
  /** Frames were handled, for the first time or again: what they emitted has not left. A ThreadEnd that it throws ends the VM. */
  handled(actor: string): void;
  trapped(actor: string): void;
}

/** Listens to the tap of a VM. */
export const observing = (observer: Observer): TapListener => ({
  handled(party) {
    const courier = courierAt(party);
    if (courier) observer.handled(courier.name);
  },
  ended(_party, _epoch, report) {
    if (report) observer.trapped(report.party);
  },
});
