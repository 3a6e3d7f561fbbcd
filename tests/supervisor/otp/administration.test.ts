/** Orders: to start, end, restart and forget a child, and what there is. */
import { expect } from 'vitest';
import type { Child } from '../../../actors/supervisor/tree/child.js';
import { OrderError } from '../../../actors/supervisor/tree/errors.js';
import { settle } from '../virtual-time.js';
import { type Case, FakeChild, runCases, statesOf } from './fixture.js';

const refusal = (code: string) => ({ name: 'OrderError', code });

const cases: readonly Case[] = [
  [
    'child_adm',
    'start, end, restart and forget, each refused where it makes no sense; to end twice is no fault',
    async (world) => {
      const supervisor = await world.start([]);
      const a = world.worker('a');
      const child = await supervisor.startChild(a);
      expect(await supervisor.whichChildren()).toEqual([{ id: 'a', child, type: 'worker' }]);
      await expect(supervisor.startChild(a)).rejects.toMatchObject({ ...refusal('already_started'), child });
      await expect(supervisor.restartChild('a')).rejects.toMatchObject(refusal('running'));
      await expect(supervisor.deleteChild('a')).rejects.toMatchObject(refusal('running'));
      await supervisor.terminateChild('a');
      await supervisor.terminateChild('a');
      expect(world.log).toEqual(['+a', 'a shutdown']);
      expect(await statesOf(supervisor)).toEqual(['a down']);
      await expect(supervisor.startChild(a)).rejects.toMatchObject(refusal('already_present'));
      expect(await supervisor.restartChild('a')).toBe(world.child('a'));
      await supervisor.terminateChild('a');
      await supervisor.deleteChild('a');
      expect(await supervisor.whichChildren()).toEqual([]);
      for (const order of [supervisor.terminateChild('a'), supervisor.restartChild('a'), supervisor.deleteChild('a')])
        await expect(order).rejects.toMatchObject(refusal('not_found'));
      await supervisor.stop();
      await expect(supervisor.whichChildren()).rejects.toMatchObject(refusal('ended'));
      await expect(supervisor.startChild(a)).rejects.toBeInstanceOf(OrderError);
    },
  ],
  [
    'child_adm_simple',
    'dynamic children are known by themselves alone; a child of somebody else is refused and left alone',
    async (world) => {
      const supervisor = await world.start(world.workers('a'), { strategy: 'simple_one_for_one' });
      const [first, second] = [await supervisor.startDynamic(1), await supervisor.startDynamic(2)] as Child[];
      for (const order of [
        supervisor.startChild(world.worker('b')),
        supervisor.terminateChild('a'),
        supervisor.restartChild('a'),
        supervisor.deleteChild('a'),
      ])
        await expect(order).rejects.toMatchObject(refusal('strategy'));
      const foreign = new FakeChild('foreign', world.log);
      await expect(supervisor.terminateChild(foreign)).rejects.toMatchObject(refusal('not_found'));
      expect(foreign.running).toBe(true);
      await supervisor.terminateChild(first);
      expect(await supervisor.whichChildren()).toEqual([{ id: undefined, child: second, type: 'worker' }]);
      const other = await world.start([]);
      await expect(other.startDynamic()).rejects.toMatchObject(refusal('strategy'));
    },
  ],
  [
    'which_children',
    'each child by its name, with its incarnation and type, in the order of their start',
    async (world) => {
      const supervisor = await world.start([world.worker('a'), world.nested('s', []), world.worker('b')]);
      await supervisor.terminateChild('b');
      const children = await supervisor.whichChildren();
      expect(children.map(({ id, type }) => `${id} ${type}`)).toEqual(['a worker', 's supervisor', 'b worker']);
      expect(children[0].child).toBe(world.child('a'));
      expect(children[2].child).toBeUndefined();
      expect(await supervisor.whichChild('a')).toEqual(children[0]);
      await expect(supervisor.whichChild('c')).rejects.toMatchObject(refusal('not_found'));
    },
  ],
  [
    'which_children_simple_one_for_one',
    'dynamic children have no name, and are found by themselves',
    async (world) => {
      const supervisor = await world.start(world.workers('a'), { strategy: 'simple_one_for_one' });
      const [first, second] = [await supervisor.startDynamic(), await supervisor.startDynamic()] as Child[];
      expect(await supervisor.whichChildren()).toEqual([
        { id: undefined, child: first, type: 'worker' },
        { id: undefined, child: second, type: 'worker' },
      ]);
      expect(await supervisor.whichChild(second)).toEqual({ id: undefined, child: second, type: 'worker' });
      await expect(supervisor.whichChild('a')).rejects.toMatchObject(refusal('not_found'));
    },
  ],
  [
    'count_children',
    'counts follow as children are added, ended and forgotten',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b'));
      const counted = async () => Object.values(await supervisor.countChildren());
      expect(await counted()).toEqual([2, 2, 0, 2]);
      await supervisor.terminateChild('a');
      expect(await counted()).toEqual([2, 1, 0, 2]);
      await supervisor.deleteChild('a');
      expect(await counted()).toEqual([1, 1, 0, 1]);
      const simple = await world.start(world.workers('c'), { strategy: 'simple_one_for_one' });
      for (let i = 0; i < 4; i++) await simple.startDynamic();
      expect(Object.values(await simple.countChildren())).toEqual([1, 4, 0, 4]);
    },
  ],
  [
    'count_children_supervisor',
    'supervisors are counted apart from workers, dynamic ones too',
    async (world) => {
      const supervisor = await world.start([world.nested('s', world.workers('s1', 's2')), world.nested('t', []), world.worker('a')]);
      expect(await supervisor.countChildren()).toEqual({ specifications: 3, active: 3, supervisors: 2, workers: 1 });
      const simple = await world.start([world.nested('u', [])], { strategy: 'simple_one_for_one' });
      for (let i = 0; i < 2; i++) await simple.startDynamic();
      expect(await simple.countChildren()).toEqual({ specifications: 1, active: 2, supervisors: 2, workers: 0 });
    },
  ],
  [
    'count_restarting_children',
    'a child that is restarting is there, and not active',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b'), { backoff: { minMs: 100, maxMs: 100, randomFactor: 0 } });
      await world.die('a');
      expect(await supervisor.countChildren()).toEqual({ specifications: 2, active: 1, supervisors: 0, workers: 2 });
      expect(await statesOf(supervisor)).toEqual(['a restarting', 'b running']);
      await world.time.advance(100);
      expect(await supervisor.countChildren()).toMatchObject({ active: 2 });
    },
  ],
  [
    'do_not_save_start_parameters_for_temporary_children',
    'what the start of a temporary child holds is let go of once it has started',
    async (world) => {
      const supervisor = await world.start([]);
      const [kept, forgotten] = [world.worker('a'), world.worker('b', { restart: 'temporary' })];
      await supervisor.startChild(kept);
      await supervisor.startChild(forgotten);
      expect((await supervisor.getChildSpecification('a')).start).toBe(kept.start);
      expect((await supervisor.getChildSpecification('b')).start).not.toBe(forgotten.start);
    },
  ],
  [
    'do_not_save_child_specs_for_temporary_children',
    'a temporary child that has ended is forgotten, whether it ended or was ended',
    async (world) => {
      const supervisor = await world.start(['a', 'b'].map((id) => world.worker(id, { restart: 'temporary' })));
      await world.die('a');
      await supervisor.terminateChild('b');
      expect(await supervisor.whichChildren()).toEqual([]);
      await expect(supervisor.restartChild('a')).rejects.toMatchObject(refusal('not_found'));
    },
  ],
  [
    'scale_start_stop_many_children',
    'a thousand children start and end with work that grows with their number: one start, one end each',
    async (world) => {
      const ids = Array.from({ length: 1000 }, (_, i) => `a${i}`);
      const supervisor = await world.start(world.workers(...ids));
      expect(await supervisor.countChildren()).toMatchObject({ specifications: 1000, active: 1000 });
      await supervisor.stop();
      await settle();
      expect(world.log).toEqual([...ids.map((id) => `+${id}`), ...[...ids].reverse().map((id) => `${id} shutdown`)]);
    },
  ],
];

runCases(cases);
