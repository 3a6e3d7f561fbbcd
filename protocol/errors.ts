/** Errors that cross the wire have codes of one table; an error in the program itself is a plain `Error`. */
import type { Epoch } from './names.js';

/** Codes of failed requests and dead letters. The index is the number on the wire: append only. */
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

/** Problems with bytes. The index is the number that a guest notes: append only. */
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

/** A frame is malformed. Nothing of it was delivered. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  constructor(
    readonly problem: DecodeProblem,
    /** Offset in bytes from the start of the body, or of the frame when the header is wrong. */
    readonly offset: number,
    /** Path of the field, for example `commit.creates.node`; empty when the header is wrong. */
    readonly field = '',
    /** Kind of the frame; 0 when unknown. */
    readonly kind = 0,
  ) {
    super(`${problem} at byte ${offset}${field ? ` in ${field}` : ''}${kind ? ` (kind 0x${kind.toString(16).padStart(4, '0')})` : ''}`);
  }
}

/** A value is not allowed by its schema. Thrown by an encoder before anything is sent. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';
  constructor(
    /** Path, for example `commit.creates.node`; empty where it is not known. */
    readonly field: string,
    readonly problem: string,
    options?: ErrorOptions,
  ) {
    super(field ? `${field}: ${problem}` : problem, options);
  }
}

/** How much of a value's beginning an error message shows. */
const SHOWN_CHARACTERS_MAX = 40;
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : typeof value === 'object' && value ? 'an object' : String(value);
  const beginning = text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
  return typeof value === 'string' ? `"${beginning}"` : beginning;
}

export type Called = (...input: never[]) => unknown;

/** Makes an error's stack begin with the caller of `called`, where the engine can, because the mistake is there. */
export function thrownByCaller<E>(error: E, called: Called): E {
  if (error instanceof Error) (Error as { captureStackTrace?(error: Error, above: unknown): void }).captureStackTrace?.(error, called);
  return error;
}

/** The sender's schema does not name the message's party. Thrown where it is sent, before anything leaves. */
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

/** @throws PermissionError, whose stack begins with the caller of `called` */
export function assertMaySend(
  sender: { readonly name: string; readonly sendsTo: readonly string[] },
  message: { readonly name: string; readonly ownerName: string },
  called: Called,
): void {
  const { name, ownerName } = message;
  if (!sender.sendsTo.includes(ownerName))
    throw thrownByCaller(new PermissionError(sender.name, `${ownerName}.${name}`, ownerName), called);
}

/** Names a crash. Plain data. */
export interface CrashCause {
  /** Name of the actor or port. */
  readonly party: string;
  /** Number of its incarnation. */
  readonly epoch: Epoch;
  /** Reason as in the crash report, at most `CRASH_REASON_CHARACTERS_MAX` long. */
  readonly reason: string;
  /** Place in its source, for example `src/actors/basket.wasm.ts:12:5`; empty when unknown, or when no line caused it, as with a lost VM. */
  readonly position: string;
}

/** The crash of an actor or port, as the cause of another failure. Ignore its stack: the crash was elsewhere, at `position`. */
export class CrashError extends Error implements CrashCause {
  override readonly name = 'CrashError';
  /** Party and epoch, for example `scene 3`: they identify the crash report. */
  readonly id: string;
  readonly party: string;
  readonly epoch: Epoch;
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

/** What each code means to who has asked. */
const WORDS: Readonly<Record<ErrorCode, (target: string) => string>> = {
  deadline: (target) => `${target} did not answer in time`,
  aborted: () => 'its signal was aborted',
  ended: (target) => `${target} ended before it answered`,
  unreachable: (target) => `${target} is not running: system.actors says why`,
  poisoned: (target) => `${target} crashed twice while it handled it`,
  refused: (target) => `it may not be sent to ${target}: sendsTo of the sender does not name it`,
  undecodable: () => 'it, or its answer, could not be read',
  overloaded: () => 'too many requests are on their way',
  closed: () => 'the system has stopped',
};

/**
 * A request ended without an answer. Its `cause` is a CrashError when the target has crashed, a DecodeError when the reply could not be read,
 * a PermissionError when the request was never sent.
 */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  constructor(
    readonly code: ErrorCode,
    readonly target: string,
    readonly kindName: string,
    options?: ErrorOptions,
  ) {
    super(`request ${kindName} to ${target}: ${code}, ${WORDS[code](target)}`, options);
  }
}
