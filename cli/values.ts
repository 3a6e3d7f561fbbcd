/** Values of options, checked. */
import { UsageError } from './command.js';

export const textOption = (value: string | boolean | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** @throws UsageError for anything but a whole number above 0 */
export function wholeNumber(name: string, value: string | boolean | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new UsageError(`--${name} is a whole number above 0, not ${value}`);
}
