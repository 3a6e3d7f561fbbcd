/**
 * Signs of life that a VM leaves for its host: a few words of memory, shared where memory can be, which say whether it is busy, how far it
 * has got, and at what.
 *
 *   word   0      1       2         3       4        5       6..7       8..9
 *        +------+-------+---------+-------+--------+-------+----------+----------+
 *        | busy | count | address | index | source | attempts | position | sequence |
 *        +------+-------+---------+-------+--------+-------+----------+----------+
 *
 * Where memory is not shared they are told instead (progress-teller.ts, told-progress.ts).
 *
 * The catch: plain stores, since every frame makes some. What they say is certain only once the thread that made them is gone.
 */

import { Standstill } from '../contract/fault.js';
import type { ProgressReading } from '../contract/progress.js';

const BUSY = 0;
const COUNT = 1;
const ADDRESS = 2;
const INDEX = 3;
const SOURCE = 4;
const ATTEMPTS = 5;
/** In 64-bit words. */
const POSITION = 3;
const SEQUENCE = 4;
const BYTES = 40;

/** @param memory from `Progress.allocate` */
export function readProgress(memory: SharedArrayBuffer | ArrayBuffer): ProgressReading {
  const words = new Int32Array(memory, 0, 6);
  const numbers = new Float64Array(memory);
  return {
    busy: words[BUSY] !== 0,
    count: words[COUNT],
    place: {
      address: words[ADDRESS],
      position: numbers[POSITION],
      index: words[INDEX],
      source: words[SOURCE],
      sequence: numbers[SEQUENCE],
      attempts: words[ATTEMPTS],
      certain: true,
    },
  };
}

/** Tells of what is done here whoever does not see the memory. */
export interface Teller {
  /** Every step is told. */
  each: boolean;
  /** Something was begun. */
  changed(): void;
  /** What was begun is done. */
  done(): void;
  /** What begins next is told, however soon. */
  tellNext(): void;
  end(): void;
}

/** The VM's end. */
export class Progress {
  private readonly words: Int32Array;
  private readonly numbers: Float64Array;
  private count = 0;
  private ended = false;

  static allocate(shared: boolean): SharedArrayBuffer | ArrayBuffer {
    return shared ? new SharedArrayBuffer(BYTES) : new ArrayBuffer(BYTES);
  }

  /** @param teller where the host does not see the memory */
  constructor(
    memory: SharedArrayBuffer | ArrayBuffer,
    private readonly teller: Teller | null = null,
  ) {
    this.words = new Int32Array(memory, 0, 6);
    this.numbers = new Float64Array(memory);
  }

  /** An actor begins to handle frames that are in the journal from `position` on. @param attempts of the first of them, before */
  atFrames(address: number, position: number, attempts: number): void {
    this.begin(address, position, 0, 0, attempts);
  }

  /** A port begins to handle a frame. */
  atPortFrame(address: number, source: number, sequence: number): void {
    this.teller?.tellNext();
    this.begin(address, -1, source, sequence, 0);
  }

  /** An actor is about to handle frames again: no new entry of the journal says so. */
  again(): void {
    this.teller?.tellNext();
  }

  /** Whether the host is to know of every step, to know for certain what hangs. */
  tellEach(each: boolean): void {
    if (this.teller) this.teller.each = each;
  }

  /** The frame of the batch with this number is begun. */
  readonly frame = (index: number): void => {
    if (this.ended) return;
    this.words[INDEX] = index;
    this.advance();
    this.teller?.changed();
  };

  /** What was begun is done. */
  done(): void {
    if (this.ended) return;
    this.words[BUSY] = 0;
    this.advance();
    this.teller?.done();
  }

  /** For what a party does besides handling frames. */
  during<T>(address: number, call: () => T): T {
    return this.atFrame(address, -1, 0, call);
  }

  /** The same, when it is put down to the frame that is in the journal at `position`. */
  atFrame<T>(address: number, position: number, attempts: number, call: () => T): T {
    this.begin(address, position, 0, 0, attempts);
    try {
      const result = call();
      this.done();
      return result;
    } catch (error) {
      if (!Standstill.in(error)) this.done();
      throw error;
    }
  }

  /** The VM stands still, or is gone: what goes on in it all the same is no sign of life. */
  end(): void {
    this.ended = true;
    this.teller?.end();
  }

  private begin(address: number, position: number, source: number, sequence: number, attempts: number): void {
    if (this.ended) return;
    const { words, numbers } = this;
    words[ADDRESS] = address;
    words[INDEX] = 0;
    words[SOURCE] = source;
    words[ATTEMPTS] = attempts;
    numbers[POSITION] = position;
    numbers[SEQUENCE] = sequence;
    words[BUSY] = 1;
    this.advance();
    this.teller?.changed();
  }

  private advance(): void {
    this.count = (this.count + 1) | 0;
    this.words[COUNT] = this.count;
  }
}
