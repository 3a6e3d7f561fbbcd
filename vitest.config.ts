import { availableParallelism } from 'node:os';
import { playwright } from '@vitest/browser-playwright';
import type { ResolvedConfig } from 'vite';
import { defineConfig } from 'vitest/config';
import { BUILT_MODULES, builtSources } from './scripts/built-sources.js';
import { CHROMIUM_FLAGS, findChromium } from './scripts/chromium.js';
import { ownName, sourcesByName } from './scripts/own-name.js';
import WithThreeMinutes from './tests/tv/three-minutes.js';

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Tests that count all objects or threads of their process, and so are alone in it. */
const COUNTING = ['tests/{host,runtime}/growth.test.ts', 'tests/host/application.test.ts'];
/** Tests that load TypeScript as Vite does, replace a module, or load one anew: from sources in every mode. */
const OF_SOURCES = [
  'tests/examples/examples.test.ts',
  'tests/host/text-lines.test.ts',
  'tests/persistence/local-storage-part.test.ts',
  'tests/protocol/golden.test.ts',
  'tests/runtime/replace.test.ts',
  'tests/scripts/{build-codecs,tools}.test.ts',
];
const IN_CHROMIUM = ['**/*.browser.test.ts'];
/** Installed packages, among them links to this one: their tests are not ours, or ours again. */
const INSTALLED = '**/node_modules/**';

/**
 * What all projects have in common. They are one group, in which tests that wait for threads, processes and a browser run beside those that
 * do not wait; their order is that of `tests/seconds.json`.
 */
const shared = {
  // Three more than there are cores: with two more, a quarter of the cores' time was left, since most tests wait for threads, processes or a browser.
  maxWorkers: availableParallelism() + 3,
  // Loading the runtime takes longer than most files: once for each worker, and not for each file.
  isolate: false,
  restoreMocks: true,
  unstubEnvs: true,
  // For a machine that does much else at the same time.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 60_000 } },
};

const AS_NODE = { conditions: ['node'], externalConditions: ['node'] };

/** Packages are loaded as Node loads them for users: XState's build for development costs a tenth of a test that starts many systems. */
const asUsersLoad = {
  name: 'as-users-load',
  configResolved: ({ ssr, environments }: ResolvedConfig) => {
    // The workers are started with the first of these; Vite resolves with the others.
    for (const { resolve } of [ssr, ...Object.values(environments)]) Object.assign(resolve ?? {}, AS_NODE);
  },
};

/** How tests get what they test. */
const fromSources = { plugins: [ownName(), asUsersLoad] };
const fromBuilt = {
  plugins: [builtSources(sourcesByName()), ...fromSources.plugins],
  test: { server: { deps: { external: [BUILT_MODULES] } } },
};

/** In mode `built`, as `npm test` runs it after a build. Else tests see the sources as they are now. */
export default defineConfig(({ mode }) => {
  const { plugins, test } = mode === 'built' ? fromBuilt : { ...fromSources, test: {} };
  return {
    test: {
      // What a system says on the console as a test lets it crash is of interest only when the test fails.
      silent: 'passed-only',
      sequence: { sequencer: WithThreeMinutes },
      projects: [
        {
          plugins,
          test: {
            ...shared,
            ...test,
            name: 'node',
            globalSetup: ['tests/made-once.ts'],
            include: ['tests/**/*.test.ts', 'examples/**/*.test.ts'],
            exclude: [...COUNTING, ...OF_SOURCES, ...IN_CHROMIUM, INSTALLED],
          },
        },
        { ...fromSources, test: { ...shared, name: 'sources', include: OF_SOURCES } },
        { plugins, test: { ...shared, ...test, name: 'counting', include: COUNTING, exclude: [INSTALLED], isolate: true } },
        {
          plugins: [ownName()],
          server: { headers: isolation },
          test: {
            name: 'chromium',
            globalSetup: ['tests/host/browser-entries.ts', 'tests/reference/browser-examples.ts'],
            include: ['{tests,examples}/**/*.browser.test.ts'],
            exclude: [INSTALLED],
            // One group has one number; these are a worker of their own beside the group's.
            maxWorkers: shared.maxWorkers,
            testTimeout: shared.testTimeout,
            hookTimeout: shared.hookTimeout,
            expect: shared.expect,
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
  };
});
