/**
 * Builds the pages of the television and of the debugger:
 *
 *   examples/tv/web/{main,js-vm,wasm-vm,painter}.ts   → dist/examples/tv/site/*.js
 *   examples/tv/web/{index.html,style.css}    → dist/examples/tv/site/
 *   dist/wasm-actors/*.wasm and *.wasm.map    → dist/examples/tv/site/
 *   debugger/page/{main,worker}.ts, index.html, page.css    → dist/debugger/site/
 */
import { join, resolve } from 'node:path';
import { buildPage, guestFilesIn } from '../tools/page.js';
import { isMain } from './is-main.js';
import { OWN_NAME_CONFIG } from './own-name.js';

const root = resolve(import.meta.dirname, '..');
const web = (name: string) => join(root, 'examples/tv/web', name);
const debug = (name: string) => join(root, 'debugger/page', name);

/** @throws with esbuild's report; when a guest has not been built */
export const buildTelevision = (): Promise<void> =>
  buildPage({
    entries: ['main.ts', 'js-vm.ts', 'wasm-vm.ts', 'painter.ts'].map(web),
    files: [...['index.html', 'style.css'].map(web), ...guestFilesIn(join(root, 'dist/wasm-actors'))],
    outFolder: join(root, 'dist/examples/tv/site'),
    tsconfig: OWN_NAME_CONFIG,
  });

/** @throws with esbuild's report */
export const buildDebugger = (): Promise<void> =>
  buildPage({
    entries: ['main.ts', 'worker.ts'].map(debug),
    files: ['index.html', 'page.css'].map(debug),
    outFolder: join(root, 'dist/debugger/site'),
  });

if (isMain(import.meta.url)) {
  try {
    await Promise.all([buildTelevision(), buildDebugger()]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
