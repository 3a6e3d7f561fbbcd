/**
 * Figures of the way in, printed, of the package as it is published:
 *
 *   npm run build && npx tsx tests/package/figures.ts
 *
 * - from `tandem create` until the page shows its actor: creating, installing, compiling, the page
 * - from saving an actor's file until the actor that runs does what the file says, in either language
 *
 * They are of a quiet machine alone, and npm's cache has what is installed.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { launchChromium } from '../e2e/television.js';
import { emptyFolder, pack, run } from './installed.js';
import { serve } from './served.js';

const EDITS = 10;
/** An edit is seen by pressing a button until its effect is another: how often that is tried, and for how long. */
const PRESS_MS = 4;
const PATIENCE_MS = 30_000;
/** Between two saves: what watches files for Vite passes over a second change of one within 50 ms. */
const BETWEEN_MS = 200;

interface Twin {
  readonly vm: 'js' | 'wasm';
  readonly file: string;
  readonly text: string;
  /** Where another factor is written at each edit. */
  readonly adds: string;
}

const TWINS: readonly Twin[] = [
  {
    vm: 'wasm',
    file: 'src/actors/counter.wasm.ts',
    text: 'this.state.sum += message.amount;',
    adds: 'this.state.sum += FACTOR * message.amount;',
  },
  { vm: 'js', file: 'src/actors/counter.ts', text: '(this.sum + amount)', adds: '(this.sum + FACTOR * amount)' },
];

/** @returns when a press adds so much */
const addsFrom = (page: Page, wanted: number): Promise<void> =>
  page.evaluate(
    async ({ wanted, pressMs, patienceMs }) => {
      const [sum, add] = [document.getElementById('sum')!, document.getElementById('add')!];
      const until = performance.now() + patienceMs;
      while (performance.now() < until) {
        const before = sum.textContent;
        add.click();
        while (sum.textContent === before && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, pressMs));
        if (Number(sum.textContent) - Number(before) === wanted) return;
      }
      throw new Error(`no press adds ${wanted}`);
    },
    { wanted, pressMs: PRESS_MS, patienceMs: PATIENCE_MS },
  );

/** @returns milliseconds of each edit */
async function edits(page: Page, folder: string, { file, text, adds }: Twin): Promise<number[]> {
  const path = join(folder, file);
  const original = readFileSync(path, 'utf8');
  const times: number[] = [];
  for (let factor = 2; factor < 2 + EDITS; factor++) {
    const edited = original.replace(text, adds.replace('FACTOR', String(factor)));
    const from = performance.now();
    writeFileSync(path, edited);
    await addsFrom(page, factor);
    times.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
  writeFileSync(path, original);
  await addsFrom(page, 1);
  return times.sort((a, b) => a - b);
}

const status = (page: Page, vm: string) =>
  page.waitForFunction((words) => document.getElementById('status')?.textContent?.startsWith(words), `runs in the ${vm} VM`);

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

async function figures(top: string): Promise<void> {
  const { tarball } = pack(top);
  const browser = await launchChromium();
  const steps: string[] = [];
  let last = performance.now();
  const from = last;
  const step = (what: string) => {
    steps.push(`${what} ${seconds(performance.now() - last)}`);
    last = performance.now();
  };
  run(top, process.execPath, join(import.meta.dirname, '../../cli/tandem.mjs'), 'create', 'my-app', '--from', `file:${tarball}`);
  const folder = join(top, 'my-app');
  step('create');
  run(folder, 'npm', 'install');
  step('npm install');
  const server = await serve(folder, 'dev');
  step('npm run dev');
  const page = await browser.newPage();
  await page.goto(server.address);
  await status(page, 'wasm');
  step('its page');
  console.log(`create to picture     ${seconds(performance.now() - from)}: ${steps.join(', ')}`);
  for (const twin of TWINS) {
    if (twin.vm === 'js') await page.click('#move');
    await status(page, twin.vm);
    const times = await edits(page, folder, twin);
    console.log(
      `edit ${twin.file.padEnd(17)} median ${times[EDITS >> 1].toFixed(0)} ms, longest ${times[EDITS - 1].toFixed(0)} ms, of ${EDITS}`,
    );
  }
  await browser.close();
  await server.end();
}

const top = emptyFolder();
try {
  await figures(top);
} finally {
  rmSync(top, { recursive: true });
}
