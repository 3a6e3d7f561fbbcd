import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Flush, toOtlp } from '../../host-shim/otlp.js';
import { HISTOGRAM_BOUNDS } from '../../protocol/messages/metrics.js';
import { assertMessage } from './otlp-proto.js';

const golden: unknown = JSON.parse(readFileSync(new URL('./otlp.golden.json', import.meta.url), 'utf8'));

const START = 1_700_000_000_000_000;
const nothingDropped = { series: 0, logs: 0, invalid: 0 };
const emptyFlush: Flush = { scope: 'application', flush: 1, at: START, series: [], logs: [], dropped: nothingDropped };

const buckets = HISTOGRAM_BOUNDS.map(() => 0);
buckets[9] = 2;
const flush: Flush = {
  scope: 'runtime',
  flush: 1,
  at: START + 10_000_003,
  series: [
    {
      name: 'tandem.restarts',
      instrument: 'counter',
      startedAt: START + 1,
      value: Number.MAX_SAFE_INTEGER,
      buckets: [],
      smallest: 0,
      largest: 0,
    },
    { name: 'tandem.memoryBytes', instrument: 'gauge', startedAt: START, value: 65536.5, buckets: [], smallest: 0, largest: 0 },
    {
      name: 'tandem.frameMs',
      instrument: 'histogram',
      startedAt: START + 2,
      value: 3034,
      buckets: [...buckets, 1],
      smallest: 16.5,
      largest: 3000.5,
    },
  ],
  logs: [
    {
      at: START + 5_000_000,
      level: 'error',
      source: 'tandem.supervisor',
      text: 'scene trapped',
      attributes: [
        { name: 'actor', value: 'focus' },
        { name: 'actor', value: 'scene' },
      ],
    },
  ],
  dropped: { series: 0, logs: 4, invalid: 0 },
};

describe('OTLP', () => {
  test('a flush with everything is what the golden file says', () => {
    expect(JSON.parse(JSON.stringify(toOtlp(flush, { 'service.name': 'tv' })))).toEqual(golden);
  });

  test('the proto allows the golden file', () => {
    const [metrics, logs] = golden as { body: unknown }[];
    assertMessage('ExportMetricsServiceRequest', metrics.body);
    assertMessage('ExportLogsServiceRequest', logs.body);
  });

  test('the check refuses an unknown field, a number for a 64-bit integer, a name for an enum and two data of one metric', () => {
    const metrics = toOtlp(flush, {})[0].body;
    const changed = (from: string, to: string) => JSON.parse(JSON.stringify(metrics).replace(from, to)) as unknown;
    expect(() => assertMessage('ExportMetricsServiceRequest', changed('"timeUnixNano"', '"time_unix_nano"'))).toThrow('time_unix_nano');
    expect(() => assertMessage('ExportMetricsServiceRequest', changed('"count":"3"', '"count":3'))).toThrow('count: 3');
    expect(() => assertMessage('ExportMetricsServiceRequest', changed('Temporality":2', 'Temporality":"CUMULATIVE"'))).toThrow('enum');
    expect(() => assertMessage('ExportMetricsServiceRequest', changed('"gauge":{', '"sum":{},"gauge":{'))).toThrow('2 of gauge, sum');
  });

  test('an empty flush sends nothing', () => {
    expect(toOtlp(emptyFlush, { 'service.name': 'tv' })).toEqual([]);
  });

  test('a flush without log records has metrics only, and vice versa', () => {
    expect(toOtlp({ ...flush, logs: [] }, {}).map((request) => request.path)).toEqual(['/v1/metrics']);
    expect(toOtlp({ ...emptyFlush, logs: flush.logs }, {}).map((request) => request.path)).toEqual(['/v1/logs']);
  });

  test('each level has the severity number of its name', () => {
    const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
    const logs = levels.map((level) => ({ at: START, level, source: 'page', text: '', attributes: [] }));
    const [request] = toOtlp({ ...emptyFlush, logs }, {});
    expect(request.path === '/v1/logs' && request.body.resourceLogs[0].scopeLogs[0].logRecords.map((r) => r.severityNumber)).toEqual([
      1, 5, 9, 13, 17, 21,
    ]);
  });

  test('the proto allows any flush', () => {
    const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const amount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    const common = { name: fc.string(), startedAt: time, buckets: fc.constant([] as number[]), smallest: double, largest: double };
    const series = fc.oneof(
      fc.record({ ...common, instrument: fc.constant('counter' as const), value: amount }),
      fc.record({ ...common, instrument: fc.constant('gauge' as const), value: double }),
      fc.record({
        ...common,
        instrument: fc.constant('histogram' as const),
        value: double,
        buckets: fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: 19, maxLength: 19 }),
      }),
    );
    const record = fc.record({
      at: time,
      level: fc.constantFrom('trace' as const, 'debug' as const, 'info' as const, 'warn' as const, 'error' as const, 'fatal' as const),
      source: fc.string(),
      text: fc.string(),
      attributes: fc.array(fc.record({ name: fc.string(), value: fc.string() }), { maxLength: 4 }),
    });
    const anyFlush: fc.Arbitrary<Flush> = fc.record({
      scope: fc.constantFrom('application' as const, 'runtime' as const),
      flush: fc.nat(),
      at: time,
      series: fc.array(series, { maxLength: 5 }),
      logs: fc.array(record, { maxLength: 5 }),
      dropped: fc.record({ series: amount, logs: amount, invalid: amount }),
    });
    fc.assert(
      fc.property(anyFlush, fc.dictionary(fc.string(), fc.string()), (flush, resource) => {
        for (const { path, body } of toOtlp(flush, resource)) {
          assertMessage(path === '/v1/metrics' ? 'ExportMetricsServiceRequest' : 'ExportLogsServiceRequest', body);
        }
      }),
      { seed: Number(process.env.SEED ?? 4318), numRuns: 300 },
    );
  });
});
