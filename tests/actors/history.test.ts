import { encode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import type { ActorFactory } from '../../actors/contract/instance.js';
import type { Random } from '../../bus/random.js';
import { History } from '../../js-actors/history.js';
import type { BoundMessage } from '../../protocol/bind.js';
import type { Fields, InferFields, PublicationOf } from '../../protocol/fields.js';
import { history } from '../../protocol/generated/history.js';
import { page } from '../../protocol/generated/page.js';
import { system } from '../../protocol/generated/system.js';
import { HISTORY_BLOCKERS_MAX, HISTORY_ENTRIES_MAX, HISTORY_PARAMETERS_BYTES_MAX } from '../../protocol/messages/history.js';
import { implementationsOf } from './implementations.js';
import { type Emission, Stage } from './stage.js';
import { compareTwins, type TwinFrame } from './twins.js';

type Current = PublicationOf<typeof history, 'current'>;

const implementations = await implementationsOf(history, () => new History());
const { receives, publishes } = history;
const nil = encode(null);

/** The history actor with a page in front of it. */
class Visit {
  readonly stage: Stage;
  said: Emission[] = [];
  /** The last publication of `current`. */
  current: Current | null = null;

  constructor(factory: ActorFactory) {
    this.stage = new Stage(factory.create({}));
  }

  send<S extends Fields>(message: BoundMessage<S>, fields: InferFields<S>): this {
    return this.hear(this.stage.send(message, fields, page.address));
  }

  push(...routes: readonly string[]): this {
    for (const route of routes) this.send(receives.push, { route, params: encode({ route }), whileEntry: null });
    return this;
  }

  back(): this {
    return this.send(receives.back, {});
  }

  /** Routes from the root to the current one, found by going back. */
  unwind(): string[] {
    const routes: string[] = [];
    while (this.said[0]?.name !== 'page.leaveRequested') {
      routes.unshift(this.current!.route);
      this.back();
    }
    return routes;
  }

  hear(said: Emission[]): this {
    this.said = said;
    for (const { name, fields } of said) if (name === 'history.current') this.current = fields as Current;
    return this;
  }
}

describe.each(implementations)('history in %s', (_language, factory) => {
  const open = (...routes: readonly string[]) => new Visit(factory).push(...routes);

  describe('navigation', () => {
    test('push makes an entry current and publishes it', () => {
      const visit = open('home', 'details');
      expect(visit.said).toEqual([
        {
          ...{ name: 'history.current', target: 0xffff, request: 0 },
          fields: { entry: 2, depth: 1, route: 'details', params: encode({ route: 'details' }), focus: 0, scroll: [], action: 'push' },
        },
      ]);
    });

    test('back returns to the same entry below', () => {
      const visit = open('home', 'details').back();
      expect(visit.current).toMatchObject({ entry: 1, depth: 0, route: 'home', params: encode({ route: 'home' }), action: 'back' });
    });

    test('back at the root asks the page to leave, and changes nothing', () => {
      const visit = open('home').back();
      expect(visit.said).toEqual([{ name: 'page.leaveRequested', target: page.address, fields: {}, request: 0 }]);
      expect(visit.back().said).toMatchObject([{ name: 'page.leaveRequested' }]);
      expect(visit.push('details').back().current).toMatchObject({ entry: 1, route: 'home' });
      expect(new Visit(factory).back().said).toMatchObject([{ name: 'page.leaveRequested' }]);
    });

    test('replace puts a new entry in place of the current one', () => {
      const visit = open('home', 'login').send(receives.replace, { route: 'account', params: nil, whileEntry: null });
      expect(visit.current).toMatchObject({ entry: 3, depth: 1, route: 'account', action: 'replace' });
      expect(visit.unwind()).toEqual(['home', 'account']);
      expect(new Visit(factory).send(receives.replace, { route: 'home', params: nil, whileEntry: null }).current).toMatchObject({
        depth: 0,
        route: 'home',
      });
    });

    test('reset replaces all entries', () => {
      const entries = [
        { route: 'home', params: nil },
        { route: 'details', params: encode([17]) },
      ];
      const visit = open('login', 'help', 'terms').send(receives.reset, { entries, whileEntry: null });
      expect(visit.said.length).toBe(1);
      expect(visit.current).toMatchObject({ entry: 5, depth: 1, route: 'details', params: encode([17]), action: 'reset' });
      expect(visit.unwind()).toEqual(['home', 'details']);
    });

    test('reset to nothing changes nothing', () => {
      const visit = open('home', 'details').send(receives.reset, { entries: [], whileEntry: null });
      expect(visit.said).toEqual([]);
      expect(visit.unwind()).toEqual(['home', 'details']);
    });

    test('that names an entry happens only while that entry is current', () => {
      const entries = [{ route: 'd', params: nil }];
      const navigate = (visit: Visit, whileEntry: number) => [
        visit.send(receives.push, { route: 'd', params: nil, whileEntry }).said.length,
        visit.send(receives.replace, { route: 'd', params: nil, whileEntry }).said.length,
        visit.send(receives.reset, { entries, whileEntry }).said.length,
      ];
      const visit = open('home', 'a');
      for (const other of [0, 1, 3]) expect(navigate(visit, other)).toEqual([0, 0, 0]);
      expect(visit.unwind()).toEqual(['home', 'a']);
      // The first one makes another current.
      expect(navigate(open('home', 'a'), 2)).toEqual([1, 0, 0]);
      expect(open('home', 'a').send(receives.replace, { route: 'd', params: nil, whileEntry: 2 }).unwind()).toEqual(['home', 'd']);
      expect(open('home', 'a').send(receives.reset, { entries, whileEntry: 2 }).unwind()).toEqual(['d']);
      expect(navigate(new Visit(factory), 0)).toEqual([1, 0, 0]);
    });

    test('that names no entry always happens', () => {
      const { whileEntry: _, ...older } = { route: 'a', params: nil, whileEntry: null };
      expect(open('home').send(receives.push, older as never).current).toMatchObject({ route: 'a' });
    });

    test('an entry number is never reused', () => {
      const visit = open('home', 'a').back().push('b');
      expect(visit.current?.entry).toBe(3);
    });
  });

  describe('what an entry remembers', () => {
    const scroll = [
      { key: 1, offset: 420.5 },
      { key: 7, offset: 0 },
    ];

    test('comes back with it', () => {
      const visit = open('home').send(receives.remember, { entry: 1, focus: 77, scroll });
      expect(visit.said).toEqual([]);
      expect(visit.push('details').back().current).toMatchObject({ route: 'home', focus: 77, scroll });
    });

    test('is the latest, even if it arrives after the entry was left', () => {
      const visit = open('home').send(receives.remember, { entry: 1, focus: 1, scroll }).push('details');
      visit.send(receives.remember, { entry: 1, focus: 2, scroll: [] });
      visit.send(receives.remember, { entry: 2, focus: 3, scroll });
      expect(visit.back().current).toMatchObject({ focus: 2, scroll: [] });
    });

    test('is ignored when the entry is gone', () => {
      const visit = open('home', 'details').back().send(receives.remember, { entry: 2, focus: 9, scroll });
      expect(visit.push('details').current).toMatchObject({ entry: 3, focus: 0, scroll: [] });
    });

    test('is not passed on by replace', () => {
      const visit = open('home').send(receives.remember, { entry: 1, focus: 77, scroll });
      expect(visit.send(receives.replace, { route: 'home', params: nil, whileEntry: null }).current).toMatchObject({
        focus: 0,
        scroll: [],
      });
    });

    test('is given to a follower that asks, and nothing moves', () => {
      const visit = open('home', 'details').send(receives.remember, { entry: 2, focus: 5, scroll });
      visit.hear(visit.stage.askFresh(publishes.current, page.address));
      expect(visit.said).toMatchObject([{ name: 'history.current', fields: { entry: 2, depth: 1, focus: 5, scroll, action: 'restored' } }]);
    });

    test('is nothing for a follower that asks before there is an entry', () => {
      const visit = new Visit(factory);
      visit.hear(visit.stage.askFresh(publishes.current, page.address));
      expect(visit.current).toEqual({ entry: 0, depth: 0, route: '', params: nil, focus: 0, scroll: [], action: 'restored' });
    });
  });

  describe('blocking', () => {
    const blocked = (...routes: readonly string[]) => open(...routes).send(receives.block, { blocker: 4, reason: 'unsaved' });
    const question = (attempt: number, navigation: string, route: string, blocker = 4, reason = 'unsaved') => [
      {
        ...{ name: 'page.navigationBlocked', target: page.address, request: 0 },
        fields: { attempt, blocker, reason, navigation, route },
      },
    ];

    test('holds every navigation and asks', () => {
      const visit = blocked('home', 'form');
      expect(visit.push('a').said).toEqual(question(1, 'push', 'a'));
      expect(visit.back().said).toEqual(question(2, 'back', 'home'));
      expect(visit.send(receives.replace, { route: 'b', params: nil, whileEntry: null }).said).toEqual(question(3, 'replace', 'b'));
      const entries = ['c', 'd'].map((route) => ({ route, params: nil }));
      expect(visit.send(receives.reset, { entries, whileEntry: null }).said).toEqual(question(4, 'reset', 'd'));
      expect(visit.current).toMatchObject({ route: 'form' });
    });

    test('retry performs the held navigation once, with its parameters', () => {
      const visit = blocked('home').push('a').send(receives.retry, { attempt: 1 });
      expect(visit.current).toMatchObject({ route: 'a', params: encode({ route: 'a' }), depth: 1, action: 'push' });
      expect(visit.send(receives.retry, { attempt: 1 }).said).toEqual([]);
      expect(visit.push('b').said).toEqual(question(2, 'push', 'b'));
    });

    test('each kind of navigation can be retried', () => {
      const retry = (visit: Visit) => visit.send(receives.retry, { attempt: 1 });
      expect(retry(blocked('home', 'form').back()).current).toMatchObject({ route: 'home', action: 'back' });
      const replaced = retry(blocked('home', 'form').send(receives.replace, { route: 'x', params: nil, whileEntry: null }));
      expect(replaced.current).toMatchObject({ route: 'x', depth: 1, action: 'replace' });
      const reset = retry(blocked('home', 'form').send(receives.reset, { entries: [{ route: 'x', params: nil }], whileEntry: null }));
      expect(reset.current).toMatchObject({ route: 'x', depth: 0, action: 'reset' });
    });

    test('leaving the application asks, too', () => {
      const visit = blocked('home').back();
      expect(visit.said).toEqual(question(1, 'back', ''));
      expect(visit.send(receives.retry, { attempt: 1 }).said).toMatchObject([{ name: 'page.leaveRequested' }]);
    });

    test('blockers are asked in turn, each once', () => {
      const visit = blocked('home').send(receives.block, { blocker: 2, reason: 'playing' }).push('a');
      expect(visit.said).toEqual(question(1, 'push', 'a'));
      expect(visit.send(receives.retry, { attempt: 1 }).said).toEqual(question(1, 'push', 'a', 2, 'playing'));
      expect(visit.send(receives.retry, { attempt: 1 }).current).toMatchObject({ route: 'a' });
    });

    test('a later navigation replaces the held one', () => {
      const visit = blocked('home').push('a', 'b');
      expect(visit.send(receives.retry, { attempt: 1 }).said).toEqual([]);
      expect(visit.send(receives.retry, { attempt: 2 }).current).toMatchObject({ route: 'b', depth: 1 });
      const freed = blocked('home').push('a').send(receives.unblock, { blocker: 4 }).push('c');
      expect(freed.current).toMatchObject({ route: 'c' });
      expect(freed.send(receives.retry, { attempt: 1 }).said).toEqual([]);
    });

    test('does not ask about a navigation that names another entry', () => {
      const visit = blocked('home').push('a');
      expect(visit.send(receives.push, { route: 'b', params: nil, whileEntry: 9 }).said).toEqual([]);
      expect(visit.send(receives.retry, { attempt: 1 }).current).toMatchObject({ route: 'a' });
    });

    test('unblock does not perform the held navigation; retry then does', () => {
      const visit = blocked('home').push('a').send(receives.unblock, { blocker: 4 });
      expect(visit.said).toEqual([]);
      expect(visit.send(receives.retry, { attempt: 1 }).current).toMatchObject({ route: 'a' });
    });

    test('unblock of another blocker leaves this one; of 0 leaves none', () => {
      const visit = blocked('home').send(receives.unblock, { blocker: 5 }).push('a');
      expect(visit.said).toMatchObject([{ name: 'page.navigationBlocked' }]);
      visit.send(receives.block, { blocker: 5, reason: '' }).send(receives.unblock, { blocker: 0 });
      expect(visit.push('a').current).toMatchObject({ route: 'a' });
    });

    test('a blocker that blocks again changes its reason and is asked once', () => {
      const visit = blocked('home').send(receives.block, { blocker: 4, reason: 'still unsaved' }).push('a');
      expect(visit.said).toEqual(question(1, 'push', 'a', 4, 'still unsaved'));
      expect(visit.send(receives.retry, { attempt: 1 }).current).toMatchObject({ route: 'a' });
    });

    test('blockers are bounded: one more is ignored', () => {
      const visit = open('home');
      for (let blocker = 1; blocker <= HISTORY_BLOCKERS_MAX + 1; blocker++) visit.send(receives.block, { blocker, reason: '' });
      expect(visit.stage.state(history).blockers.map(({ blocker }) => blocker)).not.toContain(HISTORY_BLOCKERS_MAX + 1);
    });
  });

  describe('bounds', () => {
    test('the oldest entries above the root are dropped', () => {
      const routes = Array.from({ length: HISTORY_ENTRIES_MAX + 10 }, (_, index) => `page ${index}`);
      const visit = open(...routes);
      expect(visit.current).toMatchObject({ depth: HISTORY_ENTRIES_MAX - 1 });
      expect(visit.unwind()).toEqual(['page 0', ...routes.slice(11)]);
    });

    test('all parameters together are bounded; root and current entry stay whatever their size', () => {
      const params = encode(new Uint8Array(HISTORY_PARAMETERS_BYTES_MAX / 4));
      const visit = new Visit(factory);
      for (const route of ['root', 'a', 'b', 'c', 'd']) visit.send(receives.push, { route, params, whileEntry: null });
      expect(visit.unwind()).toEqual(['root', 'c', 'd']);
      const large = encode(new Uint8Array(HISTORY_PARAMETERS_BYTES_MAX));
      expect(visit.send(receives.push, { route: 'large', params: large, whileEntry: null }).unwind()).toEqual(['root', 'large']);
    });
  });
});

describe('the twins', () => {
  test('agree byte for byte on 2,000 random sequences of 200 messages, and swap snapshots in the middle', () => {
    const [[, js], [, wasm]] = implementations;
    compareTwins({
      name: 'history',
      address: history.address,
      js: () => js.create({}),
      wasm: () => wasm.create({}),
      sequence: (random) => {
        const eager = random.integer(4) === 0;
        let attempt = 0;
        return (emitted) => {
          for (const { kind, body } of emitted) if (kind === page.receives.navigationBlocked.kind) attempt = body[0] as number;
          if (eager && random.integer(4) > 0)
            return { message: receives.push, fields: { ...randomDestination(random), whileEntry: randomWhile(random) } };
          if (random.integer(8) === 0) return { message: receives.retry, fields: { attempt } };
          return randomFrame(random);
        };
      },
    });
  });
});

const letters = ['home', 'films/42', 'ähm', '日本語', '\u{1f4fa}', '', 'a'.repeat(40)];
const PARAMETERS = [null, 3, -1.5, 'ü', [1, [2]], { film: 17, list: [true] }].map((value) => encode(value));
const LARGE_PARAMETERS = encode(new Uint8Array(HISTORY_PARAMETERS_BYTES_MAX / 3));
const pick = <T>(random: Random, choices: readonly T[]): T => choices[random.integer(choices.length)];

/** Now and then a number of an entry that is gone, or of none. */
const randomWhile = (random: Random): number | null => (random.integer(3) > 0 ? null : random.integer(12));

/** Now and then parameters so large that the stack is cut. */
function randomDestination(random: Random): { route: string; params: Uint8Array } {
  const small = pick(random, PARAMETERS);
  const params = random.integer(150) === 0 ? LARGE_PARAMETERS : small;
  return { route: `${pick(random, letters)}${random.integer(10)}`, params };
}

function randomFrame(random: Random): TwinFrame {
  const small = () => random.integer(6);
  const choice = random.integer(24);
  if (choice < 8) return { message: receives.push, fields: { ...randomDestination(random), whileEntry: randomWhile(random) } };
  if (choice < 10) return { message: receives.replace, fields: { ...randomDestination(random), whileEntry: randomWhile(random) } };
  if (choice < 14) return { message: receives.back, fields: {} };
  if (choice === 14) {
    const entries = Array.from({ length: small() }, () => randomDestination(random));
    return { message: receives.reset, fields: { entries, whileEntry: randomWhile(random) } };
  }
  if (choice < 18) {
    const scroll = Array.from({ length: small() }, () => ({ key: small(), offset: pick(random, [0, -0, 12.25, random.next() * 1e4]) }));
    return { message: receives.remember, fields: { entry: 1 + random.integer(60), focus: small(), scroll } };
  }
  if (choice === 18) return { message: receives.block, fields: { blocker: small(), reason: pick(random, letters) } };
  if (choice < 21) return { message: receives.unblock, fields: { blocker: random.integer(2) * small() } };
  if (choice < 23) return { message: receives.retry, fields: { attempt: 1 + random.integer(60) } };
  return { message: system.receives.refresh, fields: { topic: publishes.current.kind, follower: page.address }, source: page.address };
}
