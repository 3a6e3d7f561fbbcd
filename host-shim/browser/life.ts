/** How the host notices a worker's end: by a lock that the worker holds and the host waits for (thread.ts), and by errors. */

/** Random words in a name: no other page of this origin has the same. Locks are older than `randomUUID`. */
const NAME_WORDS = 4;

export const newLifeLock = (): string => `tandem ${crypto.getRandomValues(new Uint32Array(NAME_WORDS)).join('-')}`;

/** Resolves when the lock is held; only the end of this thread releases it. An empty name holds nothing. */
export function holdLife(lifeLock: string): Promise<void> {
  if (!lifeLock) return Promise.resolve();
  return new Promise((held, failed) => {
    const untilDeath = () => {
      held();
      return new Promise<never>(() => {});
    };
    navigator.locks.request(lifeLock, untilDeath).catch(failed);
  });
}

/** An unhandled rejection is silent in a worker. Reported as an error, it ends the VM, as in Node. */
export function reportRejections(): void {
  addEventListener('unhandledrejection', (event) => {
    throw event.reason;
  });
}
