/** Messages from the JavaScript VM to the Wasm VM, one way and round trip, beside Comlink and postMessage between two workers. */
import { BusRun } from './bus-run.js';
import { Rivals } from './rivals/rivals.js';
import { median, race, ratio } from './rounds.js';
import { weightOfFirst } from './sample.js';

export interface MessageSizes {
  readonly rounds: number;
  /** Samples per round; the slower contenders send fewer. */
  readonly busSamples: number;
  readonly objectSamples: number;
  readonly callSamples: number;
  /** Many short rounds, because a round trip depends most on whether the two threads share a core, and that changes all the time. */
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
  /** Median, in microseconds. */
  readonly roundTripMicros: number;
  readonly postMessageRoundTripMicros: number;
  readonly roundTripVsPostMessage: number;
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
