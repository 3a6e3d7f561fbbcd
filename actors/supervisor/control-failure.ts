/** What a control call that failed means to the supervisor. */
import { ControlError, type ControlFailure } from '../host.js';

export const codeOf = (error: unknown): ControlFailure | undefined => (error instanceof ControlError ? error.code : undefined);

/** A VM that is lost is dealt with where that is announced. */
export function rethrowUnlessLost(error: unknown): void {
  if (codeOf(error) !== 'lost') throw error;
}
