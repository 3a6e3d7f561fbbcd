/**
 * Signs of life that a VM leaves for its host: a few words of memory, shared where possible, which say whether it is busy, how far it has
 * got, and what it is busy with.
 *
 *   word   0      1       2         3       4        5          6..7       8..9
 *        +------+-------+---------+-------+--------+----------+----------+----------+
 *        | busy | count | address | index | source | attempts | position | sequence |
 *        +------+-------+---------+-------+--------+----------+----------+----------+
 *
 * Where memory is not shared, a ProgressTeller posts them to a ToldProgress instead.
 *
 * The catch: these are plain stores, since every frame makes some. They are certain only once the thread that made them is gone.
 */

import { readU32 } from '../../../protocol/frame.js';
import type { Address, Position, Sequence } from '../../../protocol/names.js';
import { Standstill } from '../../contract/fault.js';
import type { Clock, TimerHandle, Timers } from '../../contract/host.js';
import type { ProgressListener, ProgressReading } from '../../contract/progress.js';

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

/** The VM's end of the progress memory. */
export class Progress {
  private readonly words: Int32Array;
  private readonly numbers: Float64Array;
  private count = 0;
  private ended = false;

  static allocate(shared: boolean): SharedArrayBuffer | ArrayBuffer {
    return shared ? new SharedArrayBuffer(BYTES) : new ArrayBuffer(BYTES);
  }

  /** @param teller present where the host does not see the memory */
  constructor(
    memory: SharedArrayBuffer | ArrayBuffer,
    private readonly teller: ProgressTeller | null = null,
  ) {
    this.words = new Int32Array(memory, 0, 6);
    this.numbers = new Float64Array(memory);
  }

  /** An actor begins to handle frames that are in the journal from `position` on. @param attempts earlier attempts at the first of them */
  atFrames(address: Address, position: Position, attempts: number): void {
    if (attempts > 0) this.teller?.tellNext();
    this.begin(address, position, 0, 0, attempts);
  }

  /** A port begins to handle a frame. */
  atPortFrame(address: Address, source: Address, sequence: Sequence): void {
    this.teller?.tellNext();
    this.begin(address, -1, source, sequence, 0);
  }

  /** An actor is about to handle frames again: no new entry of the journal says so. */
  again(): void {
    this.teller?.tellNext();
  }

  /** Whether the host hears of every step, so that it knows for certain what hangs. */
  tellEach(each: boolean): void {
    if (this.teller) this.teller.each = each;
  }

  /** The frame with this number in the batch begins. */
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

  /** Marks what a party does besides handling frames. */
  during<T>(address: Address, call: () => T): T {
    this.teller?.tellNext();
    return this.atFrame(address, -1, 0, call);
  }

  /** Marks work that counts as part of the frame at `position` in the journal. */
  atFrame<T>(address: Address, position: Position, attempts: number, call: () => T): T {
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

  /** The VM stands still, or is gone: if something in it still goes on, that is no sign of life. */
  end(): void {
    this.ended = true;
    this.teller?.end();
  }

  private begin(address: Address, position: Position, source: Address, sequence: Sequence, attempts: number): void {
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

/** A quarter of the shortest sensible time for a hang; and 40 messages a second cost nothing. */
export const TELL_MS = 25;

/**
 * Tells the host of a VM how far the VM has got, where the host does not see it in shared memory. A message posted in the middle of a turn
 * leaves the thread at once, so a slow thread is heard of, and one that loops is not.
 *
 *   an actor begins a batch ──> the journal entry says so
 *   a port begins a frame ────> told
 *   a party is made or saved ─> told
 *   a frame is tried again ───> told
 *   progress ──┬── `TELL_MS` after the last telling ──> told
 *              ├── the end of what was told to be begun ──> told
 *              └── else: told by a timer, when the event loop turns
 *
 * The catch: the end of a batch is known `TELL_MS` late. A loop that begins before that, outside of any message, is blamed on the batch.
 */
export class ProgressTeller {
  /** True when every step is told. */
  each = false;
  private toldMicros = Number.NEGATIVE_INFINITY;
  private toldBusy = false;
  private untold = false;
  private timer: TimerHandle;
  private waiting = false;
  private ended = false;

  constructor(
    private readonly memory: SharedArrayBuffer | ArrayBuffer,
    private readonly clock: Clock,
    private readonly timers: Timers,
    private readonly listener: ProgressListener,
  ) {}

  /** Something was begun. */
  changed(): void {
    const passedMicros = this.clock.nowMicros() - this.toldMicros;
    // The clock may have been set back.
    if (this.each || passedMicros < 0 || passedMicros >= TELL_MS * 1000) this.tell();
    else this.tellSoon();
  }

  /** What was begun is done. */
  done(): void {
    if (this.toldBusy) this.tell();
    else this.changed();
  }

  /** Makes sure that what begins next is told, however soon. */
  tellNext(): void {
    this.toldMicros = Number.NEGATIVE_INFINITY;
  }

  end(): void {
    this.ended = true;
    this.timers.clear(this.timer);
  }

  private tell(): void {
    if (this.ended) return;
    const { busy, count, place } = readProgress(this.memory);
    this.toldMicros = this.clock.nowMicros();
    this.toldBusy = busy;
    this.untold = false;
    this.listener({ busy, count, place: place && { ...place, certain: this.each || place.source !== 0 || place.attempts > 0 } });
  }

  private tellSoon(): void {
    this.untold = true;
    if (this.waiting || this.ended) return;
    this.waiting = true;
    this.timer = this.timers.set(TELL_MS, () => {
      this.waiting = false;
      if (this.untold) this.tell();
    });
  }
}

/**
 * How far a VM has got, by what its host was told: what the VM told last, or the batch that it has journaled since.
 *
 * The catch: what was told must be taken in the same order, including journal entries.
 */
export class ToldProgress {
  private last: ProgressReading = { busy: false, count: 0, place: null };
  private count = 0;

  readonly told = (reading: ProgressReading): void => {
    this.last = reading;
    this.count++;
  };

  /** A batch begins. @param entry as for the journal's mirror @param position its position in the journal */
  journaled(entry: Uint8Array, position: Position): void {
    const place = { address: readU32(entry, 0), position, index: 0, source: 0, sequence: 0, attempts: 0, certain: false };
    this.told({ busy: true, count: 0, place });
  }

  /** @param asked whether the VM owes an answer: otherwise what it told last may merely be old, and it is not busy any more */
  read(asked: boolean): ProgressReading {
    return { ...this.last, busy: this.last.busy && asked, count: this.count };
  }
}
