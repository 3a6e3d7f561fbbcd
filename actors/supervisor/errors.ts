/** Errors of the supervisor, and what the failure of a control call (ControlError, host.ts) means to it. */
import { ControlError, type ControlFailure } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import { isA } from '../contract/thrown.js';

/** The system did not start: everything that had started was ended again. `cause` is the error of the step that failed. */
export class StartError extends Error {
  override readonly name = 'StartError';
  constructor(
    readonly vm: VmName,
    /** The actor or port; empty when the VM itself did not start. */
    readonly party: string,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${party ? `${party} did not start in VM ${vm}` : `VM ${vm} did not start`}: ${detail}`, options);
  }
}

/**
 * unknown: no actor or port of that name, or a temporary actor that has ended. state: its state does not allow what was asked. port: a port
 * cannot do it. guest: its Wasm twin cannot be run.
 */
export type SupervisionFailure = 'unknown' | 'state' | 'port' | 'guest';

/** What was asked of the supervisor cannot be done; nothing was done. */
export class SupervisionError extends Error {
  override readonly name = 'SupervisionError';
  constructor(
    readonly code: SupervisionFailure,
    readonly party: string,
    detail: string,
  ) {
    super(`${party}: ${detail}`);
  }
}

export const codeOf = (error: unknown): ControlFailure | undefined => (isA(error, ControlError) ? error.code : undefined);

/** The VM was lost: that is announced as well. */
export const isLoss = (error: unknown): boolean => codeOf(error) === 'lost';

/** Ignores that a VM is lost: that is dealt with where it is announced. */
export function rethrowUnlessLost(error: unknown): void {
  if (!isLoss(error)) throw error;
}
