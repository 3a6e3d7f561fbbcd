/** Tests only of the simulation's links: delay and faults are drawn from a seed, and never cost a frame. */
import { describe, expect, it } from 'vitest';
import type { LinkEnds } from '../../bus/link.js';
import { Random } from '../../bus/random.js';
import { createRing } from '../../bus/ring-link.js';
import { createDirection, type Delay, type LinkFaults, type Schedule, SeededLink } from '../../host-shim/sim/transport.js';
import { frameNumber, numberedFrame } from './frames.js';

/** A clock that stands still until it is run. */
class Agenda {
  now = 0;
  private readonly entries: { at: number; order: number; run: () => void }[] = [];
  private order = 0;

  readonly schedule = (delayMicros: number, run: () => void): void => {
    this.entries.push({ at: this.now + delayMicros, order: this.order++, run });
    this.entries.sort((a, b) => a.at - b.at || a.order - b.order);
  };

  /** Runs what is due next. @returns false when there is nothing */
  step(): boolean {
    const next = this.entries.shift();
    if (!next) return false;
    this.now = next.at;
    next.run();
    return true;
  }
}

interface SeededOptions {
  readonly seed: number;
  readonly sharedMemory: boolean;
  readonly capacityBytes?: number;
  readonly delay?: Delay;
  readonly faults?: LinkFaults;
}

function open(
  { seed, sharedMemory, capacityBytes, delay = { minMicros: 0, maxMicros: 0 }, faults }: SeededOptions,
  schedule: Schedule,
): LinkEnds {
  const direction = () =>
    createDirection(sharedMemory ? createRing(capacityBytes) : null, { random: new Random(seed), schedule, delay, faults });
  const [there, back] = [direction(), direction()];
  return { writer: new SeededLink(back, there, [], capacityBytes).writer, reader: new SeededLink(there, back, [], capacityBytes).reader };
}

interface Passage {
  /** Arrival of each frame: its number and when. */
  readonly arrivals: [number: number, at: number][];
  readonly refused: number;
}

/** Sends numbered frames, a flush every now and then, and drains whenever woken. */
function pass(options: SeededOptions, count: number): Passage {
  const agenda = new Agenda();
  const { writer, reader } = open(options, agenda.schedule);
  const random = new Random(3);
  const arrivals: [number, number][] = [];
  let written = 0;
  let blocked = false;
  const write = (): void => {
    blocked = false;
    for (let burst = 1 + random.integer(5); burst > 0 && written < count && !blocked; burst--) {
      const frame = numberedFrame(written, 20 + random.integer(80));
      blocked = !writer.write(frame, 0, frame.length);
      if (!blocked) written++;
    }
    writer.flush();
    if (!blocked && written < count) agenda.schedule(100, write);
  };
  writer.onRoom = write;
  reader.onFrames = () => {
    do {
      reader.drain((bytes, at, length) => arrivals.push([frameNumber(bytes, at, length), agenda.now]) > 0, 3);
    } while (!reader.sleep());
  };
  reader.sleep();
  write();
  while (agenda.step());
  return { arrivals, refused: writer.stats.refused };
}

const numbers = (passage: Passage): number[] => passage.arrivals.map(([number]) => number);
const ascending = Array.from({ length: 300 }, (_, i) => i);

describe.each([true, false])('a link of the simulation, shared memory %s', (sharedMemory) => {
  it('delays within its bounds and keeps the order all the same', () => {
    const passage = pass({ sharedMemory, seed: 4, delay: { minMicros: 50, maxMicros: 5000 } }, 300);
    expect(numbers(passage)).toEqual(ascending);
    // A ring only delays its doorbells: a reader that is awake sees what is there.
    expect(new Set(passage.arrivals.map(([, at]) => at)).size).toBeGreaterThan(sharedMemory ? 3 : 20);
    expect(passage.arrivals[0][1]).toBeGreaterThanOrEqual(50);
  });

  it('repeats a run from its seed, and differs with another', () => {
    const options = { sharedMemory, delay: { minMicros: 0, maxMicros: 900 }, faults: { refuseRate: 0.1 } };
    const first = pass({ ...options, seed: 11 }, 300);
    expect(pass({ ...options, seed: 11 }, 300)).toEqual(first);
    expect(pass({ ...options, seed: 12 }, 300)).not.toEqual(first);
  });

  it('refuses writes for a while without losing a frame', () => {
    const passage = pass({ sharedMemory, seed: 5, faults: { refuseRate: 0.2, refuseMicrosMax: 700 } }, 300);
    expect(passage.refused).toBeGreaterThan(20);
    expect(numbers(passage)).toEqual(ascending);
  });

  it('is bounded', () => {
    const passage = pass({ sharedMemory, seed: 6, capacityBytes: 1024, delay: { minMicros: 1000, maxMicros: 2000 } }, 300);
    expect(passage.refused).toBeGreaterThan(10);
    expect(numbers(passage)).toEqual(ascending);
  });

  it('changes one byte after the length when it is told to, and none otherwise', () => {
    const damagedBytes = (corruptRate: number): number[] => {
      const agenda = new Agenda();
      const { writer, reader } = open({ seed: 8, sharedMemory, faults: { corruptRate } }, agenda.schedule);
      const frame = numberedFrame(1, 64);
      const pristine = frame.slice();
      for (let i = 0; i < 200; i++) writer.write(frame, 0, frame.length);
      writer.flush();
      while (agenda.step());
      const counts: number[] = [];
      reader.drain((bytes, at, length) => {
        expect(bytes.slice(at, at + 4)).toEqual(pristine.slice(0, 4));
        counts.push(pristine.filter((byte, i) => byte !== bytes[at + i]).length);
        return length === 64;
      }, 200);
      expect(frame).toEqual(pristine);
      return counts;
    };
    expect(damagedBytes(1)).toEqual(Array(200).fill(1));
    expect(damagedBytes(0)).toEqual(Array(200).fill(0));
    expect(new Set(damagedBytes(0.5))).toEqual(new Set([0, 1]));
  });
});
