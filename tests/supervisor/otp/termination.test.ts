/** How the kind of a child decides about its restart, for each way in which it ends. */
import { expect } from 'vitest';
import type { ExitReason, RestartKind } from '../../../actors/supervisor/tree/specification.js';
import { type Case, runCases, statesOf } from './fixture.js';

/** One child of this kind ends in each of these ways, by itself. */
const ends =
  (restart: RestartKind, reasons: readonly ExitReason[], expected: readonly string[]): Case[2] =>
  async (world) => {
    for (const reason of reasons) {
      const supervisor = await world.start([world.worker('a', { restart })]);
      const starts = world.starts('a');
      await world.die('a', reason);
      expect(await statesOf(supervisor)).toEqual(expected);
      const isRestarted = expected[0] === 'a running';
      expect(world.starts('a')).toBe(starts + (isRestarted ? 1 : 0));
      expect(world.dropped).toEqual(isRestarted ? [] : ['a finished']);
      world.dropped.length = 0;
      await supervisor.stop();
      world.dropped.length = 0;
    }
  };

const cases: readonly Case[] = [
  ['permanent_normal', 'restarted', ends('permanent', ['normal'], ['a running'])],
  ['transient_normal', 'not restarted, and kept', ends('transient', ['normal'], ['a down'])],
  ['temporary_normal', 'forgotten', ends('temporary', ['normal'], [])],
  ['permanent_shutdown', 'restarted', ends('permanent', ['shutdown'], ['a running'])],
  ['transient_shutdown', 'not restarted, and kept', ends('transient', ['shutdown'], ['a down'])],
  ['temporary_shutdown', 'forgotten', ends('temporary', ['shutdown'], [])],
  ['permanent_abnormal', 'restarted', ends('permanent', ['error'], ['a running'])],
  ['transient_abnormal', 'restarted', ends('transient', ['error'], ['a running'])],
  ['temporary_abnormal', 'forgotten', ends('temporary', ['error'], [])],
  [
    'faulty_application_shutdown',
    'the error of a start deep in the tree reaches the top with its stack',
    async (world) => {
      const cause = new Error('deep');
      world.script('s1', cause);
      const start = world.start([world.worker('a'), world.nested('s', world.workers('s1'))]);
      await expect(start).rejects.toBe(cause);
      expect(world.living).toEqual([]);
    },
  ],
];

runCases(cases);
