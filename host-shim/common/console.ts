/** Where the lines for who develops go. */

/**
 * Bundlers put `NODE_ENV` in, so that it is looked up here in full. Where nobody has said what it is, as on a page that is not bundled, somebody
 * develops.
 */
function isProduction(): boolean {
  try {
    return process.env.NODE_ENV === 'production';
  } catch {
    return false;
  }
}

export type ConsoleUse = 'on' | 'off';

/** @returns null when nobody is to be told */
export function consoleFor(use: ConsoleUse = isProduction() ? 'off' : 'on'): ((line: string) => void) | null {
  return use === 'on' ? (line) => console.warn(line) : null;
}
