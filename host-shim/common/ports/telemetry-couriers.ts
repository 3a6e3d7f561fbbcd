/** Delivers what the telemetry port is given, one body of each scope at a time. */
import type { Timers } from '../../../actors/contract/host.js';
import { isA } from '../../../actors/contract/thrown.js';
import { TELEMETRY_ATTEMPTS_MAX, TELEMETRY_LOGS_WAITING_MAX, TELEMETRY_RETRY_MS } from '../../limits.js';
import { type Flush, LOGS_PATH, type OtlpRequest, type OtlpResource, toOtlp } from '../../otlp.js';
import { wordsOf } from './error-words.js';

export interface TelemetryPortOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly timers: Timers;
  /** URL of the backend: `v1/metrics` and `v1/logs` are below it. */
  readonly backendUrl: URL;
  readonly resource: OtlpResource;
  /** Longest time that the backend may take: after that the body is sent again later. */
  readonly timeoutMs: number;
  /** Called with one line about what the backend did not accept, and why. */
  readonly onTrouble?: (trouble: string) => void;
}

/** Counts bodies: one of metrics and one of logs for each flush that has them. */
export interface TelemetryPort {
  readonly delivered: number;
  /** Bodies neither delivered nor replaced by a later flush. */
  readonly dropped: number;
  /** Data points and log records that the backend rejected in bodies that it accepted. */
  readonly rejected: number;
}

type Counts = { -readonly [K in keyof TelemetryPort]: TelemetryPort[K] };

/** The backend answered that it will not accept this body, now or later. */
class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Statuses after which a body is sent again, according to the OTLP specification ("Retryable Response Codes"). */
const RETRYABLE: readonly number[] = [429, 502, 503, 504];

/** One for each scope. */
export class Couriers {
  private readonly byScope = new Map<string, Courier>();
  private ended = false;

  constructor(
    private readonly options: TelemetryPortOptions,
    private readonly counts: Counts,
  ) {}

  take(flush: Flush): void {
    const courier = this.byScope.get(flush.scope) ?? new Courier(this.options, this.counts);
    this.byScope.set(flush.scope, courier);
    courier.take(flush);
    if (this.ended) courier.end();
  }

  /** What waits is sent once more. */
  end(): void {
    this.ended = true;
    for (const courier of this.byScope.values()) courier.end();
  }
}

/** Delivers the flushes of one scope. */
class Courier {
  private waiting: OtlpRequest[] = [];
  private attempts = 0;
  private posting = false;
  private timer: unknown = null;
  private ended = false;

  constructor(
    private readonly options: TelemetryPortOptions,
    private readonly counts: Counts,
  ) {}

  take(flush: Flush): void {
    const logs = this.waiting.filter(({ path }) => path === LOGS_PATH);
    const kept = logs.slice(-TELEMETRY_LOGS_WAITING_MAX + 1);
    if (kept.length < logs.length) this.drop(logs.length - kept.length, 'more log records wait for it than are kept');
    this.waiting = [...kept, ...toOtlp(flush, this.options.resource)];
    this.attempts = 0;
    this.options.timers.clear(this.timer);
    void this.post();
  }

  end(): void {
    this.ended = true;
    this.options.timers.clear(this.timer);
    void this.post();
  }

  private leave(): void {
    if (this.waiting.length > 0) this.drop(this.waiting.length, 'its port has closed');
    this.waiting = [];
  }

  /** Never rejects. */
  private async post(): Promise<void> {
    if (this.posting) return;
    this.posting = true;
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      if (!(await this.postOne(next))) break;
    }
    this.posting = false;
    if (this.ended) this.leave();
  }

  /** @returns false when the body must be sent again later */
  private async postOne(request: OtlpRequest): Promise<boolean> {
    try {
      await this.send(request);
      this.counts.delivered++;
    } catch (error) {
      if (!isA(error, Refusal)) return this.failed(error);
      this.drop(1, error.message);
    }
    this.waiting = this.waiting.filter((other) => other !== request);
    this.attempts = 0;
    return true;
  }

  private failed(error: unknown): boolean {
    if (this.ended) return false;
    this.attempts++;
    if (this.attempts < TELEMETRY_ATTEMPTS_MAX) {
      if (this.attempts === 1) this.tell(`${wordsOf(error)}; it is tried again`);
      this.timer = this.options.timers.set(TELEMETRY_RETRY_MS * 2 ** (this.attempts - 1), () => void this.post());
      return false;
    }
    this.drop(this.waiting.length, wordsOf(error));
    this.waiting = [];
    return false;
  }

  /** @throws Refusal when the backend will never accept the body; another error when it did not this time */
  private async send({ path, body }: OtlpRequest): Promise<void> {
    const { fetch, backendUrl, timeoutMs } = this.options;
    const url = new URL(`.${path}`, backendUrl);
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (RETRYABLE.includes(response.status)) throw new Error(`${url} answers ${response.status}`);
    if (!response.ok) throw new Refusal(`${url} answers ${response.status}`);
    this.noteRejected(text);
  }

  private noteRejected(answer: string): void {
    const { rejected, message } = rejectedIn(answer);
    this.counts.rejected += rejected;
    if (rejected > 0) this.tell(`${rejected} data points or log records were rejected: ${message || 'it does not say why'}`);
    else if (message) this.tell(message);
  }

  private drop(bodies: number, why: string): void {
    this.counts.dropped += bodies;
    this.tell(`${bodies} dropped: ${why}`);
  }

  private tell(trouble: string): void {
    this.options.onTrouble?.(`telemetry backend: ${trouble}`);
  }
}

/** Reads a partial success from an answer of status 200. A backend that answers something else has accepted everything. */
function rejectedIn(answer: string): { readonly rejected: number; readonly message: string } {
  try {
    const { partialSuccess } = JSON.parse(answer) ?? {};
    // 64-bit integers are strings in the JSON mapping.
    const rejected = Number(partialSuccess?.rejectedDataPoints ?? partialSuccess?.rejectedLogRecords ?? 0);
    return { rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0, message: String(partialSuccess?.errorMessage ?? '') };
  } catch {
    return { rejected: 0, message: '' };
  }
}
