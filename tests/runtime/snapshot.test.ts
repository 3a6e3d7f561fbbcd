/** Snapshots and saved states are read by the names of the actor's schema. */
import { expect, test } from 'vitest';
import { decodeSavedState, decodeSnapshot, encodeSavedState } from '../../actors/contract/snapshot.js';
import { DecodeError } from '../../protocol/errors.js';
import { bank, openBank, teller, watcher } from './bank.js';

test('a snapshot, and a saved state, is read by the names of its schema', async () => {
  const world = await openBank();
  for (const amount of [1, 2]) world.teller.send(bank.receives.deposit, { account: 1, amount });
  await world.pass(10);
  world.teller.send(watcher.receives.look, { account: 1 });
  await world.pass(10);
  const saved = await world.until(world.system.snapshot('watcher'));
  const read = decodeSnapshot(watcher, saved);
  expect(read).toEqual({
    publicationVersions: {},
    replicaVersions: { 'bank.total': 2 },
    nextRequest: 2,
    state: { totals: [1, 3], answers: ['balance 3'] },
  });
  expect(decodeSnapshot(watcher, decodeSavedState(saved).snapshot)).toEqual(read);
  const { publicationVersions, state } = decodeSnapshot(bank, await world.until(world.system.snapshot('bank')));
  const [versions, accounts]: [number, number[]] = [publicationVersions.total, state.accounts];
  expect([versions, accounts]).toEqual([2, [0, 3, 0, 0]]);
  // @ts-expect-error: the bank has no such topic
  expect(publicationVersions.totals).toBeUndefined();
  // @ts-expect-error: nor such a state
  expect(state.totals).toBeUndefined();
  // @ts-expect-error: a port has no state
  expect(() => decodeSnapshot(teller, saved)).toThrow();
});

test.each<[string, Uint8Array, string]>([
  ['nothing', new Uint8Array(0), 'snapshot'],
  ['text', new TextEncoder().encode('a snapshot'), 'snapshot'],
  ['what was cut', encodeSavedState({ sequence: 7, seen: [1, 2], snapshot: Uint8Array.of(0x94) }).subarray(0, -1), 'savedState.snapshot'],
  ['a saved state of no snapshot', encodeSavedState({ sequence: 7, seen: [1, 2], snapshot: Uint8Array.of(0x94) }), 'snapshot'],
  ['a saved state with a part too many', Uint8Array.of(0x93, 1, 0x90, 0xc4, 0, 0), 'savedState'],
  ['a saved state with no number first', Uint8Array.of(0x93, 0xc0, 0x90, 0xc4, 0), 'savedState.sequence'],
])('%s is refused with a typed error that says where', (_what, bytes, field) => {
  expect(() => decodeSnapshot(bank, bytes)).toThrow(DecodeError);
  expect(() => decodeSnapshot(bank, bytes)).toThrow(expect.objectContaining({ field: expect.stringContaining(field) }));
});
