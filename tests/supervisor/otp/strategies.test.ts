/** Which children are restarted when one ends, how often, and what happens when that is too often. */
import { expect } from 'vitest';
import type { Exit } from '../../../actors/supervisor/tree/specification.js';
import { settle } from '../virtual-time.js';
import { type Case, exitOf, runCases, statesOf, type World } from './fixture.js';

const refused = new Error('no');
const always = Array<Error>(99).fill(refused);
const exhausted = (id: string): Exit => ({ reason: 'shutdown', detail: expect.objectContaining({ name: 'ExhaustedError', id }) });

/** The restart of `id` fails until the budget is exhausted, and its siblings go down with it. */
async function escalates(world: World, strategy: 'one_for_one' | 'one_for_all' | 'rest_for_one'): Promise<void> {
  const supervisor = await world.start(world.workers('a', 'b'), { strategy, intensity: 4 });
  world.script('a', ...always);
  await world.die('a');
  expect(await exitOf(supervisor)).toEqual(exhausted('a'));
  expect(world.starts('a')).toBe(1);
  expect(world.living).toEqual([]);
}

const cases: readonly Case[] = [
  [
    'multiple_restarts',
    'ends that are far enough apart never exhaust the budget',
    async (world) => {
      const supervisor = await world.start(world.workers('a'), { intensity: 1, periodMs: 1000 });
      for (let i = 0; i < 20; i++) {
        await world.die('a');
        await world.time.advance(1001);
      }
      expect(await exitOf(supervisor)).toBe('running');
      expect(world.starts('a')).toBe(21);
    },
  ],
  [
    'one_for_one',
    'only the child that ended is replaced; the third end within the period ends the supervisor',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b'));
      await world.die('a');
      expect([world.starts('a'), world.starts('b')]).toEqual([2, 1]);
      await world.die('b');
      expect(await exitOf(supervisor)).toBe('running');
      await world.die('a');
      expect(await exitOf(supervisor)).toEqual(exhausted('a'));
      expect(world.log.slice(-2)).toEqual(['a error', 'b shutdown']);
    },
  ],
  [
    'one_for_one_escalation',
    'a child whose restart always fails exhausts the budget and takes its sibling down',
    (world) => escalates(world, 'one_for_one'),
  ],
  [
    'one_for_all',
    'all are replaced, ended in reverse order and started in order',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b', 'c'), { strategy: 'one_for_all' });
      await world.die('b');
      expect(world.log.slice(3)).toEqual(['b error', 'c shutdown', 'a shutdown', '+a', '+b', '+c']);
      expect(world.incarnations.get('a')?.[0].purpose).toBe('restart');
      await world.die('a');
      await world.die('a');
      expect(await exitOf(supervisor)).toEqual(exhausted('a'));
      expect(world.living).toEqual([]);
    },
  ],
  ['one_for_all_escalation', 'a restart that always fails takes all down', (world) => escalates(world, 'one_for_all')],
  [
    'one_for_all_other_child_fails_restart',
    'when another child fails to restart, those that have restarted are ended and the round begins anew',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b', 'c'), { strategy: 'one_for_all' });
      world.script('b', refused);
      await world.die('c');
      expect(world.log.slice(3)).toEqual(['c error', 'b shutdown', 'a shutdown', '+a', 'a shutdown', '+a', '+b', '+c']);
      expect(await statesOf(supervisor)).toEqual(['a running', 'b running', 'c running']);
    },
  ],
  [
    'rest_for_one',
    'those that started later are replaced too, those that started earlier are left alone',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b', 'c'), { strategy: 'rest_for_one' });
      await world.die('b');
      expect(['a', 'b', 'c'].map((id) => world.starts(id))).toEqual([1, 2, 2]);
      await world.die('c');
      expect(['a', 'b', 'c'].map((id) => world.starts(id))).toEqual([1, 2, 3]);
      await world.die('a');
      expect(await exitOf(supervisor)).toEqual(exhausted('a'));
    },
  ],
  ['rest_for_one_escalation', 'a restart that always fails takes all down', (world) => escalates(world, 'rest_for_one')],
  [
    'rest_for_one_other_child_fails_restart',
    'when a later child fails to restart, those that have restarted before it are kept',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b', 'c', 'd'), { strategy: 'rest_for_one' });
      world.script('c', refused);
      await world.die('b');
      expect(world.log.slice(4)).toEqual(['b error', 'd shutdown', 'c shutdown', '+b', '+c', '+d']);
      expect(await statesOf(supervisor)).toEqual(['a running', 'b running', 'c running', 'd running']);
    },
  ],
  [
    'temporary_bystander',
    'a temporary sibling that a restart of others ends is not restarted, and spends no budget',
    async (world) => {
      for (const strategy of ['one_for_all', 'rest_for_one'] as const) {
        const [a, b] = [`a_${strategy}`, `b_${strategy}`];
        const flags = { strategy, intensity: 1 };
        const supervisor = await world.start([world.worker(a), world.worker(b, { restart: 'temporary' })], flags);
        await world.die(a);
        expect(await statesOf(supervisor)).toEqual([`${a} running`]);
        expect(world.incarnations.get(b)?.map(({ exit, purpose }) => [exit?.reason, purpose])).toEqual([['shutdown', 'stop']]);
        expect(await exitOf(supervisor)).toBe('running');
      }
    },
  ],
  [
    'hanging_restart_loop',
    'a child whose restart fails again and again is restarting: it can be ended, not started, and its siblings go on',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b'), { backoff: { minMs: 100, maxMs: 100, randomFactor: 0 }, intensity: 9 });
      world.script('a', ...always);
      await world.die('a');
      await world.time.advance(250);
      expect(await statesOf(supervisor)).toEqual(['a restarting', 'b running']);
      await expect(supervisor.restartChild('a')).rejects.toMatchObject({ code: 'restarting' });
      await supervisor.terminateChild('a');
      expect(await statesOf(supervisor)).toEqual(['a down', 'b running']);
      await world.time.advance(1000);
      world.unscript('a');
      await supervisor.restartChild('a');
      world.script('a', ...always);
      await world.die('a');
      expect(await supervisor.stop()).toEqual({ reason: 'shutdown' });
      expect(world.living).toEqual([]);
    },
  ],
  [
    'hanging_restart_loop_rest_for_one',
    'those before it go on, those after it wait; when it is ended by order they wait no longer',
    async (world) => {
      const backoff = { minMs: 100, maxMs: 100, randomFactor: 0 };
      const supervisor = await world.start(world.workers('a', 'b', 'c'), { strategy: 'rest_for_one', backoff, intensity: 9 });
      world.script('b', ...always);
      await world.die('b');
      expect(await statesOf(supervisor)).toEqual(['a running', 'b restarting', 'c running']);
      await world.time.advance(150);
      expect(await statesOf(supervisor)).toEqual(['a running', 'b restarting', 'c down']);
      await supervisor.terminateChild('b');
      expect(await statesOf(supervisor)).toEqual(['a running', 'b down', 'c running']);
    },
  ],
  [
    'tree',
    'only the subtree that failed restarts',
    async (world) => {
      const supervisor = await world.start([
        world.nested('s', world.workers('s1', 's2'), { strategy: 'one_for_all', intensity: 1 }),
        world.nested('t', world.workers('t1')),
      ]);
      await world.die('s1');
      expect(['s1', 's2', 't1'].map((id) => world.starts(id))).toEqual([2, 2, 1]);
      await world.die('s2');
      expect(['s1', 's2', 't1'].map((id) => world.starts(id))).toEqual([3, 3, 1]);
      expect(world.living.sort()).toEqual(['s1', 's2', 't1']);
      expect(await exitOf(supervisor)).toBe('running');
    },
  ],
  [
    'tree_escalation',
    'a subtree that exhausts its budget again and again exhausts that of its parent, and so on up to the root',
    async (world) => {
      const supervisor = await world.start(
        [world.nested('s', [world.nested('t', world.workers('t1'), { intensity: 0 })], { intensity: 0 })],
        {
          intensity: 1,
        },
      );
      await world.die('t1');
      expect(world.starts('t1')).toBe(2);
      await world.die('t1');
      expect(await exitOf(supervisor)).toEqual(exhausted('s'));
      expect(world.living).toEqual([]);
    },
  ],
  [
    'degrade',
    'where an exhausted budget degrades, the offender stays down, the others go on, and each has a budget of its own',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b'), { exhaustion: 'degrade', intensity: 1 });
      await world.die('a');
      await world.die('b');
      await world.die('a');
      expect(await statesOf(supervisor)).toEqual(['a down', 'b running']);
      expect(world.dropped).toEqual(['a exhausted']);
      await supervisor.restartChild('a');
      await world.die('a');
      expect(await statesOf(supervisor)).toEqual(['a running', 'b running']);
    },
  ],
  [
    'degrade_group',
    'what a round has taken down is started all the same when the child that held it up is stopped for good',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b', 'c'), { strategy: 'one_for_all', exhaustion: 'degrade' });
      world.script('b', ...always);
      await world.die('a');
      await settle();
      expect(await statesOf(supervisor)).toEqual(['a running', 'b down', 'c running']);
      expect(world.dropped).toEqual(['b exhausted']);
    },
  ],
];

runCases(cases);
