/**
 * A flush of metrics as OTLP/HTTP JSON: bodies of POST requests to `/v1/metrics` and `/v1/logs`, by the JSON mapping of
 * opentelemetry-proto 1.x (docs/specification.md, "JSON Protobuf Encoding"): keys in lowerCamelCase, 64-bit integers as decimal strings, enums as
 * integers. Platform-free: whoever has a network sends them, with `content-type: application/json`.
 *
 * The catch: totals are cumulative, so a backend that only takes deltas has to convert them; log records come once.
 */

import type { MessageOf } from '../protocol/fields.js';
import type { telemetry } from '../protocol/generated/telemetry.js';
import { HISTOGRAM_BOUNDS } from '../protocol/messages/metrics.js';

export type Flush = MessageOf<typeof telemetry, 'flush'>;
type Series = Flush['series'][number];
type LogRecord = Flush['logs'][number];

/** Attributes of the whole application, as `{ 'service.name': 'tv' }`. */
export type OtlpResource = Readonly<Record<string, string>>;

interface OtlpAttribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}
interface OtlpScope {
  readonly name: string;
}
interface OtlpNumberPoint {
  readonly attributes: readonly OtlpAttribute[];
  readonly startTimeUnixNano?: string;
  readonly timeUnixNano: string;
  readonly asDouble?: number;
  readonly asInt?: string;
}
interface OtlpHistogramPoint {
  readonly attributes: readonly OtlpAttribute[];
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly count: string;
  readonly sum: number;
  readonly bucketCounts: readonly string[];
  readonly explicitBounds: readonly number[];
  readonly min: number;
  readonly max: number;
}
interface OtlpMetric {
  readonly name: string;
  readonly unit?: string;
  readonly sum?: {
    readonly dataPoints: readonly OtlpNumberPoint[];
    readonly aggregationTemporality: number;
    readonly isMonotonic: boolean;
  };
  readonly gauge?: { readonly dataPoints: readonly OtlpNumberPoint[] };
  readonly histogram?: { readonly dataPoints: readonly OtlpHistogramPoint[]; readonly aggregationTemporality: number };
}
interface OtlpLogRecord {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: { readonly stringValue: string };
  readonly attributes: readonly OtlpAttribute[];
}
interface OtlpMetricsBody {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeMetrics: readonly { readonly scope: OtlpScope; readonly metrics: readonly OtlpMetric[] }[];
  }[];
}
interface OtlpLogsBody {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeLogs: readonly { readonly scope: OtlpScope; readonly logRecords: readonly OtlpLogRecord[] }[];
  }[];
}

/** One POST: `path` is to be appended to the backend's address. */
export type OtlpRequest =
  | { readonly path: '/v1/metrics'; readonly body: OtlpMetricsBody }
  | { readonly path: '/v1/logs'; readonly body: OtlpLogsBody };

export const LOGS_PATH = '/v1/logs';

/** AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE */
const CUMULATIVE = 2;

/** SeverityNumber: the first of each level's four. */
const SEVERITY: Readonly<Record<LogRecord['level'], number>> = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 };

/** @returns up to two requests: an envelope without content is not sent */
export function toOtlp(flush: Flush, resource: OtlpResource): OtlpRequest[] {
  const requests: OtlpRequest[] = [];
  const attributes = Object.entries(resource).map(([key, value]) => attribute(key, value));
  const scope = { name: flush.scope === 'runtime' ? 'tandem' : 'application' };
  const metrics = [...flush.series.map((series) => toMetric(series, flush.at)), ...droppedMetric(flush)];
  if (metrics.length > 0) {
    requests.push({ path: '/v1/metrics', body: { resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ scope, metrics }] }] } });
  }
  if (flush.logs.length > 0) {
    const logRecords = flush.logs.map((record) => toLogRecord(record, flush.at));
    requests.push({ path: LOGS_PATH, body: { resourceLogs: [{ resource: { attributes }, scopeLogs: [{ scope, logRecords }] }] } });
  }
  return requests;
}

function toMetric(series: Series, at: number): OtlpMetric {
  const { name } = series;
  const unit = unitOf(series);
  const attributes: OtlpAttribute[] = [];
  const startTimeUnixNano = nanoseconds(series.startedAt);
  const timeUnixNano = nanoseconds(at);
  switch (series.instrument) {
    case 'counter': {
      const point = { attributes, startTimeUnixNano, timeUnixNano, asInt: String(series.value) };
      return { name, ...unit, sum: { dataPoints: [point], aggregationTemporality: CUMULATIVE, isMonotonic: true } };
    }
    case 'gauge':
      return { name, ...unit, gauge: { dataPoints: [{ attributes, timeUnixNano, asDouble: series.value }] } };
    case 'histogram': {
      const point = {
        attributes,
        startTimeUnixNano,
        timeUnixNano,
        count: String(series.buckets.reduce((total, count) => total + count, 0)),
        sum: series.value,
        bucketCounts: series.buckets.map(String),
        explicitBounds: HISTOGRAM_BOUNDS,
        min: series.smallest,
        max: series.largest,
      };
      return { name, ...unit, histogram: { dataPoints: [point], aggregationTemporality: CUMULATIVE } };
    }
  }
}

/** What metrics could not take, as a metric of its own: one point per reason, none while nothing was dropped. */
function droppedMetric(flush: Flush): OtlpMetric[] {
  const dataPoints = Object.entries(flush.dropped)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => ({ attributes: [attribute('reason', reason)], timeUnixNano: nanoseconds(flush.at), asInt: String(count) }));
  if (dataPoints.length === 0) return [];
  return [{ name: 'tandem.metrics.dropped', sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true } }];
}

function toLogRecord(record: LogRecord, observedAt: number): OtlpLogRecord {
  // Keys must be unique (opentelemetry-proto, LogRecord.attributes): the last one counts.
  const attributes = new Map(record.attributes.map(({ name, value }) => [name, value]));
  attributes.set('tandem.source', record.source);
  return {
    timeUnixNano: nanoseconds(record.at),
    observedTimeUnixNano: nanoseconds(observedAt),
    severityNumber: SEVERITY[record.level],
    severityText: record.level.toUpperCase(),
    body: { stringValue: record.text },
    attributes: [...attributes].map(([key, value]) => attribute(key, value)),
  };
}

const attribute = (key: string, value: string): OtlpAttribute => ({ key, value: { stringValue: value } });

/** The unit is the last word of a name in this project; in UCUM, as OpenTelemetry wants it. */
function unitOf(series: Series): { unit?: string } {
  if (series.instrument === 'histogram' || series.name.endsWith('Ms')) return { unit: 'ms' };
  if (series.name.endsWith('Bytes')) return { unit: 'By' };
  return {};
}

/** Nanoseconds since the Unix epoch do not fit a double: the three zeros are appended as text. */
const nanoseconds = (microseconds: number): string => (microseconds === 0 ? '0' : `${microseconds}000`);
