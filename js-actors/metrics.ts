/** metrics in TypeScript; `protocol/messages/metrics.ts` says what it does and what its catch is. */
import { Actor, type Handlers } from '../actors/model/actor.js';
import type { MessageOf, StateOf } from '../protocol/fields.js';
import { metrics } from '../protocol/generated/metrics.js';
import { telemetry } from '../protocol/generated/telemetry.js';
import { FLUSH_INTERVAL_DEFAULT_MS } from '../protocol/messages/metrics.js';
import { Collection } from './metrics/collection.js';

type State = StateOf<typeof metrics>;

/** Names with this prefix belong to the runtime itself. */
const RUNTIME_PREFIX = 'tandem.';

export class Metrics extends Actor<typeof metrics> implements Handlers<typeof metrics> {
  private readonly application = new Collection(1);
  private readonly runtime = new Collection(2);
  private flushIntervalMs = FLUSH_INTERVAL_DEFAULT_MS;

  constructor() {
    super(metrics);
  }

  /** Sets `flushIntervalMs`: the time from the first message after a flush to the next flush. */
  override configure(name: string, value: number): void {
    if (name === 'flushIntervalMs') this.flushIntervalMs = value;
  }

  onCount(message: MessageOf<typeof metrics, 'count'>): void {
    this.collect(message.name).count(message.name, message.by, this.now);
  }

  onGauge(message: MessageOf<typeof metrics, 'gauge'>): void {
    this.collect(message.name).gauge(message.name, message.value, this.now);
  }

  onObserve(message: MessageOf<typeof metrics, 'observe'>): void {
    this.collect(message.name).observe(message.name, message.value, this.now);
  }

  onLog(message: MessageOf<typeof metrics, 'log'>): void {
    this.collect(message.source).log({ at: this.now, ...message });
  }

  onRead(message: MessageOf<typeof metrics, 'read'>): void {
    const collection = message.scope === 'runtime' ? this.runtime : this.application;
    this.reply(this.requestToken, metrics.receives.read, { collection: collection.save() });
  }

  override onTimer(timer: number): void {
    if (timer === this.application.timer && this.application.flushDue) this.flush('application', this.application);
    if (timer === this.runtime.timer && this.runtime.flushDue) this.flush('runtime', this.runtime);
  }

  snapshot(): State {
    return { application: this.application.save(), runtime: this.runtime.save() };
  }

  restore(state: State): void {
    this.application.load(state.application);
    this.runtime.load(state.runtime);
  }

  /** The half that a name belongs to. Starts its flush timer, so nothing is flushed while nothing arrives. */
  private collect(name: string): Collection {
    const collection = name.startsWith(RUNTIME_PREFIX) ? this.runtime : this.application;
    if (!collection.flushDue) {
      collection.flushDue = true;
      this.startTimer(collection.timer, this.flushIntervalMs);
    }
    return collection;
  }

  private flush(scope: 'application' | 'runtime', collection: Collection): void {
    collection.flushes++;
    this.send(telemetry.receives.flush, {
      scope,
      flush: collection.flushes,
      at: this.now,
      series: collection.series,
      logs: collection.logs,
      dropped: collection.dropped,
    });
    collection.flushed();
  }
}
