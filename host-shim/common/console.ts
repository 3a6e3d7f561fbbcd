/** Writes lines for developers to the console. */
import { isProduction } from './production.js';

export type ConsoleUse = 'on' | 'off';

/** What an actor itself says. @returns null when nothing is to be written */
export const logFor = (use: ConsoleUse = isProduction() ? 'off' : 'on'): ((line: string) => void) | null =>
  use === 'on' ? (line) => console.log(line) : null;

/** @returns null when nothing is to be written */
export function consoleFor(use: ConsoleUse = isProduction() ? 'off' : 'on'): ((line: string) => void) | null {
  return use === 'on' ? (line) => console.warn(line) : null;
}
