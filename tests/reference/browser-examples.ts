/** The examples that run in Chromium, bundled beside what was built before the first test of Chromium runs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { OWN_NAME_CONFIG } from '../../scripts/own-name.js';
import { ROOT } from '../tree/tree.js';
import { writeExamples } from './examples.js';
import { pages } from './pages.js';

/** Not that of the tests in Node, which begin by emptying theirs. */
const FOLDER = join(ROOT, 'dist/reference-in-browser');

export async function setup(): Promise<void> {
  writeExamples(FOLDER);
  const examples = pages.filter(({ isForBrowsers }) => isForBrowsers).flatMap((page) => page.examples);
  const told = examples.filter(({ isPart }) => !isPart).map(({ path, prints }) => ({ path: path.replace(/\.ts$/, '.js'), prints }));
  await build({
    entryPoints: examples.map(({ path }) => join(FOLDER, path)),
    outdir: join(FOLDER, 'bundled'),
    bundle: true,
    splitting: true,
    tsconfig: OWN_NAME_CONFIG,
    platform: 'browser',
    format: 'esm',
    logLevel: 'warning',
  });
  writeFileSync(join(FOLDER, 'bundled/examples.json'), JSON.stringify(told));
}
