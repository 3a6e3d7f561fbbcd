/** How a supervisor ends its children: in what order, and that nothing hinders it. */
import { expect } from 'vitest';
import type { ExitReason, RestartKind } from '../../../actors/supervisor/tree/specification.js';
import { settle } from '../virtual-time.js';
import { type Case, runCases, World } from './fixture.js';

const KINDS: readonly RestartKind[] = ['permanent', 'transient', 'temporary'];
const REASONS: readonly ExitReason[] = ['normal', 'shutdown', 'error'];

const cases: readonly Case[] = [
  [
    'sup_stop_infinity',
    'workers and supervisors may have all the time they need',
    async (world) => {
      const supervisor = await world.start([world.nested('a', world.workers('a1')), world.worker('b')]);
      world.child('b').busy = true;
      const stopped = supervisor.stop();
      await world.time.advance(1_000_000);
      expect(world.living).toEqual(['a1', 'b']);
      world.child('b').leave('shutdown');
      expect(await stopped).toEqual({ reason: 'shutdown' });
      expect(world.living).toEqual([]);
    },
  ],
  [
    'sup_stop_race',
    'children that end by themselves meanwhile, for whatever reason, neither hinder the end nor are restarted',
    async () => {
      for (const restart of KINDS) {
        for (const reason of REASONS) {
          const world = new World();
          const supervisor = await world.start(['a', 'b', 'c'].map((id) => world.worker(id, { restart })));
          for (const id of ['a', 'b', 'c']) world.child(id).lastWords = reason;
          world.child('b').busy = true;
          const stopped = supervisor.stop();
          await settle();
          world.child('a').leave(reason);
          world.child('b').leave(reason);
          expect(await stopped).toEqual({ reason: 'shutdown' });
          await settle();
          expect(world.log.filter((line) => line.startsWith('+'))).toEqual(['+a', '+b', '+c']);
          expect(world.living).toEqual([]);
          expect(world.time.pending).toBe(0);
        }
      }
    },
  ],
  [
    'sup_stop_non_shutdown_exit',
    'children that end otherwise than asked when they are asked do not hinder it either',
    async () => {
      for (const restart of KINDS) {
        for (const reason of REASONS) {
          const world = new World();
          const supervisor = await world.start(['a', 'b', 'c'].map((id) => world.worker(id, { restart })));
          for (const id of ['a', 'b', 'c']) world.child(id).lastWords = reason;
          expect(await supervisor.stop()).toEqual({ reason: 'shutdown' });
          expect(world.log.slice(3)).toEqual([`c ${reason}`, `b ${reason}`, `a ${reason}`]);
          expect(world.time.pending).toBe(0);
        }
      }
    },
  ],
  [
    'order_of_children',
    'they start in the order of their specifications and end in reverse, also those that a restart takes along',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b', 'c', 'd'), { strategy: 'rest_for_one' });
      expect(world.log).toEqual(['+a', '+b', '+c', '+d']);
      await world.die('b');
      expect(world.log.slice(4)).toEqual(['b error', 'd shutdown', 'c shutdown', '+b', '+c', '+d']);
      await supervisor.stop();
      expect(world.log.slice(10)).toEqual(['d shutdown', 'c shutdown', 'b shutdown', 'a shutdown']);
    },
  ],
];

runCases(cases);
