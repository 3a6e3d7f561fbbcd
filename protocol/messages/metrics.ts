/**
 * metrics gathers counters, gauges, histograms and log records from all VMs and hands them to the telemetry port from time to time.
 *
 * What measures the runtime itself (names and log sources that begin with `tandem.`) is kept in a half of its own, with its own
 * flush timer: restarts and placement change the one half and leave the other alone, so that a hash of the application's state can
 * leave the runtime's out.
 *
 * The catch: all of it is bounded, and what did not fit is only counted (`MetricsDropped`).
 */

import { actor, bool, choice, f64, list, message, request, str, struct, u32, u53 } from '../schema.js';

/** Series that each half of metrics (the application's, the runtime's) keeps: several times the five actors' own; a name made from data must not grow it for ever. */
export const METRIC_SERIES_MAX = 256;
/** A metric's name, a log record's source. */
export const METRIC_NAME_BYTES_MAX = 96;
/** Log records that each half keeps until the next flush: a burst of an error per frame for two seconds. */
export const LOG_RECORDS_MAX = 128;
/** A sentence with the head of a stack. */
export const LOG_TEXT_BYTES_MAX = 2048;
/** With these, a full half (LOG_RECORDS_MAX records of 4.8 KB, METRIC_SERIES_MAX series of 0.4 KB) is 0.7 MB and still one frame. */
export const LOG_ATTRIBUTES_MAX = 8;
export const LOG_ATTRIBUTE_NAME_BYTES_MAX = 64;
export const LOG_ATTRIBUTE_VALUE_BYTES_MAX = 256;
/** From the first message after a flush of metrics to the next flush. */
export const FLUSH_INTERVAL_DEFAULT_MS = 10_000;

/**
 * The buckets of every histogram, in milliseconds: from a message between two VMs (0.05) to a page that hangs (2,500). 17, 34 and 50 end one, two and
 * three frames at 60 Hz. A value belongs to the first bucket whose bound is not below it; the last bucket has no bound.
 */
export const HISTOGRAM_BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 12, 17, 25, 34, 50, 100, 250, 500, 1000, 2500];

export const metricsScope = choice('MetricsScope', ['application', 'runtime']);

const metricName = str(METRIC_NAME_BYTES_MAX);

/** What a series is, decided by the first message with its name. */
const metricSeries = struct('MetricSeries', {
  name: metricName,
  instrument: choice('MetricInstrument', ['counter', 'gauge', 'histogram']),
  /** When its first message was sent, in microseconds since the Unix epoch. */
  startedAt: u53,
  /** A counter's total, a gauge's latest value, the sum of a histogram's values. */
  value: f64,
  /** Of a histogram: values per bucket (`HISTOGRAM_BOUNDS`), smallest and largest value. Empty and 0 for the others. */
  buckets: list(u53),
  smallest: f64,
  largest: f64,
});
export const metricSeriesList = list(metricSeries, METRIC_SERIES_MAX);

const logLevel = choice('LogLevel', ['trace', 'debug', 'info', 'warn', 'error', 'fatal']);
/** A list and not a map: shorter in memory and bounded in each part. */
const logAttributes = list(
  struct('LogAttribute', { name: str(LOG_ATTRIBUTE_NAME_BYTES_MAX), value: str(LOG_ATTRIBUTE_VALUE_BYTES_MAX) }),
  LOG_ATTRIBUTES_MAX,
);
export const logRecords = list(
  struct('LogRecord', {
    /** When it was sent, in microseconds since the Unix epoch. */
    at: u53,
    level: logLevel,
    source: metricName,
    text: str(LOG_TEXT_BYTES_MAX),
    attributes: logAttributes,
  }),
  LOG_RECORDS_MAX,
);

/** Messages that left no trace, since the start. */
export const metricsDropped = struct('MetricsDropped', {
  /** Their series would have been one too many. */
  series: u53,
  /** The log buffer was full: the newest record is the one that is dropped. */
  logs: u53,
  /** The value is not finite, or the name is one of another instrument. */
  invalid: u53,
});

const collection = struct('MetricsCollection', {
  /** In the order of their first message. */
  series: metricSeriesList,
  logs: logRecords,
  dropped: metricsDropped,
  flushes: u32,
  /** A flush timer runs: something came since the last flush. */
  flushDue: bool,
});

export const metrics = actor({
  name: 'metrics',
  address: 4,
  receives: {
    /** Adds to a counter. */
    count: message({ kind: 0x0401, lane: 'idle', overflow: 'drop', fields: { name: metricName, by: u32 } }),
    /** Sets a gauge. */
    gauge: message({ kind: 0x0402, lane: 'idle', overflow: 'drop', fields: { name: metricName, value: f64 } }),
    /** Adds a value to a histogram. Its buckets are made for milliseconds. */
    observe: message({ kind: 0x0403, lane: 'idle', overflow: 'drop', fields: { name: metricName, value: f64 } }),
    log: message({
      kind: 0x0404,
      lane: 'idle',
      overflow: 'drop',
      fields: { level: logLevel, source: metricName, text: str(LOG_TEXT_BYTES_MAX), attributes: logAttributes },
    }),
    /** What one half holds now, for tests and a page that shows it. */
    read: request({
      kind: 0x0405,
      lane: 'idle',
      fields: { scope: metricsScope },
      reply: { kind: 0x0485, fields: { collection } },
    }),
  },
  measures: { times: 'observe', crashes: 'log' },
  sendsTo: ['timer', 'telemetry'],
  state: struct('MetricsState', { application: collection, runtime: collection }),
});
