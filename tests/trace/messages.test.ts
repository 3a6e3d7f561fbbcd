/** Steps become messages: one for each frame and target, whatever order the VMs were read in. */
import { describe, expect, test } from 'vitest';
import { joinMessages, MessageJoin, messagesOf, type TracedMessage } from '../../trace/messages.js';
import { NOTHING_COMES, type Placed } from '../../trace/order.js';
import type { Arrived, Emitted, Handled, TraceStep } from '../../trace/step.js';
import { RandomRun } from './random-steps.js';

const of = (sequence: number) => ({ source: 3, sequence, target: 2, kind: 0x0200 });
const emitted = (sequence: number, at: number): Emitted => ({
  type: 'emitted',
  vm: 'host',
  at,
  ...of(sequence),
  epoch: 1,
  cause: null,
  bytes: 60,
  digest: 7,
  frame: null,
});
const arrived = (sequence: number, at: number): Arrived => ({ type: 'arrived', vm: 'wasm', at, ...of(sequence) });
const handled = (sequence: number, sentAt: number, at: number, again = false): Handled => ({
  type: 'handled',
  vm: 'wasm',
  at,
  ...of(sequence),
  epoch: 2,
  sentAt,
  endedAt: at + 5,
  again,
  frame: null,
});

function joined(steps: readonly TraceStep[]): TracedMessage[] {
  const join = new MessageJoin();
  let number = 0;
  for (const step of steps) join.add(step, step.type === 'handled' && !step.again ? ++number : 0);
  join.finish();
  return [...join.take()];
}

describe('a message', () => {
  test('has what each of its steps tells', () => {
    const steps = [emitted(1, 100), arrived(1, 120), handled(1, 100, 150)];
    const [message, ...others] = joined(steps);
    expect(others).toEqual([]);
    expect(message).toEqual({
      number: 1,
      ...of(1),
      sourceEpoch: 1,
      targetEpoch: 2,
      sourceVm: 'host',
      targetVm: 'wasm',
      cause: null,
      sentAt: 100,
      arrivedAt: 120,
      begunAt: 150,
      endedAt: 155,
      waited: 50,
      handling: 5,
      bytes: 60,
      digest: 7,
      frame: null,
      outcome: 'handled',
      code: null,
      trap: null,
      steps,
    });
  });

  test('whose handling was collected before its sending is whole, and keeps its place', () => {
    const messages = joined([handled(1, 100, 150), emitted(2, 160), handled(2, 160, 170), emitted(1, 100)]);
    expect(messages.map(({ number, sequence, bytes, outcome }) => [number, sequence, bytes, outcome])).toEqual([
      [1, 1, 60, 'handled'],
      [2, 2, 60, 'handled'],
    ]);
  });

  test('whose sending nobody traced does not hold up the others for long', () => {
    const join = new MessageJoin();
    join.add(handled(1, 100, 150), 1);
    expect(join.take()).toEqual([]);
    join.add(emitted(2, 2_000_000));
    expect(join.take()).toMatchObject([{ number: 1, sentAt: 100, bytes: null }]);
  });

  test('that ended its target says so, and what became of it', () => {
    const end = { type: 'ended', vm: 'wasm', at: 160, party: 2, epoch: 2, reason: 'unreachable', position: '', message: of(1) } as const;
    const poisoned = { type: 'poisoned', vm: 'wasm', at: 200, ...of(1) } as const;
    expect(joined([emitted(1, 100), end, handled(1, 100, 180)])).toMatchObject([{ outcome: 'handled', trap: { reason: 'unreachable' } }]);
    expect(joined([emitted(1, 100), end, poisoned])).toMatchObject([{ outcome: 'poisoned', trap: { reason: 'unreachable' } }]);
  });

  test('that is handled again is told again, without a number', () => {
    const messages = joined([emitted(1, 100), handled(1, 100, 150), handled(1, 100, 190, true)]);
    expect(messages.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'handled'],
      [0, 'handledAgain'],
    ]);
  });
});

test('messages that nobody handles are bounded, and come out as open', () => {
  const join = new MessageJoin();
  let most = 0;
  let out = 0;
  for (let sequence = 1; sequence <= 100_000; sequence++) {
    join.add(emitted(sequence, sequence));
    out += join.take().length;
    most = Math.max(most, sequence - out);
  }
  expect(most).toBeLessThanOrEqual(65_536);
  join.finish();
  const rest = join.take();
  expect(out + rest.length).toBe(100_000);
  expect(rest[0].outcome).toBe('open');
});

test('what is handled and was never seen to be emitted waits no longer than something may be on its way', async () => {
  const letter = handled(7, 900, 1000);
  async function* steps(): AsyncGenerator<readonly TraceStep[]> {
    yield [letter, { ...letter, at: 1100, ...of(8) }];
    yield NOTHING_COMES;
    yield [{ ...letter, at: 1200, ...of(9) }];
    throw new Error('the last is not given back: its emission may be on its way');
  }
  const seen: number[] = [];
  const facts = { parties: [], placement: {} };
  const reading = (async () => {
    for await (const messages of messagesOf({ facts, steps })) seen.push(...messages.map(({ sequence }) => sequence));
  })();
  await expect(reading).rejects.toThrow('the last is not given back');
  expect(seen).toEqual([7, 8]);
});

test('every emission and every handling of a random run is in one message', async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const steps = new RandomRun(seed).steps(2000);
    async function* places(): AsyncGenerator<readonly Placed[]> {
      for (let at = 0; at < steps.length; at += 100) yield steps.slice(at, at + 100).map((step) => ({ step, number: 0 }));
    }
    const messages: TracedMessage[] = [];
    for await (const some of joinMessages(places())) messages.push(...some);
    const count = (type: TraceStep['type']) => steps.filter((step) => step.type === type).length;
    const handledOnes = messages.filter(({ outcome }) => outcome === 'handled' || outcome === 'handledAgain').length;
    expect([seed, handledOnes]).toEqual([seed, count('handled')]);
    expect([seed, messages.filter(({ digest, bytes }) => digest !== null || bytes !== null).length >= count('emitted')]).toEqual([
      seed,
      true,
    ]);
  }
});
