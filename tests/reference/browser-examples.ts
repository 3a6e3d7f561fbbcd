/** The examples that run in Chromium, bundled beside what was built before the first test of Chromium runs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { OWN_NAME_CONFIG } from '../../scripts/own-name.js';
import { FOLDER, writeExamples } from './examples.js';
import { pages } from './pages.js';

export async function setup(): Promise<void> {
  writeExamples();
  const examples = pages.filter(({ isForBrowsers }) => isForBrowsers).flatMap((page) => page.examples);
  const told = examples.filter(({ isPart }) => !isPart).map(({ path, prints }) => ({ path: path.replace(/\.ts$/, '.js'), prints }));
  await build({
    entryPoints: examples.map(({ path }) => join(FOLDER, path)),
    outdir: join(FOLDER, 'browser'),
    bundle: true,
    splitting: true,
    tsconfig: OWN_NAME_CONFIG,
    platform: 'browser',
    format: 'esm',
    logLevel: 'warning',
  });
  writeFileSync(join(FOLDER, 'browser/examples.json'), JSON.stringify(told));
}
