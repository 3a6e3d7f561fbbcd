/** What the compiler knows of a client. The mistakes below are those that it must refuse: `tsc` fails where one of them compiles. */
import { expectTypeOf, test } from 'vitest';
import type { ActorClients, Store } from '../../actors/application/client/client-types.js';
import type { start } from '../../host-shim/browser/start.js';
import type { StartedTest } from '../../host-shim/sim/start.js';
import type { createApplication } from './actors.js';

type Application = ReturnType<typeof createApplication>;
type Clients = ActorClients<Application['actors']>;
type Item = { name: string; cents: number; count: number };

test('the compiler refuses mistakes', () => {
  expectTypeOf(mistakes).toBeFunction();
});

test('methods, topics and states have the types of their schemas', () => {
  expectTypeOf<Parameters<Clients['basket']['add']>>().toEqualTypeOf<[fields: Item]>();
  expectTypeOf<ReturnType<Clients['basket']['add']>>().toEqualTypeOf<void>();
  expectTypeOf<Awaited<ReturnType<Clients['basket']['total']>>>().toEqualTypeOf<{ cents: number }>();
  expectTypeOf<Clients['clock']['state']>().toEqualTypeOf<Store<Readonly<{ ticks: number }>>>();
  expectTypeOf<ReturnType<Clients['basket']['state']['getSnapshot']>>().toEqualTypeOf<{
    readonly cents?: number;
    readonly items?: Item[];
    readonly note?: string;
  } | null>();
  expectTypeOf<StartedTest<Application>['basket']>().toEqualTypeOf<Clients['basket']>();
  expectTypeOf<Awaited<ReturnType<typeof start<Application>>>['clock']>().toEqualTypeOf<Clients['clock']>();
});

/** Never called. */
function mistakes({ basket, clock, ...more }: StartedTest<Application>): void {
  basket.add({ name: 'tea', cents: 1, count: 1 });
  basket.clear();
  void basket.total({}, { deadlineMs: 5 });
  basket.on('noted', ({ note }) => note.length);
  // @ts-expect-error a misspelt message
  basket.ad({ name: 'tea', cents: 1, count: 1 });
  // @ts-expect-error a misspelt field
  basket.add({ name: 'tea', cent: 1, count: 1 });
  // @ts-expect-error a missing field
  basket.add({ name: 'tea', cents: 1 });
  // @ts-expect-error no fields at all
  basket.add();
  // @ts-expect-error a field of another type
  basket.add({ name: 'tea', cents: '1', count: 1 });
  // @ts-expect-error a field that there is not
  basket.clear({ all: true });
  // @ts-expect-error a choice that there is not
  basket.write({ note: '', rank: 'middle' });
  // @ts-expect-error a misspelt topic
  basket.on('change', () => {});
  // @ts-expect-error a topic of another actor
  clock.on('changed', () => {});
  // @ts-expect-error a field that the topic does not have
  basket.on('noted', ({ cents }) => cents);
  // @ts-expect-error a field that the reply does not have
  void basket.total().then(({ total }) => total);
  // @ts-expect-error a field that no topic has
  void basket.state.getSnapshot()?.total;
  // @ts-expect-error an option that there is not
  void basket.total({}, { deadline: 5 });
  // @ts-expect-error a misspelt party
  void more.bsket;
}
