/**
 * `npm run check`: everything that must hold before a change is done, quick checks first. Stops at the first failure and says
 * how to mend it. `npm run check -- --no-tests` leaves the tests and the ladder of devices out.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

interface Step {
  readonly name: string;
  readonly commands: readonly (readonly string[])[];
  readonly remedy: string;
}

/** Three minutes on two cores, and as long for engines that have to be brought first. */
const LADDER_SECONDS = '360';

const STEPS: readonly Step[] = [
  { name: 'lint and format', commands: [['biome', 'check', '--error-on-warnings', '.']], remedy: 'npm run fix mends most of it' },
  { name: 'types and build', commands: [['tsx', 'scripts/build.ts']], remedy: 'npm run build shows it again' },
  {
    name: 'approved schemas',
    commands: [['tsx', 'scripts/codegen.ts', '--check']],
    remedy: 'look at what has changed in protocol/messages and protocol/ports; npm run codegen -- --approve says that it is meant',
  },
  { name: 'dead code', commands: [['knip']], remedy: 'remove what nobody uses' },
  {
    name: 'tests',
    commands: [
      ['tsx', 'scripts/chromium.ts'],
      ['vitest', 'run', '--mode', 'built'],
    ],
    remedy: 'npm test <part of a file name> runs some of them',
  },
  {
    name: 'ladder of devices',
    commands: [['tsx', 'scripts/devices/main.ts', '--at-once', '3', '--within', LADDER_SECONDS]],
    remedy: 'npm run devices -- --engine <name> climbs one rung; artifacts/devices has what each has shown',
  },
];

/** What `--no-tests` leaves out. */
const TRIALS: readonly string[] = ['tests', 'ladder of devices'];

/** @returns whether all commands succeeded; none runs after the first that fails */
function passes({ commands }: Step): boolean {
  return commands.every(([program, ...words]) => {
    const executable = join(root, 'node_modules/.bin', program);
    return spawnSync(executable, words, { cwd: root, stdio: 'inherit' }).status === 0;
  });
}

const unknown = process.argv.slice(2).find((word) => word !== '--no-tests');
if (unknown !== undefined) {
  console.error(`check: unknown option ${unknown}; there is --no-tests`);
  process.exit(2);
}
for (const step of STEPS) {
  if (TRIALS.includes(step.name) && process.argv.includes('--no-tests')) continue;
  console.log(`\ncheck: ${step.name}`);
  const started = performance.now();
  if (!passes(step)) {
    console.error(`\ncheck failed: ${step.name}. ${step.remedy}`);
    process.exit(1);
  }
  console.log(`check: ${step.name} ok (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}
console.log('\ncheck passed');
