import { describe, expect, test } from 'vitest';
import type { Random } from '../../bus/random.js';
import { Metrics } from '../../js-actors/metrics.js';
import { HOST_RUNTIME } from '../../protocol/addresses.js';
import { DecodeError } from '../../protocol/errors.js';
import type { MessageOf, StateOf } from '../../protocol/fields.js';
import { metrics } from '../../protocol/generated/metrics.js';
import { system } from '../../protocol/generated/system.js';
import type { telemetry } from '../../protocol/generated/telemetry.js';
import {
  FLUSH_INTERVAL_DEFAULT_MS,
  HISTOGRAM_BOUNDS,
  LOG_ATTRIBUTES_MAX,
  LOG_RECORDS_MAX,
  LOG_TEXT_BYTES_MAX,
  METRIC_SERIES_MAX,
} from '../../protocol/messages/metrics.js';
import { implementationsOf } from './implementations.js';
import { type Emission, REQUESTER, Stage } from './stage.js';
import { compareTwins, type TwinFrame, type TwinSequence } from './twins.js';

type State = StateOf<typeof metrics>;
type Collection = State['application'];
type Flush = MessageOf<typeof telemetry, 'flush'>;

const { count, gauge, observe, log, read } = metrics.receives;
const APPLICATION_TIMER = 1;
const RUNTIME_TIMER = 2;
const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

const implementations = await implementationsOf(metrics, () => new Metrics());

describe.each(implementations)('metrics in %s', (_language, factory) => {
  const open = (options = {}) => new Stage(factory.create(options));
  const collectionOf = (stage: Stage, scope: 'application' | 'runtime' = 'application') => {
    const [reply] = stage.request(read, { scope }, 7) as Emission<{ collection: Collection }>[];
    expect(reply).toMatchObject({ name: 'metrics.readReply', target: REQUESTER, request: 7 });
    return reply.fields.collection;
  };
  const flushOf = (emissions: Emission[]) => {
    expect(emissions.map(({ name }) => name)).toEqual(['telemetry.flush']);
    return emissions[0].fields as Flush;
  };

  test('a time that could not be encoded again is refused, so that the state can always be read', () => {
    const stage = open();
    for (const now of [2 ** 53, 10_707_199_259_816_882, 2 ** 63]) {
      stage.now = now;
      expect(() => stage.send(count, { name: 'keys', by: 1 })).toThrow(new DecodeError('header', 0, '', count.kind).message);
    }
    stage.now = Number.MAX_SAFE_INTEGER;
    stage.send(count, { name: 'keys', by: 1 });
    stage.now = 1_700_000_000_000_000;
    expect(collectionOf(stage).series).toMatchObject([{ name: 'keys', startedAt: Number.MAX_SAFE_INTEGER, value: 1 }]);
    expect(stage.state(metrics).application.series).toHaveLength(1);
  });

  test('a counter is the sum of what was counted', () => {
    const stage = open();
    const start = stage.now;
    stage.send(count, { name: 'keys', by: 2 });
    stage.now += 5;
    stage.send(count, { name: 'keys', by: 0xffff_ffff });
    expect(collectionOf(stage).series).toEqual([
      { name: 'keys', instrument: 'counter', startedAt: start, value: 0x1_0000_0001, buckets: [], smallest: 0, largest: 0 },
    ]);
  });

  test('a gauge is its latest value', () => {
    const stage = open();
    stage.send(gauge, { name: 'nodes', value: 12.5 });
    stage.send(gauge, { name: 'nodes', value: -3 });
    expect(collectionOf(stage).series).toMatchObject([{ name: 'nodes', instrument: 'gauge', value: -3 }]);
  });

  test('a histogram has each value in the bucket whose bound is the first not below it', () => {
    const stage = open();
    const values = [0.05, 0.06, 17, 17.01, 2500, 2501, -4];
    for (const value of values) stage.send(observe, { name: 'frameMs', value });
    const [series] = collectionOf(stage).series;
    const buckets = new Array<number>(HISTOGRAM_BOUNDS.length + 1).fill(0);
    for (const value of values) {
      const bound = HISTOGRAM_BOUNDS.findIndex((candidate) => value <= candidate);
      buckets[bound < 0 ? HISTOGRAM_BOUNDS.length : bound]++;
    }
    expect(series.buckets).toEqual(buckets);
    expect(series).toMatchObject({ instrument: 'histogram', smallest: -4, largest: 2501 });
    expect(series.value).toBe(values.reduce((sum, value) => sum + value, 0));
  });

  test('a value that is not finite, or a name of another instrument, is counted and leaves no series', () => {
    const stage = open();
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      stage.send(gauge, { name: 'new', value });
      stage.send(observe, { name: 'new', value });
    }
    stage.send(count, { name: 'keys', by: 1 });
    stage.send(gauge, { name: 'keys', value: 1 });
    stage.send(observe, { name: 'keys', value: 1 });
    const collection = collectionOf(stage);
    expect(collection.series).toMatchObject([{ name: 'keys', instrument: 'counter', value: 1 }]);
    expect(collection.dropped).toEqual({ series: 0, logs: 0, invalid: 6 });
  });

  test('a sum never leaves the finite numbers', () => {
    const stage = open();
    stage.send(observe, { name: 'large', value: Number.MAX_VALUE });
    stage.send(observe, { name: 'large', value: Number.MAX_VALUE });
    const collection = collectionOf(stage);
    expect(collection.series[0].value).toBe(Number.MAX_VALUE);
    expect(collection.series[0].buckets.at(-1)).toBe(1);
    expect(collection.dropped.invalid).toBe(1);
  });

  test('one series too many is only counted, and the known ones go on', () => {
    const stage = open();
    for (let i = 0; i < METRIC_SERIES_MAX + 3; i++) stage.send(count, { name: `series ${i}`, by: 1 });
    stage.send(count, { name: 'series 0', by: 1 });
    const collection = collectionOf(stage);
    expect(collection.series.length).toBe(METRIC_SERIES_MAX);
    expect(collection.series[0].value).toBe(2);
    expect(collection.dropped.series).toBe(3);
  });

  test('a log record has the time of its message; a full buffer keeps the oldest', () => {
    const stage = open();
    const attributes = [{ name: 'film', value: '42' }];
    stage.send(log, { level: 'warn', source: 'page', text: 'no picture', attributes });
    for (let i = 0; i < LOG_RECORDS_MAX + 1; i++) stage.send(log, { level: 'trace', source: 'page', text: '', attributes: [] });
    const collection = collectionOf(stage);
    expect(collection.logs.length).toBe(LOG_RECORDS_MAX);
    expect(collection.logs[0]).toEqual({ at: stage.now, level: 'warn', source: 'page', text: 'no picture', attributes });
    expect(collection.dropped.logs).toBe(2);
  });

  test('the first message starts the flush timer; the flush has the totals and removes the records', () => {
    const stage = open();
    const [start] = stage.send(count, { name: 'keys', by: 1 });
    expect(start).toMatchObject({ name: 'timer.start', fields: { timer: APPLICATION_TIMER, delayMs: FLUSH_INTERVAL_DEFAULT_MS } });
    expect(stage.send(log, { level: 'info', source: 'page', text: 'on', attributes: [] })).toEqual([]);
    stage.now += 10_000_000;
    const first = flushOf(stage.fireTimer(APPLICATION_TIMER));
    expect(first).toMatchObject({ scope: 'application', flush: 1, at: stage.now, series: [{ value: 1 }], logs: [{ text: 'on' }] });

    expect(stage.send(count, { name: 'keys', by: 1 })).toMatchObject([{ name: 'timer.start' }]);
    expect(flushOf(stage.fireTimer(APPLICATION_TIMER))).toMatchObject({ flush: 2, series: [{ value: 2 }], logs: [] });
  });

  test('nothing is flushed while nothing arrives', () => {
    const stage = open();
    expect(stage.fireTimer(APPLICATION_TIMER)).toEqual([]);
    stage.send(count, { name: 'keys', by: 1 });
    stage.fireTimer(APPLICATION_TIMER);
    expect(stage.fireTimer(APPLICATION_TIMER)).toEqual([]);
    expect(stage.fireTimer(99)).toEqual([]);
  });

  test('the flush interval is configured', () => {
    const [start] = open({ flushIntervalMs: 250 }).send(count, { name: 'keys', by: 1 });
    expect(start.fields).toEqual({ timer: APPLICATION_TIMER, delayMs: 250 });
  });

  test('measurements of the runtime do not affect the application half and its flushes', () => {
    const stage = open();
    const start = stage.send(observe, { name: 'tandem.frameMs', value: 16 });
    expect(start).toMatchObject([{ name: 'timer.start', fields: { timer: RUNTIME_TIMER } }]);
    stage.send(log, { level: 'error', source: 'tandem.supervisor', text: 'scene trapped', attributes: [] });
    expect(collectionOf(stage)).toEqual({ series: [], logs: [], dropped: { series: 0, logs: 0, invalid: 0 }, flushes: 0, flushDue: false });

    const before = JSON.stringify(collectionOf(stage));
    stage.send(count, { name: 'tandem', by: 1 });
    expect(JSON.stringify(collectionOf(stage))).not.toBe(before);
    expect(flushOf(stage.fireTimer(RUNTIME_TIMER))).toMatchObject({
      scope: 'runtime',
      series: [{ name: 'tandem.frameMs' }],
      logs: [{ source: 'tandem.supervisor' }],
    });
  });

  test('the application half is the same with and without measurements of the runtime', () => {
    const plain = open();
    const measured = open();
    measured.send(count, { name: 'tandem.restarts', by: 1 });
    for (const stage of [plain, measured]) stage.send(count, { name: 'keys', by: 1 });
    measured.fireTimer(RUNTIME_TIMER);
    expect(plain.state(metrics)).not.toEqual(measured.state(metrics));
    expect(plain.state(metrics).application).toEqual(measured.state(metrics).application);
  });

  test('a full half fits one frame', () => {
    const stage = open();
    const text = 'x'.repeat(LOG_TEXT_BYTES_MAX);
    const attributes = Array.from({ length: LOG_ATTRIBUTES_MAX }, () => ({ name: 'n'.repeat(64), value: 'v'.repeat(256) }));
    for (let i = 0; i < LOG_RECORDS_MAX; i++) stage.send(log, { level: 'error', source: 's'.repeat(96), text, attributes });
    for (let i = 0; i < METRIC_SERIES_MAX; i++) stage.send(observe, { name: `${i}`.padStart(96, 'm'), value: 0.1 + i });
    expect(flushOf(stage.fireTimer(APPLICATION_TIMER)).logs.length).toBe(LOG_RECORDS_MAX);
  });
});

const names = ['frameMs', 'keys', 'restarts'];
const values = [0, -0, 0.05, 16.7, -3.25, 2 ** 53, 1e308, Number.NaN, Number.NEGATIVE_INFINITY];
const texts = ['', 'ünïcode \u{1f600}', 'x'.repeat(200)];

/** Messages of runtime and application: known and ever new names, values of all sizes, and timers that were or were not started. */
function metricsSequence(random: Random): TwinSequence {
  const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)];
  const newNames = random.chance(0.05) ? 400 : 3;
  const name = () => (random.chance(0.5) ? 'tandem.' : '') + (random.chance(0.6) ? pick(names) : `series ${random.integer(newNames)}`);
  const value = () => (random.chance(0.5) ? random.integer(300_000) / 100 : pick(values));
  const attributes = () => Array.from({ length: random.integer(3) }, () => ({ name: name(), value: pick(texts) }));
  const messages: readonly (() => TwinFrame)[] = [
    () => ({ message: count, fields: { name: name(), by: pick([0, 1, 0xffff_ffff]) } }),
    () => ({ message: gauge, fields: { name: name(), value: value() } }),
    () => ({ message: observe, fields: { name: name(), value: value() } }),
    () => ({ message: log, fields: { level: pick(levels), source: name(), text: pick(texts), attributes: attributes() } }),
    () => ({ message: read, fields: { scope: pick(['application', 'runtime']) }, first: random.integer(0xffff_ffff) }),
    () => ({ message: system.receives.timerFired, fields: { timer: random.integer(4) }, source: HOST_RUNTIME }),
  ];
  // Without any flush the buffers would stay full; with one in each turn they would never fill.
  const weights = random.chance(0.3) ? [6, 6, 6, 20, 1, 0] : [6, 6, 8, 4, 1, 1];
  const choices = messages.flatMap((message, i) => new Array<() => TwinFrame>(weights[i]).fill(message));
  return () => pick(choices)();
}

describe('the twins of metrics agree', () => {
  const [[, js], [, wasm]] = implementations;
  const pair = {
    name: 'metrics',
    address: metrics.address,
    js: () => js.create({}),
    wasm: () => wasm.create({}),
    sequence: metricsSequence,
  };

  test('on random sequences', () => compareTwins(pair));

  test('on sequences long enough to reach the bounds', () => compareTwins({ ...pair, sequences: 20, length: 3000 }));
});
