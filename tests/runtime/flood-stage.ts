/** The system of the torrent and the brook on any host, and what the gauge sees of it. */

import type { System } from '../../actors/application/supervised-system.js';
import { startSystem } from '../../actors/application/system.js';
import type { Host } from '../../actors/contract/host.js';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
import type { Port } from '../../actors/vm/port/port.js';
import type { Vm } from '../../actors/vm/vm.js';
import { openTimerPort } from '../../host-shim/common/ports/timer.js';
import { brook, bytesOf, gauge, parties, torrent } from './flood-world.js';

/** On a busy machine a thread may take long to come back. */
const PATIENCE_MS = 60_000;

export class FloodStage {
  /** Bytes of what has come to the gauge. */
  readonly loads: number[] = [];
  readonly changes: SystemChange[] = [];
  readonly gauge: Port<typeof gauge>;
  private started: System | null = null;

  constructor(host: Host & { readonly vm: Vm }) {
    openTimerPort(host.vm, host.timers);
    this.gauge = host.vm.openPort(gauge, {
      onLoad: (water) => void this.loads.push(bytesOf(water)),
      onTorrentTide: (water) => void this.loads.push(bytesOf(water)),
      onHush() {},
    });
  }

  async start(host: Host, placement = 'js'): Promise<void> {
    const actors = [torrent, brook].map((schema) => ({ schema, twins: { js: true, wasm: true } }));
    this.started = await startSystem(host, { parties, actors, placement });
    this.started.onChange((change) => this.changes.push(change));
  }

  get system(): System {
    if (!this.started) throw new Error('the stage is not open');
    return this.started;
  }

  flood(way: string, count = 0): void {
    this.gauge.send(torrent.receives.flood, { way, count });
  }

  /** Asks the neighbour. */
  async ask(count: number): Promise<number> {
    const ask = () => this.gauge.request(brook.receives.ping, {}, { deadlineMs: PATIENCE_MS });
    const answers = await Promise.allSettled(Array.from({ length: count }, ask));
    return answers.filter(({ status }) => status === 'fulfilled').length;
  }

  /** What the torrent counts: requests that it has made, those that it was told have failed, and timers that have fired. */
  tally(): Promise<{ asked: number; failed: number; fired: number }> {
    return this.gauge.request(torrent.receives.tally, {});
  }

  /** States of the VMs. */
  get states(): readonly string[] {
    return this.system.vms.map(({ state }) => state);
  }

  get crashes() {
    return this.changes.flatMap((change) => (change.type === 'crash' ? [change.report] : []));
  }
}
