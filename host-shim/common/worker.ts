/** The entire main file of a worker: waits for its host, then builds and drives the VM. */
import { ApplicationTime } from './application-time.js';
import { platformClock } from './clock.js';
import { twinsOf, type VmDefinition } from './definition.js';
import { Driver } from './driver.js';
import { toHost } from './journal-port.js';
import { NOTHING_KNOWN } from './known-guests.js';
import type { WorkerPlatform } from './platform.js';
import { rings } from './rings.js';
import { exposeVm } from './service.js';
import { platformTimers } from './timers.js';
import { createVm, factoriesOf, loadGuests, loadTwins } from './vm-factory.js';

/** An uncaught error ends the thread: its host learns of it and starts another. */
function endThread(error: unknown): never {
  throw error;
}

export function serveVm(platform: WorkerPlatform, own: VmDefinition): void {
  const time = new ApplicationTime(platformClock, platformTimers);
  exposeVm(
    platform.endpoint,
    async ({ wasm, failedOver, lifeLock, guests: known = NOTHING_KNOWN, guestDeadlineMs: deadlineMs, parties }, handOver) => {
      await platform.holdLife(lifeLock);
      const definition = failedOver ? twinsOf(own) : own;
      const loads = { load: platform.load, compile: platform.compile, findSite: platform.findSite, deadlineMs };
      const [guests] = await Promise.all([loadGuests(definition, wasm, loads, known), loadTwins(definition, parties)]);
      handOver(guests);
      return async ({ name, memory, journalPort, spareInstances, stretches, trace }, events) => {
        const driver = new Driver(platform.afterTurn, endThread);
        const vm = createVm({
          name,
          definition,
          platform: loads,
          clock: time,
          timers: time,
          standingTime: time,
          factories: factoriesOf(definition, guests),
          memory,
          rings: () => rings,
          spareInstances,
          trace,
          ...(journalPort && toHost(journalPort)),
          events,
          stoppedUntil: stretches ? (since) => events.stoppedUntil(since).catch(() => 0) : undefined,
          wake: driver.wake,
          onAnimating: platform.onAnimating,
          onPortError() {}, // its host is told of the crash
        });
        driver.drive(vm);
        return vm;
      };
    },
    time,
  );
}
