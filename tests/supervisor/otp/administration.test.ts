/** Commands: to end and start a child. */
import { expect } from 'vitest';
import { OrderError } from '../../../actors/supervisor/tree/tree-supervisor.js';
import { settle } from '../virtual-time.js';
import { type Case, entriesOf, runCases, statesOf } from './fixture.js';

const refusal = (code: string) => ({ name: 'OrderError', code });

const cases: readonly Case[] = [
  [
    'child_adm',
    'end and start, each refused where it makes no sense; to end twice is no fault',
    async (world) => {
      const supervisor = await world.start(world.workers('a'));
      expect(entriesOf(supervisor)).toMatchObject([{ child: world.child('a'), state: 'running' }]);
      await expect(supervisor.restartChild('a')).rejects.toMatchObject(refusal('running'));
      await supervisor.terminateChild('a');
      await supervisor.terminateChild('a');
      expect(world.log).toEqual(['+a', 'a shutdown']);
      expect(await statesOf(supervisor)).toEqual(['a down']);
      expect(await supervisor.restartChild('a')).toBe(world.child('a'));
      for (const order of [supervisor.terminateChild('b'), supervisor.restartChild('b')])
        await expect(order).rejects.toMatchObject(refusal('not_found'));
      await supervisor.stop();
      await expect(supervisor.terminateChild('a')).rejects.toMatchObject(refusal('ended'));
      await expect(supervisor.restartChild('a')).rejects.toBeInstanceOf(OrderError);
    },
  ],
  [
    'count_restarting_children',
    'a child that is restarting is there, and not active',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b'), { backoff: { minMs: 100, maxMs: 100, randomFactor: 0 } });
      await world.die('a');
      expect(await statesOf(supervisor)).toEqual(['a restarting', 'b running']);
      await world.time.advance(100);
      expect(await statesOf(supervisor)).toEqual(['a running', 'b running']);
    },
  ],
  [
    'do_not_save_child_specs_for_temporary_children',
    'a temporary child that has ended is forgotten, whether it ended or was ended',
    async (world) => {
      const supervisor = await world.start(['a', 'b'].map((id) => world.worker(id, { restart: 'temporary' })));
      await world.die('a');
      await supervisor.terminateChild('b');
      expect(entriesOf(supervisor)).toEqual([]);
      await expect(supervisor.restartChild('a')).rejects.toMatchObject(refusal('not_found'));
    },
  ],
  [
    'scale_start_stop_many_children',
    'a thousand children start and end with work that grows with their number: one start, one end each',
    async (world) => {
      const ids = Array.from({ length: 1000 }, (_, i) => `a${i}`);
      const supervisor = await world.start(world.workers(...ids));
      expect(entriesOf(supervisor)).toHaveLength(1000);
      await supervisor.stop();
      await settle();
      expect(world.log).toEqual([...ids.map((id) => `+${id}`), ...[...ids].reverse().map((id) => `${id} shutdown`)]);
    },
  ],
];

runCases(cases);
