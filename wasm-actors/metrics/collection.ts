/**
 * One half of metrics: its series, its log buffer, and the count of what did not fit. It knows no bus.
 * The catch: a series lives as long as the actor, so its totals never restart; a flush removes only log records.
 */
import { Text } from '../../protocol/assembly/values';
import {
  LogRecord,
  MetricInstrument,
  MetricSeries,
  MetricsCollection,
  MetricsLog,
  HISTOGRAM_BOUNDS,
  LOG_RECORDS_MAX,
  METRIC_SERIES_MAX,
} from '../../protocol/generated/assembly/metrics';

export class Collection {
  state: MetricsCollection = new MetricsCollection();
  private places: Map<string, MetricSeries> = new Map();

  /** @param timer number of its flush timer */
  constructor(readonly timer: u32) {}

  count(name: string, by: u32, now: u64): void {
    const series = this.find(name, MetricInstrument.Counter, now, 0);
    if (series !== null) series.value += <f64>by;
  }

  gauge(name: string, value: f64, now: u64): void {
    const series = this.find(name, MetricInstrument.Gauge, now, value);
    if (series !== null) series.value = value;
  }

  observe(name: string, value: f64, now: u64): void {
    const series = this.find(name, MetricInstrument.Histogram, now, value);
    if (series === null) return;
    const sum = series.value + value;
    if (!isFinite(sum)) {
      this.state.dropped.invalid++;
      return;
    }
    const buckets = series.buckets;
    if (buckets.length == 0) {
      for (let i = 0; i <= HISTOGRAM_BOUNDS.length; i++) buckets.push(0);
      series.smallest = value;
      series.largest = value;
    }
    const bucket = bucketOf(value);
    buckets[bucket] = buckets[bucket] + 1;
    series.value = sum;
    if (value < series.smallest) series.smallest = value;
    if (value > series.largest) series.largest = value;
  }

  log(message: MetricsLog, now: u64): void {
    const logs = this.state.logs;
    if (logs.length >= LOG_RECORDS_MAX) this.state.dropped.logs++;
    else fillRecord(logs.add(), message, now);
  }

  /** Ends a flush: drops the records, keeps the totals. */
  flushed(): void {
    this.state.logs.clear();
    this.state.flushDue = false;
  }

  load(state: MetricsCollection): void {
    this.state = state;
    this.places.clear();
    for (let i = 0; i < state.series.length; i++) {
      const series = state.series[i];
      hold(series.name);
      this.places.set(series.name.text, series);
    }
    for (let i = 0; i < state.logs.length; i++) holdRecord(state.logs[i]);
  }

  /** @returns the series, which is made if necessary; null, and counted, when the message cannot be taken */
  private find(name: string, instrument: MetricInstrument, now: u64, value: f64): MetricSeries | null {
    const known = this.places.has(name) ? this.places.get(name) : null;
    if (!isFinite(value) || (known !== null && known.instrument != instrument)) {
      this.state.dropped.invalid++;
      return null;
    }
    if (known !== null) return known;
    if (this.state.series.length >= METRIC_SERIES_MAX) {
      this.state.dropped.series++;
      return null;
    }
    const series = this.state.series.add();
    series.name.text = name;
    series.instrument = instrument;
    series.startedAt = now;
    this.places.set(name, series);
    return series;
  }
}

function bucketOf(value: f64): i32 {
  let bucket = 0;
  while (bucket < HISTOGRAM_BOUNDS.length && value > HISTOGRAM_BOUNDS[bucket]) bucket++;
  return bucket;
}

/** Sets every field, because the record may have been used before. */
function fillRecord(record: LogRecord, message: MetricsLog, now: u64): void {
  record.at = now;
  record.level = message.level;
  record.source.text = message.source.text;
  record.text.text = message.text.text;
  record.attributes.clear();
  for (let i = 0; i < message.attributes.length; i++) {
    const attribute = record.attributes.add();
    attribute.name.text = message.attributes[i].name.text;
    attribute.value.text = message.attributes[i].value.text;
  }
}

function holdRecord(record: LogRecord): void {
  hold(record.source);
  hold(record.text);
  for (let i = 0; i < record.attributes.length; i++) {
    hold(record.attributes[i].name);
    hold(record.attributes[i].value);
  }
}

/** Copies a text out of the snapshot. */
function hold(text: Text): void {
  text.text = text.text;
}
