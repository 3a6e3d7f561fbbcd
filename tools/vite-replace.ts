/** Adds to the generated way in, which knows how the application was started, what it does in development when code is saved. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { ownPackageName } from './own-package.js';

/** By this name the way in imports it; the plugin gives its text. */
export const PAGE_MODULE = 'virtual:tandem-page';

const START = 'export const start = ';

/** @param text of the generated way in @returns null when it starts nothing */
export function withReplacement(text: string): string | null {
  if (!text.includes(START)) return null;
  return `${text.replace(START, 'const startTandem = ')}
import { goOnWithSavedCode } from ${JSON.stringify(PAGE_MODULE)};
import { debuggerOf, openDebugLink } from ${JSON.stringify(`${ownPackageName()}/browser`)};
const started = import.meta.hot ? goOnWithSavedCode(import.meta.hot) : () => {};
export const start = async (options = {}) => {
  const running = await startTandem(options);
  started(running.system);
  const looking = import.meta.hot && debuggerOf(document);
  if (looking) void openDebugLink(running.system, looking, { name: document.title || 'application' });
  return running;
};
`;
}

/** The text of the page's part, as a browser reads it: its source where these tools run from sources. */
export function pageModule(): string {
  const built = join(import.meta.dirname, 'vite-page.js');
  if (existsSync(built)) return readFileSync(built, 'utf8').replace(/\n\/\/# sourceMappingURL=.*/, '');
  return transformSync(readFileSync(join(import.meta.dirname, 'vite-page.ts'), 'utf8'), { loader: 'ts', format: 'esm' }).code;
}
