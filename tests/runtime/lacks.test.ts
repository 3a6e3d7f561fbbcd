/** What a device does without is said: in the system, as changes, on the console, and as part of its health. */
import { expect, test } from 'vitest';
import type { Lack } from '../../actors/contract/host.js';
import { StorageError, unavailableStorage } from '../../actors/contract/storage.js';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
import { lacksOf } from '../../host-shim/common/lacks.js';
import { openBank } from './bank.js';

const ALL = { wasm: true, sharedMemory: true, workers: true, locks: true };
const whatIsMissing = (capabilities: Parameters<typeof lacksOf>[0]) => lacksOf(capabilities).map(({ what }) => what);

test('a host says what its device lacks, and only what makes a difference there', () => {
  expect(lacksOf(ALL)).toEqual([]);
  expect(lacksOf({ ...ALL, sharedMemory: false })).toEqual([{ what: 'shared memory', instead: 'message ports', why: '' }]);
  expect(whatIsMissing({ ...ALL, wasm: false, locks: false })).toEqual(['WebAssembly', 'locks']);
  expect(whatIsMissing({ wasm: true, sharedMemory: false, workers: false, locks: false })).toEqual(['workers']);
});

test('a system says what its storage and its application do without, and when that ends', async () => {
  const changes: SystemChange[] = [];
  const storage = unavailableStorage(new StorageError('absent', 'open films', { cause: new Error('a private window') }));
  const world = await openBank({ placement: 'js', storage, onChange: (change) => changes.push(change) });
  const noStorage: Lack = { what: 'storage', instead: 'nothing is kept', why: 'open films: absent: a private window' };
  expect(world.system.lacks).toEqual([noStorage]);
  expect((await world.until(world.system.health())).lacks).toEqual([noStorage]);

  const painter: Lack = { what: 'a painter', instead: 'none', why: '' };
  world.system.addLack(painter);
  world.system.addLack({ ...painter });
  world.system.addLack({ ...painter, why: 'it has ended' });
  world.system.endLack('a painter');
  world.system.endLack('a painter');
  expect(world.system.lacks).toEqual([noStorage]);
  const told = changes.flatMap((change) => (change.type === 'lack' ? [[change.lack.what, change.lack.why, change.isOver]] : []));
  expect(told).toEqual([
    ['storage', noStorage.why, false],
    ['a painter', '', false],
    ['a painter', 'it has ended', false],
    ['a painter', 'it has ended', true],
  ]);
  await world.until(world.system.stop());
});
