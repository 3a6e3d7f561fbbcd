/**
 * No lost wake-up, whatever the order of events: random interleavings of write, flush, drain, sleep and the arrival of each single
 * message on its way. The ends of the ring run on two threads, so actions of one end also come between any two atomic operations
 * of the other. At the end both sides act on wake-ups only, and still everything must arrive.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { LinkEnds, PortLike } from '../../bus/link.js';
import { PortReader, PortWriter } from '../../bus/port-link.js';
import { Random } from '../../bus/random.js';
import { createRing, RingReader, RingWriter } from '../../bus/ring-link.js';
import { createDirection, SeededLink } from '../../host-shim/sim/transport.js';
import { frameNumber, numberedFrame } from './frames.js';

const CAPACITY_BYTES = 1024;
const SEED = 20_261;
const RUNS = 600;

/** A link whose messages arrive one at a time, on command. */
interface HandDriven extends LinkEnds {
  /** Lets one message arrive, if there is one on its way. @returns false when there is none */
  arrive(): boolean;
}

function handDrivenPorts(): { ports: [PortLike, PortLike]; arrive(): boolean } {
  const onTheirWay: (() => void)[] = [];
  const closed = () => {};
  const first: PortLike = { onmessage: null, close: closed, postMessage: (data) => void onTheirWay.push(() => second.onmessage?.(data)) };
  const second: PortLike = { onmessage: null, close: closed, postMessage: (data) => void onTheirWay.push(() => first.onmessage?.(data)) };
  return { ports: [first, second], arrive: () => runFirst(onTheirWay) };
}

function runFirst(queue: (() => void)[]): boolean {
  const run = queue.shift();
  run?.();
  return run !== undefined;
}

/** As the simulation has it, with spells of refusals. */
function seeded(memory: SharedArrayBuffer | null): HandDriven {
  const queue: (() => void)[] = [];
  const schedule = (_delayMicros: number, run: () => void): void => void queue.push(run);
  const carriage = { random: new Random(5), schedule, delay: { minMicros: 0, maxMicros: 0 }, faults: { refuseRate: 0.05 } };
  const there = createDirection(memory, carriage);
  const back = createDirection(memory && createRing(CAPACITY_BYTES), carriage);
  return {
    writer: new SeededLink(back, there, [], CAPACITY_BYTES).writer,
    reader: new SeededLink(there, back, [], CAPACITY_BYTES).reader,
    arrive: () => runFirst(queue),
  };
}

const links: Record<string, () => HandDriven> = {
  ring() {
    const { ports, arrive } = handDrivenPorts();
    const memory = createRing(CAPACITY_BYTES);
    return { writer: new RingWriter(memory, ports[0]), reader: new RingReader(memory, ports[1]), arrive };
  },
  port() {
    const { ports, arrive } = handDrivenPorts();
    return { writer: new PortWriter(ports[0], CAPACITY_BYTES), reader: new PortReader(ports[1], CAPACITY_BYTES), arrive };
  },
  'seeded ring': () => seeded(createRing(CAPACITY_BYTES)),
  'seeded port': () => seeded(null),
};

/** Two parties that use a link as the contract says, and count. */
class Conversation {
  written = 0;
  received = 0;
  wakings = 0;
  private awake = true;
  private blocked = false;

  constructor(private readonly link: HandDriven) {
    link.reader.onFrames = () => {
      expect(this.awake).toBe(false);
      this.wakings++;
      this.awake = true;
    };
    link.writer.onRoom = () => {
      expect(this.blocked).toBe(true);
      this.blocked = false;
    };
  }

  write(bytes: number): void {
    if (this.blocked) return;
    const frame = numberedFrame(this.written, bytes);
    if (this.link.writer.write(frame, 0, bytes)) this.written++;
    else this.blocked = true;
  }

  drain(framesMax: number, stopAfter: number): void {
    if (!this.awake) return;
    let offered = 0;
    this.link.reader.drain((bytes, at, length) => {
      if (offered++ === stopAfter) return false;
      expect(frameNumber(bytes, at, length)).toBe(this.received);
      this.received++;
      return true;
    }, framesMax);
  }

  sleep(): void {
    if (this.awake && this.link.reader.sleep()) this.awake = false;
  }

  /** Runs on wake-ups alone until nothing moves. */
  finish(): void {
    this.link.writer.flush();
    do {
      this.drain(1000, -1);
      this.sleep();
    } while (this.awake || this.link.arrive());
  }

  get quiet(): boolean {
    return !this.awake && !this.blocked;
  }
}

type Step =
  | { readonly do: 'write'; readonly bytes: number }
  | { readonly do: 'drain'; readonly framesMax: number; readonly stopAfter: number }
  | { readonly do: 'flush' | 'sleep' | 'arrive' };

const writerStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('write' as const), bytes: fc.integer({ min: 8, max: 250 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
);
const readerStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('drain' as const), framesMax: fc.nat(9), stopAfter: fc.integer({ min: -1, max: 5 }) }),
  fc.record({ do: fc.constant('sleep' as const) }),
);
const arrival: fc.Arbitrary<Step> = fc.record({ do: fc.constant('arrive' as const) });
const anyStep = fc.oneof({ weight: 9, arbitrary: writerStep }, { weight: 6, arbitrary: readerStep }, { weight: 4, arbitrary: arrival });

function perform(step: Step, link: HandDriven, conversation: Conversation): void {
  if (step.do === 'write') conversation.write(step.bytes);
  else if (step.do === 'drain') conversation.drain(step.framesMax, step.stopAfter);
  else if (step.do === 'flush') link.writer.flush();
  else if (step.do === 'sleep') conversation.sleep();
  else link.arrive();
}

/** Counts what the runs of a property met: a property that never blocks or wakes would prove nothing. */
const tally = { refused: 0, wakings: 0, interruptions: 0 };

function conclude(link: HandDriven, conversation: Conversation): void {
  conversation.finish();
  expect(conversation.received).toBe(conversation.written);
  expect(conversation.quiet).toBe(true);
  tally.refused += link.writer.stats.refused;
  tally.wakings += conversation.wakings;
}

describe.each(Object.entries(links))('link under every order of things: %s', (_name, open) => {
  it('loses no frame and no wake-up', () => {
    tally.refused = tally.wakings = 0;
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 20, maxLength: 150, size: 'max' }), (steps) => {
        const link = open();
        const conversation = new Conversation(link);
        for (const step of steps) perform(step, link, conversation);
        conclude(link, conversation);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    expect(tally.refused).toBeGreaterThan(RUNS);
    expect(tally.wakings).toBeGreaterThan(RUNS);
  });
});

describe('ring whose other end acts between any two atomic operations', () => {
  const names = ['load', 'store', 'exchange', 'or'] as const;
  const originals = names.map((name) => Atomics[name]);
  let untilInterruption = -1;
  let interrupt = (): void => {};

  /** Runs `action`, and `interruption` in the middle of it: before its atomic operation number `before`, if it gets that far. */
  function interrupted(action: () => void, before: number, interruption: () => void): void {
    untilInterruption = before;
    interrupt = interruption;
    action();
    untilInterruption = -1;
  }

  function watchAtomics(): void {
    names.forEach((name, i) => {
      const original = originals[i] as (...operands: unknown[]) => unknown;
      Object.assign(Atomics, {
        [name]: (...operands: unknown[]) => {
          if (untilInterruption-- === 0) {
            tally.interruptions++;
            interrupt();
          }
          return original(...operands);
        },
      });
    });
  }

  afterEach(() => {
    names.forEach((name, i) => void Object.assign(Atomics, { [name]: originals[i] }));
  });

  it('loses no frame and no wake-up', () => {
    tally.refused = tally.wakings = tally.interruptions = 0;
    watchAtomics();
    const before = fc.nat(7);
    const pair = fc.oneof(
      fc.record({ outer: writerStep, inner: fc.array(readerStep, { minLength: 1, maxLength: 4 }), before }),
      fc.record({ outer: readerStep, inner: fc.array(writerStep, { minLength: 1, maxLength: 8 }), before }),
      fc.record({ outer: arrival, inner: fc.constant([]), before }),
    );
    fc.assert(
      fc.property(fc.array(pair, { minLength: 20, maxLength: 120, size: 'max' }), (pairs) => {
        const link = links.ring();
        const conversation = new Conversation(link);
        for (const { outer, inner, before: position } of pairs) {
          interrupted(
            () => perform(outer, link, conversation),
            position,
            () => {
              for (const step of inner) perform(step, link, conversation);
            },
          );
        }
        conclude(link, conversation);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    expect(tally.refused).toBeGreaterThan(RUNS);
    expect(tally.wakings).toBeGreaterThan(RUNS);
    expect(tally.interruptions).toBeGreaterThan(RUNS);
  });
});
