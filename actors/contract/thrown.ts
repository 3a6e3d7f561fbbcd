/**
 * What was thrown, as text. Anything may be thrown: nothing, a revoked proxy, an error whose getters throw or whose message has a gigabyte.
 * So only this file looks at what was thrown: nothing in it throws, and every text is bounded.
 */
import { beginningOf } from '../../bus/beginning.js';
import { EncodeError } from '../../protocol/errors.js';
import type { Fields } from '../../protocol/fields.js';
import { CRASH_REASON_CHARACTERS_MAX, CRASH_STACK_CHARACTERS_MAX } from '../../protocol/limits.js';
import { locateField } from '../../protocol/locate.js';
import type { Writer } from '../../protocol/writer.js';

/** How many causes are followed. */
const CAUSES_MAX = 4;
/** Bound for one line of a stack; a longer one names no file that a person could open. */
const STACK_LINE_CHARACTERS_MAX = 1_000;

/** `instanceof` for what was thrown. */
export function isA<T>(thrown: unknown, type: abstract new (...input: never[]) => T): thrown is T {
  try {
    return thrown instanceof type;
  } catch {
    return false;
  }
}

/** Whether a handler returned a promise, of any library. */
export function isPromise(returned: unknown): returned is PromiseLike<unknown> {
  try {
    return typeof (returned as PromiseLike<unknown> | null | undefined)?.then === 'function';
  } catch {
    return false;
  }
}

/** Whether a handler returned a generator, whose body runs only when somebody asks for its values. */
export function isGenerator(returned: unknown): boolean {
  try {
    const { next, throw: fail } = (returned ?? {}) as Generator;
    return typeof next === 'function' && typeof fail === 'function';
  } catch {
    return false;
  }
}

/** The cause of an error; undefined also when it cannot be read. */
export function causeOf(thrown: unknown): unknown {
  return read(thrown, 'cause');
}

/** The message, or the thrown value as text. Never empty, unless an empty text was thrown. */
export function reasonOf(thrown: unknown): string {
  return beginningOf(fullReasonOf(thrown), CRASH_REASON_CHARACTERS_MAX);
}

/** The reason and those of the causes that it does not contain: what is wrong is often only in the cause of a platform's error. */
export function reasonsOf(thrown: unknown): string {
  const all = causesOf(thrown).map(reasonOf);
  const reasons = all.filter((reason, i) => reason !== '' && !all[i - 1]?.includes(reason));
  return beginningOf(reasons.join(': '), CRASH_REASON_CHARACTERS_MAX);
}

/** Name, message and places of what was thrown, then those of its causes. Empty when it has no stack. */
export function stackOf(thrown: unknown): string {
  const stacks = causesOf(thrown).map(oneStackOf);
  if (!stacks[0]) return '';
  return beginningOf(stacks.filter(Boolean).join('\ncaused by: '), CRASH_STACK_CHARACTERS_MAX);
}

/** The first place in the stack, as `folder/file.js:line:column`; empty when there is none. */
export function placeOf(thrown: unknown): string {
  for (const line of framesOf(thrown).split('\n')) {
    const place = placeIn(line);
    if (place) return place;
  }
  return '';
}

function read(thrown: unknown, property: 'message' | 'name' | 'stack' | 'cause'): unknown {
  try {
    return typeof thrown === 'object' && thrown !== null ? (thrown as Record<string, unknown>)[property] : undefined;
  } catch {
    return undefined;
  }
}

function readText(thrown: unknown, property: 'message' | 'name' | 'stack'): string {
  try {
    return String(read(thrown, property) ?? '');
  } catch {
    return '';
  }
}

function fullReasonOf(thrown: unknown): string {
  const reason = readText(thrown, 'message') || (isA(thrown, Error) ? readText(thrown, 'name') : '');
  if (reason) return reason;
  try {
    return String(thrown);
  } catch {
    return `${typeof thrown} without a text`;
  }
}

/** What was thrown, its cause, the cause of that, and so on. */
function causesOf(thrown: unknown): unknown[] {
  const chain = [thrown];
  for (let cause = causeOf(thrown); cause !== undefined && chain.length <= CAUSES_MAX; cause = causeOf(cause)) chain.push(cause);
  return chain;
}

/** A long message is cut, so that there is room for the places after it. */
function oneStackOf(thrown: unknown): string {
  const stack = readText(thrown, 'stack');
  const message = readText(thrown, 'message');
  if (message.length <= CRASH_REASON_CHARACTERS_MAX) return stack;
  return `${readText(thrown, 'name')}: ${reasonOf(thrown)}\n${beginningOf(framesOf(thrown).trimStart(), CRASH_STACK_CHARACTERS_MAX)}`;
}

/** The part of the stack after the message, which may contain anything. */
function framesOf(thrown: unknown): string {
  const stack = readText(thrown, 'stack');
  const message = readText(thrown, 'message');
  const at = message ? stack.indexOf(message) : -1;
  return stack.slice(at < 0 ? 0 : at + message.length, (at < 0 ? 0 : at + message.length) + CRASH_STACK_CHARACTERS_MAX);
}

/** The place in a line like `at Counter.onAdd (file:///app/actors/counter.js:12:5)`, or `onAdd@http://tv/actors/counter.js:12:5`. */
function placeIn(line: string): string {
  if (line.length > STACK_LINE_CHARACTERS_MAX) return '';
  const end = line.endsWith(')') ? line.length - 1 : line.length;
  const from = Math.max(...[' ', '(', '@'].map((mark) => line.lastIndexOf(mark, end - 1))) + 1;
  const [folder, file] = line.slice(from, end).split('/').slice(-2);
  // A server in development gives a module that was edited another address by a query.
  return file !== undefined && /:\d+:\d+$/.test(file) ? `${folder}/${file.replace(/\?.*(?=:\d+:\d+$)/, '')}` : '';
}

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
