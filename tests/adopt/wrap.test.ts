/** Classes with methods as actors: what is published and answered, what is found missing, and what becomes of one that looks at the clock. */
import { describe, expect, test } from 'vitest';
import { wrap } from '../../actors/model/wrapped.js';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
import { startTest } from '../../host-shim/sim/index.js';
import { actor, message, publication, request, struct, u32 } from '../../protocol/schema.js';

const till = actor({
  name: 'till',
  state: struct('TillState', { cents: u32, sales: u32 }),
  receives: {
    sell: message({ fields: { cents: u32 } }),
    draw: message({ fields: {} }),
    total: request({ fields: { bonus: u32 }, reply: { fields: { cents: u32 } } }),
  },
  publishes: { changed: publication({ fields: { cents: u32, mean: u32 } }) },
});

/** It knows nothing of actors. */
class Till {
  cents = 0;
  sales = 0;

  get mean(): number {
    return this.sales === 0 ? 0 : Math.round(this.cents / this.sales);
  }

  sell({ cents }: { cents: number }): void {
    this.cents += cents;
    this.sales++;
  }

  draw(): void {
    if (this.cents > 1_000) throw new Error('the till is full');
    this.sales++;
  }

  total({ bonus }: { bonus: number }) {
    return { cents: this.cents + bonus };
  }
}

class LuckyTill extends Till {
  override sell(): void {
    this.cents += 1 + Math.floor(Math.random() * 1_000_000);
    this.sales = new Date().getFullYear();
  }
}

async function open(pattern: unknown = Till) {
  const changes: SystemChange[] = [];
  const lines: string[] = [];
  const application = { actors: [{ schema: till, create: wrap(pattern as typeof Till, till) }], ports: [] } as const;
  const started = await startTest(application, { seed: 1, console: 'off', onChange: (change) => changes.push(change) });
  return { ...started, changes, lines };
}

describe('a class as it is', () => {
  test('handles messages, answers requests, and publishes what has changed', async () => {
    const { till: client, host } = await open();
    const heard: object[] = [];
    client.on('changed', (fields) => heard.push(fields));
    client.sell({ cents: 300 });
    client.sell({ cents: 100 });
    expect(await client.total({ bonus: 5 })).toEqual({ cents: 405 });
    await host.pass(5);
    expect(heard).toEqual([
      { cents: 300, mean: 300 },
      { cents: 400, mean: 200 },
    ]);
  });

  test('is restarted with its state, and moves on', async () => {
    const { till: client, system, host } = await open();
    client.sell({ cents: 300 });
    await host.until(system.crash('till'));
    client.sell({ cents: 100 });
    expect(await client.total({ bonus: 0 })).toEqual({ cents: 400 });
    expect(system.actors[0]).toMatchObject({ restarts: 1 });
    expect((await system.counters()).divergent).toBe(0);
  });

  test.each([
    ['a function that makes it', () => new Till()],
    ['an object, of which it is a copy', new Till()],
  ])('may be given as %s', async (_how, pattern) => {
    const { till: client } = await open(pattern);
    client.sell({ cents: 300 });
    expect(await client.total({ bonus: 0 })).toEqual({ cents: 300 });
    if (typeof pattern === 'object') expect(pattern.cents).toBe(0);
  });

  test.each([
    [
      'a method',
      { cents: 0, sales: 0, mean: 0, sell() {}, draw() {} },
      'till: the wrapped object has no method total, as one of its messages is named',
    ],
    [
      'a field of a topic',
      { cents: 0, sales: 0, sell() {}, draw() {}, total() {} },
      'till: topic changed has the field mean, which the wrapped object lacks: add it, or a getter',
    ],
    [
      'a field of its state',
      { cents: 0, mean: 0, sell() {}, draw() {}, total() {} },
      'till: its state has the field sales, which the wrapped object lacks: add it, or a getter',
    ],
  ])('without %s it does not start', async (_what, pattern, text) => {
    await expect(open(pattern)).rejects.toThrow(text);
  });
});

describe('a class that looks at the clock or at chance', () => {
  test('is told of once, and goes on from the state after its last message', async () => {
    const { till: client, system, host, changes } = await open(LuckyTill);
    for (let i = 0; i < 5; i++) client.sell({ cents: 1 });
    const { cents } = await client.total({ bonus: 0 });
    for (let i = 0; i < 3; i++) {
      await host.until(system.crash('till'));
      expect(await client.total({ bonus: 0 })).toEqual({ cents });
    }
    expect(changes.filter(({ type }) => type === 'unrepeatable')).toEqual([
      { type: 'unrepeatable', report: { actor: 'till', lookedAt: 'Math.random' } },
    ]);
    const { divergent, replayed } = await system.counters();
    expect({ divergent, replayed }).toEqual({ divergent: 0, replayed: 0 });
  });

  test('leaves the functions that it looks at as they were', async () => {
    const before = [Date, Date.now, Math.random, performance.now, crypto.randomUUID, crypto.getRandomValues];
    const { till: client } = await open(LuckyTill);
    client.sell({ cents: 1 });
    await client.total({ bonus: 0 });
    expect([Date, Date.now, Math.random, performance.now, crypto.randomUUID, crypto.getRandomValues]).toEqual(before);
    expect(new Date(0).getTime()).toBe(0);
  });
});
