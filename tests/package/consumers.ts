/**
 * The package in the hands of others: each package manager and bundler in an empty folder of its own, then the page in Chromium in every placement.
 *
 *   npm run consumers [name...]
 *
 * Takes minutes and needs the registry, so no test calls it. Exits with 1 when one does not work.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium } from '../e2e/television.js';
import { ROOT } from '../tree/tree.js';
import { BUNDLERS, type Bundler } from './bundlers.js';
import { APPLICATION, PLACEMENTS, SUM } from './fixture.js';
import { emptyFolder, pack, put, run } from './installed.js';
import { serveStrictly } from './strict-server.js';

const PATIENCE_MS = 30_000;

const browser = await launchChromium();

/** @returns what went wrong; null when the page shows its total */
async function look(url: string): Promise<string | null> {
  const page = await browser.newPage();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  await page.goto(url);
  const shown = page.waitForFunction((sum) => document.querySelector('output')?.value === sum, SUM, { timeout: PATIENCE_MS });
  const problem = await shown.then(
    () => null,
    () => said.join('\n'),
  );
  await page.close();
  return problem;
}

/** @returns what went wrong */
async function tryOut({ manager, packages, files, build, output, placements }: Bundler, tarball: string): Promise<string[]> {
  const folder = emptyFolder();
  try {
    put(folder, { ...APPLICATION, ...files, 'package.json': '{ "name": "application", "private": true, "type": "module" }' });
    const [program, ...words] = manager;
    run(folder, program, ...words, tarball, ...packages);
    for (const [command, ...rest] of build) run(folder, command, ...rest);
    const server = await serveStrictly(join(folder, output));
    const problems: string[] = [];
    for (const placement of placements ?? PLACEMENTS.map(([name]) => name)) {
      const problem = await look(`${server.url}?placement=${placement}`);
      if (problem !== null) problems.push(`${placement}: ${problem}`);
    }
    server.close();
    return problems;
  } catch (error) {
    return [String(error)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const names = process.argv.slice(2);
run(ROOT, 'npm', 'run', 'prepack');
const folder = emptyFolder();
const { tarball } = pack(folder);
for (const bundler of BUNDLERS) {
  if (names.length > 0 && !names.includes(bundler.name)) continue;
  const from = performance.now();
  const problems = await tryOut(bundler, tarball);
  console.log(`${bundler.name}  ${problems.length === 0 ? 'works' : 'fails'}  ${((performance.now() - from) / 1000).toFixed(1)} s`);
  for (const problem of problems) console.log(`  ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
rmSync(folder, { recursive: true });
await browser.close();
