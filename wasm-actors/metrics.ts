/** metrics in AssemblyScript, the twin of js-actors/metrics.ts; `protocol/messages/metrics.ts` says what it does and what its catch is. */
import { Reader } from '../protocol/assembly/reader';
import {
  dispatchMetrics,
  METRICS_ADDRESS,
  METRICS_FOLLOWED_OWNERS,
  METRICS_FOLLOWS,
  METRICS_PUBLISHES,
  MetricsCount,
  MetricsGauge,
  MetricsHandlers,
  MetricsLog,
  MetricsObserve,
  MetricsRead,
  MetricsReadReply,
  MetricsScope,
  MetricsState,
  FLUSH_INTERVAL_DEFAULT_MS,
} from '../protocol/generated/assembly/metrics';
import { TelemetryFlush } from '../protocol/generated/assembly/telemetry';
import { Actor, start } from './kit/actor';
import { Collection } from './metrics/collection';

/** Names with this prefix belong to the runtime itself. */
const RUNTIME_PREFIX = 'tandem.';

class Metrics extends Actor<MetricsState> implements MetricsHandlers {
  private readonly application: Collection = new Collection(1);
  private readonly runtime: Collection = new Collection(2);
  private flushIntervalMs: u32 = FLUSH_INTERVAL_DEFAULT_MS;
  private readonly flushMessage: TelemetryFlush = new TelemetryFlush();
  private readonly readReply: MetricsReadReply = new MetricsReadReply();
  private readonly state: MetricsState = new MetricsState();

  constructor() {
    super('metrics', METRICS_ADDRESS, METRICS_PUBLISHES, METRICS_FOLLOWS, METRICS_FOLLOWED_OWNERS);
  }

  /** Sets `flushIntervalMs`: the time from the first message after a flush to the next flush. */
  configure(name: string, value: f64): void {
    if (name == 'flushIntervalMs') this.flushIntervalMs = <u32>value;
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatchMetrics(this, kind, reader);
  }

  onCount(message: MetricsCount): void {
    const name = message.name.text;
    this.collect(name).count(name, message.by, this.now);
  }

  onGauge(message: MetricsGauge): void {
    const name = message.name.text;
    this.collect(name).gauge(name, message.value, this.now);
  }

  onObserve(message: MetricsObserve): void {
    const name = message.name.text;
    this.collect(name).observe(name, message.value, this.now);
  }

  onLog(message: MetricsLog): void {
    this.collect(message.source.text).log(message, this.now);
  }

  onRead(message: MetricsRead): void {
    const collection = message.scope == MetricsScope.Runtime ? this.runtime : this.application;
    this.readReply.collection = collection.state;
    this.reply(this.requestToken, this.readReply);
  }

  onTimer(timer: u32): void {
    if (timer == this.application.timer && this.application.state.flushDue) this.flush(MetricsScope.Application, this.application);
    if (timer == this.runtime.timer && this.runtime.state.flushDue) this.flush(MetricsScope.Runtime, this.runtime);
  }

  saveState(): MetricsState {
    this.state.application = this.application.state;
    this.state.runtime = this.runtime.state;
    return this.state;
  }

  loadState(state: MetricsState): void {
    this.application.load(state.application);
    this.runtime.load(state.runtime);
  }

  /** The half that a name belongs to. Starts its flush timer, so nothing is flushed while nothing arrives. */
  private collect(name: string): Collection {
    const collection = name.startsWith(RUNTIME_PREFIX) ? this.runtime : this.application;
    if (!collection.state.flushDue) {
      collection.state.flushDue = true;
      this.startTimer(collection.timer, this.flushIntervalMs);
    }
    return collection;
  }

  private flush(scope: MetricsScope, collection: Collection): void {
    const state = collection.state;
    state.flushes++;
    const message = this.flushMessage;
    message.scope = scope;
    message.flush = state.flushes;
    message.at = this.now;
    message.series = state.series;
    message.logs = state.logs;
    message.dropped = state.dropped;
    this.send(message);
    collection.flushed();
  }
}

start(new Metrics());
export * from './kit/exports';
