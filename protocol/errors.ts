/** Errors that cross the wire are one table of codes; an error in the program itself is a plain `Error`. */

/** Codes of failed requests and dead letters, by wire number (the index). Append only. */
export const ERROR_CODES = [
  'deadline', //        no reply before the deadline
  'aborted', //         the requester's abort signal
  'ended', //           the target's incarnation ended for good before it replied
  'unreachable', //     no actor or port at the target address, or its VM is gone
  'poisoned', //        the request killed its actor twice
  'refused', //         the source may not send this kind to this target, or the frame is of an older epoch
  'undecodable', //     the frame or body is malformed
  'overloaded', //      a bound was reached: requests in flight, mailbox
  'closed', //          the system shut down
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What was wrong with the bytes, by the number that a guest notes (the index). Append only. */
export const DECODE_PROBLEMS = [
  'truncated',
  'type',
  'range',
  'too long',
  'too deep',
  'utf-8',
  'kind',
  'header',
  'trailing bytes',
  'duplicate key',
] as const;
export type DecodeProblem = (typeof DECODE_PROBLEMS)[number];

/** A malformed frame: nothing was delivered. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  constructor(
    readonly problem: DecodeProblem,
    /** Offset in bytes from the start of the body (of the frame, when the header is wrong). */
    readonly offset: number,
    /** Path of the field, as `commit.creates.node`; empty when the header is wrong. */
    readonly field = '',
    /** Kind of the frame, 0 when not known. */
    readonly kind = 0,
  ) {
    super(`${problem} at byte ${offset}${field ? ` in ${field}` : ''}${kind ? ` (kind 0x${kind.toString(16).padStart(4, '0')})` : ''}`);
  }
}

/** A value that its schema does not allow: thrown by an encoder before a byte leaves. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';
  constructor(
    readonly field: string,
    readonly problem: string,
    options?: ErrorOptions,
  ) {
    super(`${field}: ${problem}`, options);
  }
}

/** The beginning of a value, for a sentence. */
const SHOWN_CHARACTERS_MAX = 40;
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : typeof value === 'object' && value ? 'an object' : String(value);
  const beginning = text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
  return typeof value === 'string' ? `"${beginning}"` : beginning;
}

export type Called = (...input: never[]) => unknown;

/** Lets the stack of an error begin with who called `called`, where the engine can: the fault is there, and not in what was called. */
export function thrownByCaller<E>(error: E, called: Called): E {
  if (error instanceof Error) (Error as { captureStackTrace?(error: Error, above: unknown): void }).captureStackTrace?.(error, called);
  return error;
}

/** A message of a party that the sender's schema does not name: thrown where it is sent, before a byte leaves. */
export class PermissionError extends Error {
  override readonly name = 'PermissionError';
  constructor(
    readonly sender: string,
    readonly kindName: string,
    readonly target: string,
  ) {
    super(`${sender} may not send ${kindName}: sendsTo of its schema does not name ${target}`);
  }
}

/** @throws PermissionError, whose stack begins with who called `called` */
export function assertMaySend(
  sender: { readonly name: string; readonly sendsTo: readonly string[] },
  message: { readonly name: string; readonly ownerName: string },
  called: Called,
): void {
  const { name, ownerName } = message;
  if (!sender.sendsTo.includes(ownerName))
    throw thrownByCaller(new PermissionError(sender.name, `${ownerName}.${name}`, ownerName), called);
}

/** Which crash, and of whom. Plain data. */
export interface CrashCause {
  /** Name of the actor or port. */
  readonly party: string;
  /** Number of its incarnation. */
  readonly epoch: number;
  /** At most `CRASH_REASON_CHARACTERS_MAX`, as in its crash report. */
  readonly reason: string;
  /** In its source, as `wasm-actors/scene.ts:120:5`; empty when that is not known, or it was not at a line, as when its VM was lost. */
  readonly position: string;
}

/** The crash of an actor or port, as the cause of what failed for that. Its stack is of no meaning: the crash was elsewhere, at `position`. */
export class CrashError extends Error implements CrashCause {
  override readonly name = 'CrashError';
  /** Party and epoch, as `scene 3`: the crash report with these two is of this crash. */
  readonly id: string;
  readonly party: string;
  readonly epoch: number;
  readonly reason: string;
  readonly position: string;

  constructor({ party, epoch, reason, position }: CrashCause) {
    super(`${party}, incarnation ${epoch}, crashed${position && ` at ${position}`}: ${reason}`);
    this.id = `${party} ${epoch}`;
    this.party = party;
    this.epoch = epoch;
    this.reason = reason;
    this.position = position;
  }
}

/**
 * How a request ends when it is not answered. Its `cause` is a CrashError when whom it was for has crashed, a DecodeError when the reply could not be read,
 * a PermissionError when it was never sent.
 */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  constructor(
    readonly code: ErrorCode,
    readonly target: string,
    readonly kindName: string,
    options?: ErrorOptions,
  ) {
    super(`request ${kindName} to ${target}: ${code}`, options);
  }
}
