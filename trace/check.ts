/** Checks of values that a file claims to have. */

export type Check = (value: unknown) => boolean;
export type Shape = Readonly<Record<string, Check>>;

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

export const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const u16: Check = (value) => whole(value) && (value as number) <= 0xffff;
export const u32: Check = (value) => whole(value) && (value as number) <= 0xffff_ffff;
export const text: Check = (value) => typeof value === 'string';
export const flag: Check = (value) => typeof value === 'boolean';
/** A number of any kind that may be compared. */
export const amount: Check = (value) => typeof value === 'number' && !Number.isNaN(value);
export const bytes: Check = (value) => value instanceof Uint8Array;
export const oneOf =
  (options: readonly unknown[]): Check =>
  (value) =>
    options.includes(value);
export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
export const fields =
  (shape: Shape): Check =>
  (value) =>
    isRecord(value) && Object.keys(shape).every((name) => Object.hasOwn(value, name) && shape[name](value[name]));
export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
export const numbers: Check = (value) => isRecord(value) && Object.values(value).every((each) => typeof each === 'number');
