/** The options that the chaos tool accepts, and what it says about others. */
import { expect, test } from 'vitest';
import { OptionError, parseChaosOptions, USAGE } from '../../chaos/options.js';
import { FAULT_KINDS } from '../../chaos/plan.js';

test('without anything: 200 seeds in the simulation, with all kinds of faults', () => {
  expect(parseChaosOptions([])).toMatchObject({ mode: 'seeds', seeds: 200, seed: 1, kinds: FAULT_KINDS });
});

test('--help and -h ask for help, whatever else there is', () => {
  for (const words of [['--help'], ['-h'], ['--host', 'node', '--help']]) expect(parseChaosOptions(words)).toEqual({ mode: 'help' });
});

test.each([[['--seds', '3']], [['--host', 'television']], [['seeds']]])('%j is answered with all that is known', (words) => {
  expect(() => parseChaosOptions(words)).toThrow(OptionError);
  expect(() => parseChaosOptions(words)).toThrow(USAGE);
});

test('a kind of fault that is not known names those that are', () => {
  expect(() => parseChaosOptions(['--faults', 'trap,flood'])).toThrow(`--faults are ${FAULT_KINDS.join(',')}, not flood`);
});
