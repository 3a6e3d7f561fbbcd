/**
 * The telemetry port: sends what metrics has gathered to a backend as OTLP/HTTP JSON, one body of each scope at a time.
 *
 *   flush ──> bodies that wait ──> POST ──> accepted, whole or in part: rejected items are counted and reported, and not sent again
 *                   ^               │ no answer, 429, 502, 503, 504
 *                   └── waits <─────┘ twice as long each time; after the last attempt all that waits is dropped
 *
 * The catch: waiting totals are replaced by those of the next flush, which include them. Log records are kept, up to a bound. When the port
 * closes, what waits is sent once more, and dropped where that fails.
 */

import { type LoadError, loadPart } from '../../../actors/contract/host.js';
import type { Vm } from '../../../actors/vm/vm.js';
import { telemetry } from '../../../protocol/generated/telemetry.js';
import type { Flush } from '../../otlp.js';
import type { Couriers, TelemetryPort, TelemetryPortOptions } from './telemetry-couriers.js';

export function openTelemetryPort(vm: Vm, options: TelemetryPortOptions): TelemetryPort {
  const delivery = new Delivery(options);
  vm.openPort<typeof telemetry>(telemetry, {
    onFlush: (flush) => void delivery.take(flush),
    onClose: () => delivery.end(),
  });
  return delivery.counts;
}

/** What delivers is loaded with the first flush, which comes seconds after the start. */
class Delivery {
  readonly counts = { delivered: 0, dropped: 0, rejected: 0 };
  private couriers: Promise<Couriers> | null = null;
  private ended = false;

  constructor(private readonly options: TelemetryPortOptions) {}

  /** Never rejects. */
  async take(flush: Flush): Promise<void> {
    this.couriers ??= this.load();
    try {
      (await this.couriers).take(flush);
    } catch (error) {
      this.couriers = null;
      this.counts.dropped++;
      this.options.onTrouble?.(`telemetry: a flush is dropped: ${(error as LoadError).message}`);
    }
  }

  private async load(): Promise<Couriers> {
    const { Couriers } = await loadPart({}, 'what delivers telemetry', import('./telemetry-couriers.js'));
    const couriers = new Couriers(this.options, this.counts);
    if (this.ended) couriers.end();
    return couriers;
  }

  end(): void {
    this.ended = true;
    void this.couriers?.then(
      (couriers) => couriers.end(),
      () => {},
    );
  }
}
