/** Messages from the JavaScript VM to the Wasm VM, one way and there and back, beside Comlink and postMessage between two workers. */

import type { Port } from '../actors/port.js';
import { startSystem } from '../actors/system.js';
import { createNodeHost, detectCapabilities } from '../host-shim/node/index.js';
import { pacer } from './protocol/generated/pacer.js';
import { sender } from './protocol/generated/sender.js';
import { stopwatch } from './protocol/generated/stopwatch.js';
import { Rivals } from './rivals/rivals.js';
import { median, race, ratio } from './rounds.js';
import { weightOfFirst } from './sample.js';
import { actorOrders, jsDefinition, parties, wasmDefinition } from './world.js';

export interface MessageSizes {
  readonly rounds: number;
  /** Per round; the slower contenders send fewer. */
  readonly busSamples: number;
  readonly objectSamples: number;
  readonly callSamples: number;
  /** Many short rounds: whether two threads share a core, which a round trip depends on most, changes from one moment to the next. */
  readonly echoRounds: number;
  readonly echoes: number;
}

export interface MessageFigures {
  /** Messages handled per second. */
  readonly busPerSecond: number;
  readonly objectsPerSecond: number;
  readonly callsPerSecond: number;
  readonly busVsComlink: number;
  readonly busVsPostMessage: number;
  /** Microseconds, p50. */
  readonly roundTripMicros: number;
  readonly postMessageRoundTripMicros: number;
  readonly roundTripVsPostMessage: number;
}

/** The application of world.ts, running. */
class BusRun {
  private finished: (sum: number) => void = () => {};
  private paced: (roundsMs: number[]) => void = () => {};
  private readonly port: Port<typeof stopwatch>;
  private readonly host = createNodeHost({
    capabilities: detectCapabilities(),
    parties,
    vms: {
      js: { entry: new URL('./entries/js-vm.js', import.meta.url), load: async () => jsDefinition },
      wasm: {
        entry: new URL('./entries/wasm-vm.js', import.meta.url),
        load: async () => wasmDefinition(new URL('./wasm-actors/', import.meta.url)),
      },
    },
  });

  constructor() {
    this.port = this.host.vm.openPort<typeof stopwatch>(stopwatch, {
      onFinished: ({ sum }) => this.finished(sum),
      onPaced: ({ roundsMs }) => this.paced(roundsMs),
    });
  }

  start() {
    return startSystem(this.host, { parties, actors: actorOrders, placement: 'sender=js,receiver=wasm', portVms: { pacer: 'js' } });
  }

  /** @returns milliseconds for so many samples. @throws when not all of them were handled */
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

export async function measureMessages({
  rounds,
  busSamples,
  objectSamples,
  callSamples,
  echoRounds,
  echoes,
}: MessageSizes): Promise<MessageFigures> {
  const bus = new BusRun();
  const system = await bus.start();
  const rivals = new Rivals();
  try {
    const [busSum, objectSum, callSum] = [busSamples, objectSamples, callSamples].map(weightOfFirst);
    const perSecond = await race(rounds, {
      bus: async () => (busSamples / (await bus.send(busSamples, busSum))) * 1000,
      objects: async () => (objectSamples / (await rivals.send('objects', objectSamples, objectSum))) * 1000,
      calls: async () => (callSamples / (await rivals.send('calls', callSamples, callSum))) * 1000,
    });
    const roundTripMs = await race(echoRounds, {
      bus: async () => median(await bus.pace(echoes)),
      echo: async () => median(await rivals.bounce(echoes)),
    });
    return {
      busPerSecond: median(perSecond.bus),
      objectsPerSecond: median(perSecond.objects),
      callsPerSecond: median(perSecond.calls),
      busVsComlink: ratio(perSecond.bus, perSecond.calls),
      busVsPostMessage: ratio(perSecond.bus, perSecond.objects),
      roundTripMicros: median(roundTripMs.bus) * 1000,
      postMessageRoundTripMicros: median(roundTripMs.echo) * 1000,
      roundTripVsPostMessage: ratio(roundTripMs.bus, roundTripMs.echo),
    };
  } finally {
    await Promise.all([system.stop(), rivals.end()]);
  }
}
