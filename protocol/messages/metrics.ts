/**
 * metrics gathers counters, gauges, histograms and log records from all VMs and hands them to the telemetry port from time to time.
 *
 * Measurements of the runtime itself (names and log sources that begin with `tandem.`) are a separate half with its own
 * flush timer. Restarts and placement change only that half, so that a hash of the application's state can
 * leave it out.
 *
 * The catch: everything is bounded, and what does not fit is only counted (`MetricsDropped`).
 */

import { actor, bool, choice, f64, list, message, request, str, struct, u32, u53 } from '../schema.js';

/** Series in each half of metrics (the application's, the runtime's): several times the five actors' own. Bounded because names may be made from data. */
export const METRIC_SERIES_MAX = 256;
/** Bytes of a metric's name or a log record's source. */
export const METRIC_NAME_BYTES_MAX = 96;
/** Log records in each half between two flushes: one error per frame for two seconds. */
export const LOG_RECORDS_MAX = 128;
/** Bytes of a log record's text: a sentence with the beginning of a stack. */
export const LOG_TEXT_BYTES_MAX = 2048;
/** With these, a full half (LOG_RECORDS_MAX records of 4.8 KB, METRIC_SERIES_MAX series of 0.4 KB) is 0.7 MB and still one frame. */
export const LOG_ATTRIBUTES_MAX = 8;
export const LOG_ATTRIBUTE_NAME_BYTES_MAX = 64;
export const LOG_ATTRIBUTE_VALUE_BYTES_MAX = 256;
/** Time from the first message after a flush to the next flush. */
export const FLUSH_INTERVAL_DEFAULT_MS = 10_000;

/**
 * The buckets of every histogram, in milliseconds: from a message between two VMs (0.05) to a page that hangs (2,500). 17, 34 and 50 end one, two and
 * three frames at 60 Hz. A value belongs to the first bucket whose bound is not below it; the last bucket has no bound.
 */
export const HISTOGRAM_BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 12, 17, 25, 34, 50, 100, 250, 500, 1000, 2500];

export const metricsScope = choice('MetricsScope', ['application', 'runtime']);

const metricName = str(METRIC_NAME_BYTES_MAX);

/** A series. The first message with its name decides its instrument. */
const metricSeries = struct('MetricSeries', {
  name: metricName,
  instrument: choice('MetricInstrument', ['counter', 'gauge', 'histogram']),
  /** Time at which its first message was sent, in microseconds since the Unix epoch. */
  startedAt: u53,
  /** A counter's total, a gauge's latest value, the sum of a histogram's values. */
  value: f64,
  /** For a histogram: values per bucket (`HISTOGRAM_BOUNDS`), smallest and largest value. Empty and 0 for the others. */
  buckets: list(u53),
  smallest: f64,
  largest: f64,
});
export const metricSeriesList = list(metricSeries, METRIC_SERIES_MAX);

const logLevel = choice('LogLevel', ['trace', 'debug', 'info', 'warn', 'error', 'fatal']);
/** A list instead of a map: smaller in memory, and bounded in each part. */
const logAttributes = list(
  struct('LogAttribute', { name: str(LOG_ATTRIBUTE_NAME_BYTES_MAX), value: str(LOG_ATTRIBUTE_VALUE_BYTES_MAX) }),
  LOG_ATTRIBUTES_MAX,
);
export const logRecords = list(
  struct('LogRecord', {
    /** Time at which it was sent, in microseconds since the Unix epoch. */
    at: u53,
    level: logLevel,
    source: metricName,
    text: str(LOG_TEXT_BYTES_MAX),
    attributes: logAttributes,
  }),
  LOG_RECORDS_MAX,
);

/** Number of messages that were dropped since the start, by reason. */
export const metricsDropped = struct('MetricsDropped', {
  /** There was no room for another series. */
  series: u53,
  /** The log buffer was full: then the newest record is dropped. */
  logs: u53,
  /** The value was not finite, or the name belongs to another instrument. */
  invalid: u53,
});

const collection = struct('MetricsCollection', {
  /** In the order of their first message. */
  series: metricSeriesList,
  logs: logRecords,
  dropped: metricsDropped,
  flushes: u32,
  /** True while a flush timer runs, because something has arrived since the last flush. */
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
    /** The present content of one half, for tests and for a page that shows it. */
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
