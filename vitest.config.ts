import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { CHROMIUM_FLAGS, findChromium } from './scripts/chromium.js';
import { ownName } from './scripts/own-name.js';
import WithThreeMinutes from './tests/tv/three-minutes.js';

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Tests of hosts that start no thread. */
const IN_ONE_THREAD = 'collections|damage|driver|frame-times|images|keys|otlp|painter-crash|sim|sim-ports|telemetry|text-lines';
/** Tests that start threads of their own, and one that counts all objects. */
const WITH_THREADS = [
  `tests/host/!(${IN_ONE_THREAD}).test.ts`,
  'tests/bus/link-threads.test.ts',
  'tests/chaos/threads.test.ts',
  'tests/runtime/growth.test.ts',
];
/** Tests that start processes or a browser, and wait for them most of the time. */
const FROM_OUTSIDE = ['tests/{bench,e2e,examples,package,readme,scripts,tv}/**/*.test.ts', 'tests/debugging/node.test.ts'];
const IN_CHROMIUM = ['**/*.browser.test.ts'];
/** Installed packages, among them links to this one: their tests are not ours, or ours again. */
const INSTALLED = '**/node_modules/**';
/** Of those that start threads, processes or a browser, and wait for them: one more than the cores of the smallest machine. */
const WAITING_WORKERS = 3;

/** For a machine that does much else at the same time. */
const timeouts = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    // What a system says on the console as a test lets it crash is of interest only when the test fails.
    silent: 'passed-only',
    sequence: { sequencer: WithThreeMinutes },
    projects: [
      {
        plugins: [ownName()],
        test: {
          name: 'node',
          include: ['tests/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: [...WITH_THREADS, ...FROM_OUTSIDE, ...IN_CHROMIUM, INSTALLED],
          maxWorkers: '100%',
          // Loading the runtime takes longer than most files: once for each worker, and not for each file.
          isolate: false,
          restoreMocks: true,
          sequence: { groupOrder: 0 },
          ...timeouts,
        },
      },
      {
        plugins: [ownName()],
        test: {
          name: 'threads',
          include: WITH_THREADS,
          exclude: [...IN_CHROMIUM, INSTALLED],
          maxWorkers: WAITING_WORKERS,
          sequence: { groupOrder: 1 },
          ...timeouts,
        },
      },
      {
        plugins: [ownName()],
        test: {
          name: 'outside',
          include: FROM_OUTSIDE,
          exclude: [...IN_CHROMIUM, INSTALLED],
          maxWorkers: WAITING_WORKERS,
          sequence: { groupOrder: 1 },
          ...timeouts,
        },
      },
      {
        plugins: [ownName()],
        server: { headers: isolation },
        test: {
          name: 'chromium',
          globalSetup: ['tests/host/browser-entries.ts', 'tests/reference/browser-examples.ts'],
          include: ['{tests,examples}/**/*.browser.test.ts'],
          exclude: [INSTALLED],
          // One group has one number; these are a worker of their own beside the group's.
          maxWorkers: WAITING_WORKERS,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            fileParallelism: false,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: findChromium() ?? undefined,
                args: [...CHROMIUM_FLAGS],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
