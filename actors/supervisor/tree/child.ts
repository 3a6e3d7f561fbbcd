/**
 * What a supervisor supervises, and how it ends it: first it asks, then, when the time is over, it kills.
 *
 * The catch: it waits until a killed child is gone, since the next incarnation must not start beside it. So `kill` has to work.
 */
import type { Timers } from '../../contract/host.js';

/** OTP's exit reasons. Of these only `error` and `killed` are abnormal. */
export type ExitReason = 'normal' | 'shutdown' | 'killed' | 'error';

export interface Exit {
  readonly reason: ExitReason;
  /** The error, or what else the child said. */
  readonly detail?: unknown;
}

/** Whether a child is ended for a restart or for good. */
export type Purpose = 'restart' | 'stop';

/** One incarnation of a child. */
export interface Child {
  /** Resolves once, when it is gone, for whatever reason. Never rejects. */
  readonly ended: Promise<Exit>;
  /** Asks it to end. */
  shutdown(purpose: Purpose): void;
  /** Ends it at once: `ended` resolves soon. */
  kill(): void;
}

/** How long a child may take to end when asked: `brutal` does not ask, `infinity` waits. */
export type Shutdown = 'brutal' | 'infinity' | number;

export const isAbnormal = ({ reason }: Exit): boolean => reason === 'error' || reason === 'killed';

interface Ending {
  readonly shutdown: Shutdown;
  readonly purpose: Purpose;
  readonly timers: Timers;
}

/** Resolves when the child is gone. If the child ends by itself meanwhile, for any reason, that is as good. */
export async function endChild(child: Child, { shutdown, purpose, timers }: Ending): Promise<void> {
  if (shutdown === 'brutal' || !asked(child, purpose)) child.kill();
  else if (shutdown !== 'infinity') {
    const timer = timers.set(shutdown, () => child.kill());
    await child.ended;
    timers.clear(timer);
  }
  await child.ended;
}

/** Asks a child to end. If even asking fails, the supervisor does not wait. @returns whether the child was asked */
function asked(child: Child, purpose: Purpose): boolean {
  try {
    child.shutdown(purpose);
    return true;
  } catch {
    return false;
  }
}
