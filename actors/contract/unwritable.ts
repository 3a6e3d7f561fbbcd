/** Why a value could not be written. Encoders do not say where in it they were: that is found by how far they came. */
import { EncodeError } from '../../protocol/errors.js';
import type { Fields } from '../../protocol/fields.js';
import { locateField } from '../../protocol/locate.js';
import type { Writer } from '../../protocol/writer.js';
import { isA } from './thrown.js';

/**
 * @param error what an encoder threw: any error, when the value has another shape than its schema
 * @param name beginning of the field's path
 * @param fields of what was being written; nothing is located without
 * @param at where in the writer it begins
 */
export function unwritable(error: unknown, name: string, fields: Fields | undefined, { bytes, length }: Writer, at = 0): EncodeError {
  const field = fields ? locateField(name, fields, bytes, at, length, length) : '';
  if (isA(error, EncodeError)) return new EncodeError(field, error.problem);
  return new EncodeError(field, 'what it was given is of another shape', { cause: error });
}
