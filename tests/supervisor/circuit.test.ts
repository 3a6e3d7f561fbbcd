/** When an actor fails over and when it goes back, as a table. */
import { describe, expect, test } from 'vitest';
import {
  ATTEMPTS_BACK_MAX,
  type Circuit,
  CLOSED,
  checkCircuit,
  countRestart,
  halfOpened,
  mayGoBack,
  missed,
  opened,
} from '../../actors/supervisor/party/circuit.js';

const LIMITS = { intensity: 2, periodMs: 1 };

/** Restarts at these times, until one is too many. @returns how many were counted */
function countedOf(circuit: Circuit, micros: readonly number[]): number {
  let counted = 0;
  for (let next: Circuit | null = circuit; counted < micros.length; counted++) {
    next = countRestart(next, micros[counted], LIMITS);
    if (!next) break;
  }
  return counted;
}

const OPEN = opened(CLOSED);
const TRIAL = halfOpened();
const OPEN_FOR_GOOD = opened(TRIAL);

describe.each([
  { name: 'closed', circuit: CLOSED, state: 'closed', goesBack: false },
  { name: 'open', circuit: OPEN, state: 'open', goesBack: true },
  { name: 'half-open', circuit: TRIAL, state: 'half-open', goesBack: false },
  { name: 'open for good', circuit: OPEN_FOR_GOOD, state: 'open', goesBack: false },
])('a circuit that is $name', ({ circuit, state, goesBack }) => {
  test('shows its state and may go back once', () => {
    expect(circuit.state).toBe(state);
    expect(mayGoBack(circuit)).toBe(goesBack);
  });
});

test.each([CLOSED, TRIAL])('the whole budget is there when $state, and comes back with time', (circuit) => {
  expect(countedOf(circuit, [0, 1, 2])).toBe(2);
  expect(countedOf(circuit, [0, 1, 1002, 1003])).toBe(4);
});

test('a circuit that never recovers is open for good after all its attempts, and starts again where it opens again', () => {
  let circuit = OPEN;
  for (let tries = 0; tries < ATTEMPTS_BACK_MAX; tries++) {
    expect(mayGoBack(circuit)).toBe(true);
    circuit = missed(circuit);
  }
  expect(circuit).toMatchObject({ state: 'open', tried: false });
  expect(mayGoBack(circuit)).toBe(false);
  expect(mayGoBack(opened(circuit))).toBe(true);
});

test('one that opens forgets what it has counted', () => {
  const counted = countRestart(CLOSED, 5, LIMITS);
  expect(counted?.times).toEqual([5]);
  expect(counted && opened(counted).times).toEqual([]);
});

test.each([{ coolDownMs: 0 }, { coolDownMs: Number.POSITIVE_INFINITY }, { intensity: -1 }, { periodMs: 0 }])(
  'limits that make no sense are refused by name: %o',
  (faulty) => {
    const limits = { ...LIMITS, coolDownMs: 1 };
    expect(checkCircuit(limits)).toEqual(limits);
    expect(() => checkCircuit({ ...limits, ...faulty })).toThrow(new RegExp(Object.keys(faulty)[0]));
  },
);
