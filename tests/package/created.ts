/**
 * A new user's first ten minutes, by the words of README, with the package as it is published: creates an application, writes a second actor, tests
 * it, opens it, crashes its actor and moves it, builds it, and does the same with what was built.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../e2e/television.js';
import { type Step, section, stepsOf } from '../readme/readme.js';
import { emptyFolder, run } from './installed.js';
import { type Served, serve } from './served.js';

/** Opens a page, and fails with what its console says is wrong. */
async function open(browser: Browser, { address }: Pick<Served, 'address'>): Promise<Page> {
  const page = await browser.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(address);
  return page;
}

const sumIn = (page: Page, sum: string) => page.waitForFunction((text) => document.getElementById('sum')?.textContent === text, sum);
const statusIn = (page: Page, text: string) =>
  page.waitForFunction((wanted) => document.getElementById('status')?.textContent === wanted, text);

async function tryOut(page: Page): Promise<void> {
  await statusIn(page, 'runs in the wasm VM; restarts: 0');
  await sumIn(page, '0');
  for (let i = 0; i < 3; i++) await page.click('#add');
  await sumIn(page, '3');
  await page.click('#crash');
  await statusIn(page, 'runs in the wasm VM; restarts: 1');
  await page.click('#add');
  await sumIn(page, '4');
  await page.click('#move');
  await statusIn(page, 'runs in the js VM; restarts: 1');
  await page.click('#add');
  await sumIn(page, '5');
}

/** The debugger of Vite's server in a second tab: messages come as they are sent, and a crash has its line of the actor that was created. */
async function lookOn(browser: Browser, { debuggerAddress }: Served, page: Page): Promise<void> {
  const looking = await open(browser, { address: debuggerAddress });
  await looking.locator('#live[aria-pressed=true]').getByText(/LIVE/).waitFor();
  const filter = async (text: string) => {
    await looking.fill('#filter', text);
    await looking.locator('#filter-said').getByText(/fit$/).waitFor();
  };
  await page.click('#move');
  await statusIn(page, 'runs in the wasm VM; restarts: 1');
  await filter('kind:basket.add');
  await page.click('#add');
  await looking.locator('.row', { hasText: '{amount: 1}' }).waitFor();
  await page.click('#crash');
  await statusIn(page, 'runs in the wasm VM; restarts: 2');
  await filter('trap');
  await looking.locator('.row.wrong').first().click();
  await looking
    .locator('#detail .trap')
    .getByText(/^ended here: unreachable/)
    .waitFor();
  await looking
    .locator('.place')
    .getByText(/^(handled by|ended at) src\/actors\/basket\.wasm\.ts:\d+$/)
    .waitFor();
  await looking.locator('.code .meant').waitFor();
}

/** The package, and a folder with it in `node_modules`. */
export interface Installed {
  readonly folder: string;
  readonly tarball: string;
}

/** The command is there already, and the package is where it was packed to, as a published one is in the registry. */
const installed = (command: string, { folder, tarball }: Installed): string =>
  command.replace(
    /^npx tandem create (\S+)$/,
    `node ${join(folder, 'node_modules/tandem/cli/tandem.mjs')} create $1 --from file:${tarball}`,
  );

/** Carries out README's section. @param given is called once the package is installed */
export function testsOfCreated(given: () => Installed): void {
  const top = emptyFolder();
  let folder = top;
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(top, { recursive: true });
  });

  const served = async (script: string): Promise<void> => {
    const server = await serve(folder, script);
    try {
      const page = await open(browser, server);
      await tryOut(page);
      if (server.debuggerAddress) await lookOn(browser, server, page);
      else expect(script).toBe('start');
    } finally {
      await server.end();
    }
  };

  const follow = async (step: Step): Promise<void> => {
    if (step.type === 'file') {
      const file = join(folder, step.path);
      if (step.path.startsWith('src/actors/')) expect(readFileSync(file, 'utf8')).toBe(step.text);
      else writeFileSync(file, step.text);
      return;
    }
    const { command } = step;
    if (command === 'npm run dev') return served('dev');
    if (command === 'npm start') return served('start');
    if (command.startsWith('cd ')) folder = join(folder, command.slice('cd '.length));
    else if (command === 'npm test') expect(run(folder, 'npm', 'test')).toMatch(/Tests +10 passed/);
    else run(folder, 'sh', '-c', installed(command, given()));
  };

  const steps = stepsOf(section('Your first actor in ten minutes'));

  test('the section is there, with all its parts', () => {
    expect(steps.map((step) => (step.type === 'run' ? step.command : step.path))).toEqual([
      ...['npx tandem create my-app', 'cd my-app', 'npm install', 'npx tandem new basket --wasm', 'src/actors/basket.ts'],
      ...['src/actors/basket.wasm.ts', 'npm test', 'src/main.ts', 'npm run dev', 'npm run build', 'npm start'],
    ]);
  });

  test('it can be followed word for word', { timeout: 300_000 }, async () => {
    for (const step of steps) await follow(step);
  });
  test('its installation has one compiler of AssemblyScript, and nothing that needs another', () => {
    const modules = join(folder, 'node_modules');
    const names = readdirSync(modules).filter((name) => !name.startsWith('.'));
    expect(names).toContain('assemblyscript');
    expect(names).not.toContain('as-bind');
    expect(names).not.toContain('tsx');
    expect(existsSync(join(modules, 'tandem/node_modules'))).toBe(false);
  });
}
