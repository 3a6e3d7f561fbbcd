/**
 * One half of metrics: its series, its log buffer, and the count of what did not fit. It knows no bus.
 * The catch: a series lives as long as the actor, so its totals never restart; a flush removes only log records.
 */

import type { StateOf } from '../../protocol/fields.js';
import type { metrics } from '../../protocol/generated/metrics.js';
import { HISTOGRAM_BOUNDS, LOG_RECORDS_MAX, METRIC_SERIES_MAX } from '../../protocol/messages/metrics.js';

export type CollectionState = StateOf<typeof metrics>['application'];
type Series = CollectionState['series'][number];
type Instrument = Series['instrument'];
type LogRecord = CollectionState['logs'][number];

export class Collection {
  series: Series[] = [];
  logs: LogRecord[] = [];
  dropped = { series: 0, logs: 0, invalid: 0 };
  flushes = 0;
  flushDue = false;
  private places = new Map<string, Series>();

  /** @param timer number of its flush timer */
  constructor(readonly timer: number) {}

  count(name: string, by: number, now: number): void {
    const series = this.find(name, 'counter', now);
    if (series !== null) series.value += by;
  }

  gauge(name: string, value: number, now: number): void {
    const series = this.find(name, 'gauge', now, value);
    if (series !== null) series.value = value;
  }

  observe(name: string, value: number, now: number): void {
    const series = this.find(name, 'histogram', now, value);
    if (series === null) return;
    const sum = series.value + value;
    if (!Number.isFinite(sum)) {
      this.dropped.invalid++;
      return;
    }
    if (series.buckets.length === 0) {
      for (let i = 0; i <= HISTOGRAM_BOUNDS.length; i++) series.buckets.push(0);
      series.smallest = value;
      series.largest = value;
    }
    series.buckets[bucketOf(value)]++;
    series.value = sum;
    if (value < series.smallest) series.smallest = value;
    if (value > series.largest) series.largest = value;
  }

  log(record: LogRecord): void {
    if (this.logs.length >= LOG_RECORDS_MAX) this.dropped.logs++;
    else this.logs.push(record);
  }

  /** Ends a flush: drops the records, keeps the totals. */
  flushed(): void {
    this.logs = [];
    this.flushDue = false;
  }

  save(): CollectionState {
    return { series: this.series, logs: this.logs, dropped: this.dropped, flushes: this.flushes, flushDue: this.flushDue };
  }

  load(state: CollectionState): void {
    this.series = state.series;
    this.logs = state.logs;
    this.dropped = state.dropped;
    this.flushes = state.flushes;
    this.flushDue = state.flushDue;
    this.places = new Map(this.series.map((series) => [series.name, series]));
  }

  /** @returns the series, which is made if necessary; null, and counted, when the message cannot be taken */
  private find(name: string, instrument: Instrument, now: number, value = 0): Series | null {
    const known = this.places.get(name);
    if (!Number.isFinite(value) || (known !== undefined && known.instrument !== instrument)) {
      this.dropped.invalid++;
      return null;
    }
    if (known !== undefined) return known;
    if (this.series.length >= METRIC_SERIES_MAX) {
      this.dropped.series++;
      return null;
    }
    const series: Series = { name, instrument, startedAt: now, value: 0, buckets: [], smallest: 0, largest: 0 };
    this.series.push(series);
    this.places.set(name, series);
    return series;
  }
}

function bucketOf(value: number): number {
  let bucket = 0;
  while (bucket < HISTOGRAM_BOUNDS.length && value > HISTOGRAM_BOUNDS[bucket]) bucket++;
  return bucket;
}
