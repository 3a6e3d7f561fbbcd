/** The position of a crash is searched for when somebody asks, and metrics is told of each crash once. */
import { expect, test } from 'vitest';
import type { CrashReport } from '../../actors/contract/events.js';
import { ActorTrap } from '../../actors/contract/instance.js';
import { CrashSites } from '../../actors/vm/crash/crashes.js';
import { trap } from '../guest/protocol/generated/index.js';
import { WAYS } from '../guest/trap.js';
import { openTrapStage } from '../guest/trap-stage.js';

const reportOf = (epoch: number): CrashReport => ({
  party: 'scene',
  address: 16,
  vm: 'wasm',
  epoch,
  lastSequence: 0,
  reason: 'unreachable',
  stack: '',
  position: '',
  message: { kind: 1, kindName: 'scene.tick', source: 'display', sequence: 1, sentAt: 0, firstBytes: new Uint8Array() },
  causes: [],
  attempt: 1,
  at: 0,
  restartsAs: 0,
});

function stage() {
  const told: [epoch: number, position: string][] = [];
  const sites = new CrashSites({ located: ({ epoch, position }) => void told.push([epoch, position]) });
  let searches = 0;
  const note = (epoch: number) =>
    sites.report(
      { type: 'ended', report: reportOf(epoch) },
      new ActorTrap(0, new Error('unreachable'), () => {
        searches++;
        return `scene.ts:${epoch}:1`;
      }),
    );
  return { sites, told, note, searched: () => searches };
}

test('a position is searched for when somebody asks, once', () => {
  const { sites, told, note, searched } = stage();
  note(3);
  expect([searched(), told]).toEqual([0, []]);
  expect(sites.locate('scene', 3)).toBe('scene.ts:3:1');
  expect(sites.locate('scene', 3)).toBe('scene.ts:3:1');
  expect(sites.locate('scene', 4)).toBe('');
  expect([searched(), told]).toEqual([1, [[3, 'scene.ts:3:1']]]);
});

test('a crash that nobody asks about is reported without its position when others follow', () => {
  const { sites, told, note, searched } = stage();
  for (let epoch = 1; epoch <= 40; epoch++) note(epoch);
  expect(searched()).toBe(0);
  expect(told.map(([epoch]) => epoch)).toEqual(Array.from({ length: told.length }, (_, i) => i + 1));
  expect(told.length).toBeGreaterThan(20);
  expect(sites.locate('scene', 1)).toBe('');
  expect(sites.locate('scene', 40)).toBe('scene.ts:40:1');
});

test('a trap of Wasm is reported without a search, and announced with its position, also when it was poison', async () => {
  const { host, system, port } = await openTrapStage(5);
  const positions: string[] = [];
  system.onChange((change) => {
    if (change.type === 'crash' || change.type === 'poisoned') positions.push(change.report.position);
  });
  port.send(trap.receives.trap, { way: WAYS.indexOf('division') });
  await host.pass(50);
  expect(positions).toHaveLength(3);
  for (const position of positions) expect(position).toMatch(/^tests\/guests\/trap\/trap\.ts:\d+:\d+$/);
  await host.until(system.stop());
});
