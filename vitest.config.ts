import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { findChromium } from './scripts/chromium.js';
import WithThreeMinutes from './tests/tv/three-minutes.js';

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  test: {
    // Many tests wait for threads or a browser of their own, and leave the cores to others meanwhile.
    maxWorkers: '100%',
    // What a system says on the console as a test lets it crash is of interest only when the test fails.
    silent: 'passed-only',
    sequence: { sequencer: WithThreeMinutes },
    projects: [
      {
        test: {
          name: 'node',
          include: ['tests/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        server: { headers: isolation },
        test: {
          name: 'chromium',
          globalSetup: ['tests/host/browser-entries.ts'],
          include: ['{tests,examples}/**/*.browser.test.ts'],
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: findChromium() ?? undefined,
                args: [
                  '--no-sandbox',
                  '--disable-gpu',
                  '--disable-quic',
                  '--no-first-run',
                  '--disable-background-networking',
                  '--disable-component-update',
                  '--disable-sync',
                ],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
