/** How a worker's end is noticed: by a lock that the worker holds and its host waits for (thread.ts), and by errors. */

export const newLifeLock = (): string => `tandem ${crypto.randomUUID()}`;

/** Resolves when the lock is held; it is let go by the end of this thread only. An empty name holds nothing. */
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

/** A rejection that nobody handles is silent in a worker. Reported as an error it ends the VM, as in Node. */
export function reportRejections(): void {
  addEventListener('unhandledrejection', (event) => {
    throw event.reason;
  });
}
