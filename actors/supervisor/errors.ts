/** What goes wrong at the hands of the supervisor. What goes wrong in a control call is a ControlError (host.ts). */
import type { VmName } from '../instance.js';

/** The system did not start: everything that had started was ended again. `cause` is the error of the step that failed. */
export class StartError extends Error {
  override readonly name = 'StartError';
  constructor(
    readonly vm: VmName,
    /** Empty when the VM itself did not start. */
    readonly actor: string,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${actor ? `actor ${actor} did not start in VM ${vm}` : `VM ${vm} did not start`}: ${detail}`, options);
  }
}

/** unknown: no actor of that name, or it was temporary and has ended. state: it is in no state for what was asked. port: a port cannot do it. */
export type SupervisionFailure = 'unknown' | 'state' | 'port';

/** An order to the supervisor that cannot be carried out; nothing was done. */
export class SupervisionError extends Error {
  override readonly name = 'SupervisionError';
  constructor(
    readonly code: SupervisionFailure,
    readonly actor: string,
    detail: string,
  ) {
    super(`actor ${actor}: ${detail}`);
  }
}
