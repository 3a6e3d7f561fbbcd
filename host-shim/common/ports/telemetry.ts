/**
 * The telemetry port: brings what metrics has gathered to a backend, as OTLP/HTTP JSON. One flush of each scope is on its way at a time.
 * The catch: a flush that finds the one before still on its way, or the backend gone, is dropped and counted: totals make up for
 * it with the next one, its log records are lost.
 */
import type { Vm } from '../../../actors/vm/vm.js';
import { telemetry } from '../../../protocol/generated/telemetry.js';
import { type OtlpResource, toOtlp } from '../../otlp.js';

export interface TelemetryPortOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Of the backend: `v1/metrics` and `v1/logs` are below it. */
  readonly backendUrl: URL;
  readonly resource: OtlpResource;
  /** The backend takes longer than this: the flush is given up. */
  readonly timeoutMs: number;
}

export interface TelemetryPort {
  /** Flushes that the backend has taken whole, and that it has not. */
  readonly delivered: number;
  readonly dropped: number;
}

export function openTelemetryPort(vm: Vm, options: TelemetryPortOptions): TelemetryPort {
  const counts = { delivered: 0, dropped: 0 };
  const underway = new Set<string>();
  vm.openPort<typeof telemetry>(telemetry, {
    onFlush(flush) {
      if (underway.has(flush.scope)) {
        counts.dropped++;
        return;
      }
      underway.add(flush.scope);
      void Promise.all(toOtlp(flush, options.resource).map(({ path, body }) => post(options, path, body)))
        .then(
          () => counts.delivered++,
          () => counts.dropped++,
        )
        .finally(() => {
          underway.delete(flush.scope);
        });
    },
  });
  return counts;
}

/** @throws when the backend did not take it */
async function post({ fetch, backendUrl, timeoutMs }: TelemetryPortOptions, path: string, body: unknown): Promise<void> {
  const url = new URL(`.${path}`, backendUrl);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  await response.arrayBuffer();
}
