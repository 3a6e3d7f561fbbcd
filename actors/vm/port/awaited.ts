/** Requests of a port whose promises have not settled. */
import type { BoundRequest } from '../../../protocol/bind.js';
import { type CrashCause, CrashError, type ErrorCode, RequestError } from '../../../protocol/errors.js';

export interface Awaited {
  readonly message: BoundRequest;
  readonly kindName: string;
  /** Time in microseconds since the Unix epoch. */
  readonly askedAt: number;
  readonly resolve: (fields: never) => void;
  readonly reject: (error: RequestError) => void;
}

/** Failures whose reason may be a crash. */
export const BY_CRASHES: readonly ErrorCode[] = ['deadline', 'ended', 'unreachable', 'poisoned'];

/** Requests that an incarnation of a port may make before it reuses the numbers of another. */
const REQUESTS_PER_INCARNATION = 2 ** 20;

/** The first request number of an incarnation. Each has its own range, so that it never takes a reply to a former one for its own. */
export const firstRequestOf = (epoch: number): number => (((epoch - 1) % 2 ** 12) * REQUESTS_PER_INCARNATION + 1) >>> 0;

/** @param crash crash of the target; none when not given */
export function fail({ message, kindName, reject }: Awaited, code: ErrorCode, crash: CrashCause | null = null): void {
  reject(new RequestError(code, message.ownerName, kindName, crash ? { cause: new CrashError(crash) } : undefined));
}
