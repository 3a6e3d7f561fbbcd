/** What hangs: a loop on a thread, a standstill in the simulation. */

/** Never returns. */
export function loop(): never {
  for (;;);
}

/**
 * An endless loop in the simulation, where nothing may loop for ever: what would never return throws this. The driver of the VM then lets
 * it stand still, until whoever watches it ends it.
 */
export class Standstill extends Error {
  override readonly name = 'Standstill';

  /** The standstill that an error is, or that caused it. */
  static in(error: unknown): Standstill | null {
    if (error instanceof Standstill) return error;
    return error instanceof Error && error.cause instanceof Standstill ? error.cause : null;
  }
}
