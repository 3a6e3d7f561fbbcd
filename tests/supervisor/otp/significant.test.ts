/** Children whose end, of their own accord, ends their supervisor. */
import { expect } from 'vitest';
import type { AutoShutdown, RestartKind, Strategy } from '../../../actors/supervisor/tree/specification.js';
import { type Case, exitOf, runCases, statesOf, World } from './fixture.js';

const SHUT_DOWN = { reason: 'shutdown' };
const MODES: readonly AutoShutdown[] = ['any_significant', 'all_significant'];

const children = (world: World, restart: RestartKind, significant: boolean) =>
  ['a', 'b'].map((id) => world.worker(id, { restart, significant }));

/** Ends that never trigger. */
const nonsignificant =
  (restart: RestartKind): Case[2] =>
  async (world) => {
    for (const autoShutdown of ['never', ...MODES] as const) {
      const supervisor = await world.start(children(world, restart, false), { autoShutdown });
      await world.die('a', 'normal');
      await world.die('b', 'normal');
      expect(await exitOf(supervisor)).toBe('running');
    }
  };

const cases: readonly Case[] = [
  ['nonsignificant_temporary', 'an end that is not significant never triggers, in no mode', nonsignificant('temporary')],
  ['nonsignificant_transient', 'nor that of a transient one', nonsignificant('transient')],
  [
    'significant_temporary',
    'any end by itself triggers, an end by order does not; `all` waits for the last',
    async (world) => {
      for (const reason of ['normal', 'error'] as const) {
        const any = await world.start(children(world, 'temporary', true), { autoShutdown: 'any_significant' });
        await world.die('a', reason);
        expect(await exitOf(any)).toEqual(SHUT_DOWN);
        const all = await world.start(children(world, 'temporary', true), { autoShutdown: 'all_significant' });
        await world.die('a', reason);
        expect(await exitOf(all)).toBe('running');
        await world.die('b', reason);
        expect(await exitOf(all)).toEqual(SHUT_DOWN);
        expect(world.living).toEqual([]);
      }
      const ordered = await world.start(children(world, 'temporary', true), { autoShutdown: 'any_significant' });
      await ordered.terminateChild('a');
      expect(await exitOf(ordered)).toBe('running');
    },
  ],
  [
    'significant_transient',
    'only an end that is normal triggers: after a crash it is restarted',
    async (world) => {
      const supervisor = await world.start(children(world, 'transient', true), { autoShutdown: 'any_significant' });
      await world.die('a', 'error');
      await world.die('b', 'error');
      expect(await statesOf(supervisor)).toEqual(['a running', 'b running']);
      await world.die('b', 'normal');
      expect(await exitOf(supervisor)).toEqual(SHUT_DOWN);
      const all = await world.start(children(world, 'transient', true), { autoShutdown: 'all_significant' });
      await world.die('a', 'normal');
      expect(await exitOf(all)).toBe('running');
      await world.die('b', 'shutdown');
      expect(await exitOf(all)).toEqual(SHUT_DOWN);
    },
  ],
  [
    'significant_bystander',
    'an end that the restart of a sibling has caused does not trigger',
    async () => {
      for (const strategy of ['one_for_one', 'one_for_all', 'rest_for_one'] satisfies Strategy[]) {
        for (const autoShutdown of MODES) {
          const world = new World();
          const bystanders = [
            world.worker('b', { restart: 'temporary', significant: true }),
            world.worker('c', { restart: 'transient', significant: true }),
          ];
          const supervisor = await world.start([world.worker('a'), ...bystanders], { strategy, autoShutdown });
          await world.die('a');
          expect(await exitOf(supervisor)).toBe('running');
          expect(world.living.sort()).toEqual(strategy === 'one_for_one' ? ['a', 'b', 'c'] : ['a', 'c']);
        }
      }
    },
  ],
  [
    'significant_escalation',
    'the end climbs through a significant supervisor and stops at one that is not',
    async (world) => {
      const flags = { autoShutdown: 'any_significant' } as const;
      const nested = (significant: boolean) =>
        world.nested('s', [world.worker('s1', { restart: 'temporary', significant: true })], flags, { restart: 'transient', significant });
      const climbing = await world.start([world.worker('a'), nested(true)], flags);
      await world.die('s1', 'normal');
      expect(await exitOf(climbing)).toEqual(SHUT_DOWN);
      const stopping = await world.start([world.worker('a'), nested(false)], flags);
      await world.die('s1', 'normal');
      expect(await exitOf(stopping)).toBe('running');
      expect(await statesOf(stopping)).toEqual(['a running', 's down']);
    },
  ],
];

runCases(cases);
