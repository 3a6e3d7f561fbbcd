/** Writes lines for developers to the console. */

/**
 * Bundlers replace `process.env.NODE_ENV`, so it is written here in full. Where it is not set, as on a page that is not bundled,
 * this is development.
 */
function isProduction(): boolean {
  try {
    return process.env.NODE_ENV === 'production';
  } catch {
    return false;
  }
}

export type ConsoleUse = 'on' | 'off';

/** What an actor itself says. @returns null when nothing is to be written */
export const logFor = (use: ConsoleUse = isProduction() ? 'off' : 'on'): ((line: string) => void) | null =>
  use === 'on' ? (line) => console.log(line) : null;

/** @returns null when nothing is to be written */
export function consoleFor(use: ConsoleUse = isProduction() ? 'off' : 'on'): ((line: string) => void) | null {
  return use === 'on' ? (line) => console.warn(line) : null;
}
