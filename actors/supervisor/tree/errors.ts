/** What can go wrong between a supervisor and whoever gives it orders. */
import { reasonOf } from '../../contract/thrown.js';

/** A flag or a specification makes no sense; nothing was done. */
export class SpecificationError extends Error {
  override readonly name = 'SpecificationError';
  constructor(
    /** For example `intensity` or `backoff.minMs`. */
    readonly field: string,
    readonly value: unknown,
  ) {
    super(`bad ${field}: ${typeof value === 'object' ? Object.prototype.toString.call(value) : String(value)}`);
  }
}

/** A child did not start. `cause` is the error of its start. */
export class ChildStartError extends Error {
  override readonly name = 'ChildStartError';
  constructor(
    readonly id: string,
    cause: unknown,
  ) {
    super(`child ${id} did not start: ${reasonOf(cause)}`, { cause });
  }
}

/** running, restarting: the child is, which does not fit the order. not_found: there is no such child. ended: the supervisor has. */
export type OrderFailure = 'running' | 'restarting' | 'not_found' | 'ended';

/** An order that cannot be carried out; nothing was done. */
export class OrderError extends Error {
  override readonly name = 'OrderError';
  constructor(readonly code: OrderFailure) {
    super(code);
  }
}

/** The error of a supervisor that ended with an exhausted budget. `cause` is the end of the child that was one too many. */
export class ExhaustedError extends Error {
  override readonly name = 'ExhaustedError';
  constructor(
    readonly id: string,
    cause: unknown,
  ) {
    super(`restart budget exhausted by child ${id}`, { cause });
  }
}
