/** What goes wrong at the hands of the supervisor. What goes wrong in a control call is a ControlError (host.ts). */
import type { VmName } from '../contract/instance.js';

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

/** unknown: no actor or port of that name, or an actor that was temporary and has ended. state: it is in no state for what was asked. port: a port cannot do it. guest: its Wasm twin cannot be run. */
export type SupervisionFailure = 'unknown' | 'state' | 'port' | 'guest';

/** An order to the supervisor that cannot be carried out; nothing was done. */
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
