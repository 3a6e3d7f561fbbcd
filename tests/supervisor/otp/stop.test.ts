/** How a supervisor ends its children: in what order, how long it waits, and what hinders it. */
import { expect } from 'vitest';
import type { ExitReason } from '../../../actors/supervisor/tree/child.js';
import type { RestartKind } from '../../../actors/supervisor/tree/specification.js';
import { settle } from '../virtual-time.js';
import { type Case, exitOf, runCases, World } from './fixture.js';

const KINDS: readonly RestartKind[] = ['permanent', 'transient', 'temporary'];
const REASONS: readonly ExitReason[] = ['normal', 'shutdown', 'killed', 'error'];

const cases: readonly Case[] = [
  [
    'sup_stop_infinity',
    'workers and supervisors may have all the time they need',
    async (world) => {
      const supervisor = await world.start([world.nested('a', world.workers('a1')), world.worker('b', { shutdown: 'infinity' })]);
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
    'sup_stop_timeout',
    'a busy child is killed when its time is over, its idle sibling ends as asked',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b'));
      world.child('b').busy = true;
      const stopped = supervisor.stop();
      await world.time.advance(999);
      expect(world.living).toEqual(['a', 'b']);
      await world.time.advance(1);
      await stopped;
      expect(world.log).toEqual(['+a', '+b', 'b killed', 'a shutdown']);
    },
  ],
  [
    'sup_stop_brutal_kill',
    'one is killed without being asked, its sibling ends as asked',
    async (world) => {
      const supervisor = await world.start([world.worker('a'), world.worker('b', { shutdown: 'brutal' })]);
      await supervisor.stop();
      expect(world.log).toEqual(['+a', '+b', 'b killed', 'a shutdown']);
      expect(world.child('b').purpose).toBeUndefined();
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
  [
    'child_unlink',
    'a child that cannot be asked does not keep its supervisor waiting',
    async (world) => {
      const supervisor = await world.start(world.workers('a'));
      world.child('a').shutdown = () => {
        throw new Error('severed');
      };
      await supervisor.terminateChild('a');
      expect(world.log).toEqual(['+a', 'a killed']);
    },
  ],
  [
    'tree',
    'a supervisor whose time is over is killed with all that it supervises, also what is about to start',
    async (world) => {
      const nested = world.nested('s', world.workers('s1', 's2'), {}, { shutdown: 500 });
      const supervisor = await world.start([nested]);
      world.child('s1').busy = true;
      world.child('s2').busy = true;
      const stopped = supervisor.stop();
      await world.time.advance(500);
      await stopped;
      expect(world.log.slice(2)).toEqual(['s1 killed', 's2 killed']);
      expect(await exitOf(supervisor)).toEqual({ reason: 'shutdown' });
    },
  ],
  [
    'hanging_restart_loop',
    'a start that never comes to an end does not keep a supervisor that is killed',
    async (world) => {
      const supervisor = await world.start([world.nested('s', world.workers('s1', 's2'), {}, { shutdown: 500 })]);
      world.script('s2', 'hang');
      await world.die('s2');
      const stopped = supervisor.stop();
      await world.time.advance(500);
      await stopped;
      expect(world.living).toEqual([]);
    },
  ],
];

runCases(cases);
