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

/** The mode is changed while all goes on, and what counts from then on is the new one. */
const upgrade =
  (from: AutoShutdown, to: AutoShutdown, expected: readonly ('running' | 'shutdown')[]): Case[2] =>
  async (world) => {
    const specify = (autoShutdown: AutoShutdown) => ({
      flags: { intensity: 2, periodMs: 1000, autoShutdown },
      children: children(world, 'transient', autoShutdown !== 'never'),
    });
    const { flags, children: first } = specify(from);
    const supervisor = await world.start(first, flags);
    await supervisor.change(specify(to));
    for (const [i, id] of ['a', 'b'].entries()) {
      if (world.child(id).running) await world.die(id, 'normal');
      const exit = await exitOf(supervisor);
      expect(exit === 'running' ? exit : exit.reason).toBe(expected[i]);
    }
  };

const cases: readonly Case[] = [
  ['nonsignificant_temporary', 'an end that is not significant never triggers, in no mode', nonsignificant('temporary')],
  ['nonsignificant_transient', 'nor that of a transient one', nonsignificant('transient')],
  [
    'significant_temporary',
    'any end by itself triggers, an end by order does not; `all` waits for the last',
    async (world) => {
      for (const reason of ['normal', 'error', 'killed'] as const) {
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
      await world.die('b', 'killed');
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
    'significant_simple',
    'dynamic children can be significant where ordinary ones can: `any` ends with the first, `all` with the last',
    async (world) => {
      const start = (autoShutdown: AutoShutdown, restart: RestartKind) =>
        world.start([world.worker('a', { restart, significant: true })], { strategy: 'simple_one_for_one', autoShutdown });
      await expect(start('never', 'transient')).rejects.toMatchObject({ field: 'significant' });
      await expect(start('any_significant', 'permanent')).rejects.toMatchObject({ field: 'significant' });
      const any = await start('any_significant', 'transient');
      await any.startDynamic();
      await any.startDynamic();
      await world.die('a', 'normal');
      expect(await exitOf(any)).toEqual(SHUT_DOWN);
      const all = await start('all_significant', 'temporary');
      const first = await all.startDynamic();
      await all.startDynamic();
      await world.die('a', 'normal');
      expect(await exitOf(all)).toBe('running');
      (first as ReturnType<World['child']>).leave('normal');
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
  ['significant_upgrade_never_any', 'never, then any', upgrade('never', 'any_significant', ['shutdown', 'shutdown'])],
  ['significant_upgrade_any_never', 'any, then never', upgrade('any_significant', 'never', ['running', 'running'])],
  ['significant_upgrade_never_all', 'never, then all', upgrade('never', 'all_significant', ['running', 'shutdown'])],
  ['significant_upgrade_all_never', 'all, then never', upgrade('all_significant', 'never', ['running', 'running'])],
  ['significant_upgrade_any_all', 'any, then all', upgrade('any_significant', 'all_significant', ['running', 'shutdown'])],
  ['significant_upgrade_all_any', 'all, then any', upgrade('all_significant', 'any_significant', ['shutdown', 'shutdown'])],
  [
    'significant_upgrade_child',
    'a child becomes significant, and is so no more, while it runs',
    async (world) => {
      const flags = { intensity: 2, periodMs: 1000, autoShutdown: 'any_significant' } as const;
      const [plain, significant] = [false, true].map((is) => [world.worker('a', { restart: 'transient', significant: is })]);
      const becoming = await world.start(plain, flags);
      await becoming.change({ flags, children: significant });
      await world.die('a', 'normal');
      expect(await exitOf(becoming)).toEqual(SHUT_DOWN);
      const been = await world.start(significant, flags);
      await been.change({ flags, children: plain });
      await world.die('a', 'normal');
      expect(await exitOf(been)).toBe('running');
    },
  ],
];

runCases(cases);
