/** What a failure means to the supervisor, above all that of a control call. */
import { ControlError, type ControlFailure } from '../contract/host.js';
import { isA } from '../contract/thrown.js';

export const codeOf = (error: unknown): ControlFailure | undefined => (isA(error, ControlError) ? error.code : undefined);

/** The VM was lost: that is announced as well. */
export const isLoss = (error: unknown): boolean => codeOf(error) === 'lost';

/** A VM that is lost is dealt with where that is announced. */
export function rethrowUnlessLost(error: unknown): void {
  if (!isLoss(error)) throw error;
}
