/**
 * Values of any shape: a `dynamic` field carries them as bytes, and these functions convert.
 *
 *   null, undefined   nil
 *   boolean           bool
 *   number            integer when it is a safe one (so -0 becomes 0), else float 64
 *   string            str
 *   Uint8Array        bin
 *   Array             array
 *   plain object      map, its keys in ascending order of UTF-16 code units
 *   Date              timestamp (extension -1), in whole milliseconds
 *
 * A value comes out exactly as it went in, or it is refused: with an `EncodeError` that names the place, or a `DecodeError` with the offset.
 */
import { readTime, TIME_PROTOTYPE, writeTime } from './dynamic-time.js';
import { DecodeError, EncodeError, thrownByCaller } from './errors.js';
import { DYNAMIC_BYTES_MAX, NESTING_DEPTH_MAX } from './limits.js';
import { readValue } from './plain.js';
import { Reader } from './reader.js';
import { Writer } from './writer.js';

/**
 * @returns the bytes of one MessagePack value, the same for equal values
 * @throws EncodeError with the path of a value that is none of the above (a Map, an instance of a class, a function, a bigint, an accessor, a
 *   hole, …), contains itself, is nested deeper than NESTING_DEPTH_MAX, or is longer than DYNAMIC_BYTES_MAX
 */
export function encodeDynamic(value: unknown): Uint8Array {
  const encoder = new DynamicEncoder();
  try {
    encoder.value(value);
  } catch (error) {
    const wrong =
      error instanceof EncodeError
        ? new EncodeError(encoder.path, error.problem)
        : new EncodeError(encoder.path, 'cannot be read', { cause: error });
    throw thrownByCaller(wrong, encodeDynamic);
  }
  return encoder.writer.toBytes();
}

/**
 * @throws DecodeError with the offset of the problem: the bytes are not one value, an integer is not a safe one, a key is no string or
 *   occurs twice, a string is not UTF-8, an extension is not a time in whole milliseconds
 */
export function decodeDynamic(bytes: Uint8Array): unknown {
  if (!(bytes instanceof Uint8Array)) throw new DecodeError('type', 0);
  const reader = new Reader().reset(bytes);
  const value = readValue(reader, readTime);
  reader.finish();
  return value;
}

/** Reads the tag of a typed array, whatever its prototype claims. Engines before 2015 have none, and say it by other means. */
const tagGetter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get;
const typedArrayTag = tagGetter ?? typeNameOf;

function typeNameOf(this: unknown): string {
  return Object.prototype.toString.call(this).slice('[object '.length, -1);
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

const fail = (problem: string): never => {
  throw new EncodeError('value', problem);
};

/** The string as it will be written: lone surrogates are replaced. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

class DynamicEncoder {
  readonly writer = new Writer();
  /** Containers of the present value, outermost first. */
  private readonly containers: object[] = [];
  /** Keys and indices that lead to the present value. */
  private readonly steps: (string | number)[] = [];

  /** Path of the present value, for example `value.films[3].title`. */
  get path(): string {
    const text = (step: string | number) =>
      typeof step === 'number' ? `[${step}]` : IDENTIFIER.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    return `value${this.steps.map(text).join('')}`;
  }

  value(value: unknown): void {
    const { writer } = this;
    writer.reserve(9);
    if (value === null || value === undefined) writer.nil();
    else if (typeof value === 'number') writer.f64(value);
    else if (typeof value === 'boolean') writer.bool(value);
    else if (typeof value === 'string') writer.str(value, DYNAMIC_BYTES_MAX);
    else if (typeof value === 'object') this.object(value);
    else fail(`a ${typeof value} cannot be written`);
    if (writer.length > DYNAMIC_BYTES_MAX) fail(`with what is before it longer than ${DYNAMIC_BYTES_MAX} bytes`);
  }

  private object(value: object): void {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (typedArrayTag.call(value) === 'Uint8Array') this.writer.bin(value as Uint8Array, DYNAMIC_BYTES_MAX);
    else if (Array.isArray(value) && isRoot(prototype, Array.prototype, 'push')) this.container(value, () => this.list(value));
    else if (prototype === null || isRoot(prototype, Object.prototype, 'isPrototypeOf'))
      this.container(value, () => this.map(value as Record<string, unknown>));
    else if (isRoot(prototype, TIME_PROTOTYPE, 'getTime')) this.time(value);
    else fail(`${describe(prototype)} cannot be written: only plain objects, arrays, Uint8Array and times can`);
  }

  private time(value: object): void {
    if (Reflect.ownKeys(value).length > 0) fail('a time with properties of its own cannot be written');
    writeTime(this.writer, value);
  }

  private container(value: object, write: () => void): void {
    if (this.containers.includes(value)) fail('contains itself');
    if (this.containers.length >= NESTING_DEPTH_MAX) fail(`nested deeper than ${NESTING_DEPTH_MAX}`);
    this.containers.push(value);
    write();
    this.containers.pop();
  }

  private list(value: readonly unknown[]): void {
    const { length } = value;
    // An array's own keys are its items and `length`.
    if (Reflect.ownKeys(value).length > length + 1) fail('an array with properties of its own cannot be written');
    this.writer.listLength(length, DYNAMIC_BYTES_MAX);
    for (let i = 0; i < length; i++) this.property(value, i);
  }

  private map(value: Record<string, unknown>): void {
    const keys = Reflect.ownKeys(value);
    const names = keys.filter((key) => typeof key === 'string').sort();
    if (names.length < keys.length) fail('an object with symbols for keys cannot be written');
    if (new Set(names.map(wellFormed)).size < names.length) fail('two keys differ in lone surrogates alone');
    this.writer.mapLength(names.length, DYNAMIC_BYTES_MAX);
    for (const name of names) this.property(value, name);
  }

  private property(container: object, key: string | number): void {
    this.steps.push(key);
    const property = Object.getOwnPropertyDescriptor(container, key) ?? fail('a hole cannot be written');
    if (!('value' in property)) fail('an accessor cannot be written');
    if (!property.enumerable) fail('a hidden property cannot be written');
    if (typeof key === 'string') this.writer.str(key, DYNAMIC_BYTES_MAX);
    this.value(property.value);
    this.steps.pop();
  }
}

/** Whether `prototype` is that of a built-in type, also of another frame or context. */
const isRoot = (prototype: unknown, own: object, member: string): boolean =>
  prototype === own ||
  (typeof prototype === 'object' &&
    prototype !== null &&
    Object.hasOwn(prototype, member) &&
    Object.getPrototypeOf(Object.getPrototypeOf(prototype) ?? Object.create(null)) === null &&
    describe(prototype) === describe(own));

function describe(prototype: unknown): string {
  const owner = typeof prototype === 'object' && prototype && Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  const name = typeof owner === 'function' ? owner.name : '';
  return name ? `an instance of ${name}` : 'an object with a prototype';
}
