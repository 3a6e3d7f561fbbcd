/** Why a client did not send something, in one error for all reasons. */
import { EncodeError, PermissionError } from '../../../protocol/errors.js';
import { isA } from '../../contract/thrown.js';
import { OutputError } from '../../model/outbox-builder.js';
import { PortOverloadError } from '../../vm/port/port.js';

/**
 * value: a field has a value that its schema does not allow. size: the whole message is too large. refused: the client's schema does not name
 * the actor. overloaded: more waits to leave than may. closed: the system has stopped, or has not started for good.
 */
export type SendFailure = 'value' | 'size' | 'refused' | 'overloaded' | 'closed';

/** A message was not sent. Nothing of it has left. */
export class SendError extends Error {
  override readonly name = 'SendError';
  constructor(
    readonly code: SendFailure,
    /** For example `basket.add`. */
    readonly kindName: string,
    /** Path of the field in the message, for example `items[2].count`; empty unless the code is `value`. */
    readonly field: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${kindName} was not sent: ${field ? `${field}: ` : ''}${problem}`, options);
  }
}

/** What sending has thrown, as one typed error. An error of another kind is a defect, and is returned as it is. */
export function asSendError(error: unknown, kindName: string): unknown {
  if (isA(error, EncodeError)) return ofValue(error, kindName);
  if (isA(error, OutputError)) return new SendError('size', kindName, '', error.message, { cause: error });
  if (isA(error, PermissionError)) return new SendError('refused', kindName, '', error.message, { cause: error });
  if (isA(error, PortOverloadError))
    return new SendError('overloaded', kindName, '', `${error.message}: send it again later`, { cause: error });
  return error;
}

/** The path begins with the message's name, which the error says already; the number of its kind says nothing to who sends. */
function ofValue(error: EncodeError, kindName: string): SendError {
  const [, field = ''] = /^[^.[]+\.?(.*)$/.exec(error.field) ?? [];
  return new SendError('value', kindName, field, error.problem.replace(/ \(kind 0x[0-9a-f]{4}\)$/, ''), { cause: error });
}
