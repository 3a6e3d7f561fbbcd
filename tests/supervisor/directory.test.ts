/** Places of parties: only parties that run or are starting have a route, and a missing party is reported. */
import { expect, test } from 'vitest';
import { Directory } from '../../actors/supervisor/directory.js';
import type { SupervisedActor } from '../../actors/supervisor/party/supervised-actor.js';
import type { SupervisedPort } from '../../actors/supervisor/party/supervised-port.js';
import { anna, bert, page } from './application.js';

type Fields = Partial<Record<'vm' | 'state', string>> & { readonly routed?: boolean };

function directoryOf(fields: Fields) {
  const directory = new Directory([anna, bert, page]);
  const actor = { name: 'anna', address: anna.address, vm: 'wasm', state: 'running', routed: true, ...fields };
  const port = { name: 'page', address: page.address, vm: 'js', state: 'running', routed: true };
  directory.actors.set('anna', actor as unknown as SupervisedActor);
  directory.ports.set('page', port as unknown as SupervisedPort);
  return directory;
}

test('each actor and port is found by its name, its address and its VM', () => {
  const directory = directoryOf({});
  for (const [name, address, vm] of [
    ['anna', anna.address, 'wasm'],
    ['page', page.address, 'js'],
  ] as const) {
    const party = directory.party(name);
    expect([directory.find(name), directory.at(address), ...directory.in(vm)]).toEqual([party, party, party]);
    expect(directory.runs(address)).toBe(true);
  }
});

test('a party that is down has no route, and no VM that could be asked', () => {
  const up = directoryOf({});
  expect(up.routes).toEqual([
    [page.address, 'js'],
    [anna.address, 'wasm'],
  ]);
  const down = directoryOf({ state: 'lost', routed: false });
  expect(down.routes).toEqual([[page.address, 'js']]);
  expect(down.controlAt(anna.address)).toBeUndefined();
  expect(down.runs(anna.address)).toBe(false);
});

test('a missing party is refused by name', () => {
  const directory = directoryOf({});
  const unknown = { name: 'SupervisionError', code: 'unknown', party: 'bert' };
  for (const ask of [() => directory.actor('bert'), () => directory.port('bert'), () => directory.party('bert')])
    expect(ask).toThrow(expect.objectContaining(unknown));
  expect(directory.find('bert')).toBeUndefined();
  expect([directory.nameAt(bert.address), directory.nameAt(1)]).toEqual(['bert', 'at address 1']);
  expect([directory.addressOf('bert'), directory.addressOf('nobody')]).toEqual([bert.address, undefined]);
  expect(() => directory.controlOf('anna')).toThrow(expect.objectContaining({ code: 'lost', vm: 'wasm' }));
});
