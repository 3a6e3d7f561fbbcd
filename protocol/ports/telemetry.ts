/**
 * The telemetry port: sends what metrics has gathered to a backend, as OTLP/HTTP JSON (`host-shim/otlp.ts`).
 * The catch: a flush may be dropped when the host is busy. Counters and histograms are running totals, so the next flush makes up
 * for it; log records of a dropped flush are lost.
 */
import { logRecords, metricSeriesList, metricsDropped, metricsScope } from '../messages/metrics.js';
import { message, port, u32, u53 } from '../schema.js';

export const telemetry = port({
  name: 'telemetry',
  address: 37,
  receives: {
    flush: message({
      kind: 0x1501,
      lane: 'idle',
      overflow: 'drop',
      fields: {
        scope: metricsScope,
        /** Number of the flush in this scope, from 1: a gap is a dropped flush. */
        flush: u32,
        /** Time of the flush, in microseconds since the Unix epoch. */
        at: u53,
        /** All series of the scope, as totals since their `startedAt`. */
        series: metricSeriesList,
        /** The records since the last flush. */
        logs: logRecords,
        dropped: metricsDropped,
      },
    }),
  },
});
