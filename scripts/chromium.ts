/**
 * Finds the Chromium for the browser tests: the one that CHROMIUM names, one that is installed in a usual place, or the one that
 * Playwright has downloaded.
 *
 * `npx tsx scripts/chromium.ts` prints its path. When there is none and this runs as root on Debian, it installs Debian's package first.
 * `npm test` runs it, so that a machine with only Node and npm can run all tests.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright';
import { isMain } from './is-main.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * What of the browser's window is left out: lists below its address bar, two pages in processes of their own for each window, which took a
 * third of the tests' time in Chromium. The rest is what Playwright leaves out, since the last switch of a name replaces those before.
 */
const LEFT_OUT = [
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup'],
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable'],
  ...['LensOverlay', 'MediaRouter', 'PaintHolding', 'ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect'],
  ...['OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch'],
];

/** With which Chromium is started for tests: in a container, without a graphics card, and with nothing in it that is not the page. */
export const CHROMIUM_FLAGS: readonly string[] = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  `--disable-features=${LEFT_OUT.join(',')}`,
];

const ADVICE = `Install it (Debian: apt-get install chromium; anywhere: npx playwright install chromium), or set CHROMIUM to its path.`;

/** @returns the path of an executable, or null when there is none */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | null {
  if (environment.CHROMIUM) return existsSync(environment.CHROMIUM) ? environment.CHROMIUM : null;
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...PLACES, ...onPath, chromium.executablePath()].find((path) => existsSync(path)) ?? null;
}

function run(command: string, ...words: string[]): void {
  // Its output is shown as it happens, and is not part of the answer.
  const { status, error } = spawnSync(command, words, {
    stdio: ['ignore', process.stderr, process.stderr],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} failed. ${ADVICE}`, { cause: error });
}

/** @throws Error that says what to do when there is no Chromium and it cannot be installed */
export function ensureChromium(): string {
  const found = findChromium();
  if (found) return found;
  if (process.env.CHROMIUM) throw new Error(`CHROMIUM is ${process.env.CHROMIUM}, which does not exist`);
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) throw new Error(`the browser tests need Chromium. ${ADVICE}`);
  run('apt-get', 'update');
  run('apt-get', 'install', '--yes', '--no-install-recommends', 'chromium');
  const installed = findChromium();
  if (!installed) throw new Error(`apt-get has installed the package chromium, but it is in no usual place. ${ADVICE}`);
  return installed;
}

if (isMain(import.meta.url)) {
  try {
    console.log(ensureChromium());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
