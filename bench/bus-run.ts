/** The running application of world.ts: sends and counts for the benchmarks of messages. */

import { startSystem } from '../actors/application/system.js';
import type { Port } from '../actors/vm/port/port.js';
import { createNodeHost, detectCapabilities } from '../host-shim/node/index.js';
import { pacer } from './protocol/generated/pacer.js';
import { sender } from './protocol/generated/sender.js';
import { stopwatch } from './protocol/generated/stopwatch.js';
import { actorSpecs, jsDefinition, parties, wasmDefinition } from './world.js';

export class BusRun {
  private finished: (sum: number) => void = () => {};
  private paced: (roundsMs: number[]) => void = () => {};
  private readonly port: Port<typeof stopwatch>;
  private readonly host;

  /** @param flightBytes of each VM's flight recorder; as an application has it when not given */
  constructor(flightBytes?: number) {
    this.host = createNodeHost({
      capabilities: detectCapabilities(),
      console: 'off',
      flightBytes,
      parties,
      vms: {
        js: { entry: new URL('./entries/js-vm.js', import.meta.url), load: async () => jsDefinition },
        wasm: {
          entry: new URL('./entries/wasm-vm.js', import.meta.url),
          load: async () => wasmDefinition(new URL('./wasm-actors/', import.meta.url)),
        },
      },
    });
    this.port = this.host.vm.openPort<typeof stopwatch>(stopwatch, {
      onFinished: ({ sum }) => this.finished(sum),
      onPaced: ({ roundsMs }) => this.paced(roundsMs),
    });
  }

  start() {
    return startSystem(this.host, { parties, actors: actorSpecs, placement: 'sender=js,receiver=wasm', portVms: { pacer: 'js' } });
  }

  /** @returns milliseconds for all samples @throws when not all of them were handled */
  async send(samples: number, expected: number): Promise<number> {
    const finished = new Promise<number>((resolve) => {
      this.finished = resolve;
    });
    const started = performance.now();
    this.port.send(sender.receives.start, { samples });
    const sum = await finished;
    if (sum !== expected) throw new Error('the bus: not every sample was handled');
    return performance.now() - started;
  }

  /** @returns milliseconds of each round */
  pace(rounds: number): Promise<number[]> {
    const paced = new Promise<number[]>((resolve) => {
      this.paced = resolve;
    });
    this.port.send(pacer.receives.pace, { rounds });
    return paced;
  }
}
