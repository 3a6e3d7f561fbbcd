/**
 * The link within one thread: for simulation, tests, and devices without workers. Delay and faults are drawn from a seed, time comes
 * from the host, so a run can be repeated exactly.
 *
 * Each flush sends the written frames as one batch, which arrives after a delay. Batches keep their order whatever their delays are:
 * every arrival lets in the oldest batch on its way. Frames are never lost or doubled. Faults are refusals for a while, as from a full
 * link, and, only where decoding is to be tested, a changed byte after a frame's length field.
 */
import { frameLength, LENGTH_BYTES } from '../protocol/frame.js';
import { FRAME_BYTES_MAX, RING_BYTES } from '../protocol/limits.js';
import type { FrameSink, LinkEnds, LinkReader, LinkStats, LinkWriter } from './link.js';
import { Random } from './random.js';
import type { ReaderRetention, WriterRetention } from './retention.js';

/** Faults of a link. Probabilities are per write, and 0 when left out. */
export interface ThreadLinkFaults {
  /** Probability that a spell of refusals begins. */
  readonly refuseRate?: number;
  /** Longest spell of refusals; 10 ms when left out. */
  readonly refuseMicrosMax?: number;
  /** Probability that one byte of the frame is changed. */
  readonly corruptRate?: number;
}

export interface ThreadLinkOptions {
  readonly seed: number;
  /** Runs `run` after a delay in microseconds, never at once. */
  readonly schedule: (delayMicros: number, run: () => void) => void;
  /** Time that a batch is on its way; none when left out. */
  readonly delay?: { readonly minMicros: number; readonly maxMicros: number };
  readonly capacityBytes?: number;
  readonly faults?: ThreadLinkFaults;
}

const REFUSE_MICROS_DEFAULT_MAX = 10_000;

/** What is between the two ends. */
class Wire {
  readonly onTheirWay: Uint8Array[][] = [];
  /** Arrived frames, including taken ones until they are released. */
  readonly arrived: Uint8Array[] = [];
  readonly capacityBytes: number;
  usedBytes = 0;
  /** Frames since the link was opened. */
  sent = 0;
  /** Bytes that a refused write needs, 0 when none waits. */
  wantedBytes = 0;
  writerClosed = false;
  readerClosed = false;
  roomCame = (): void => {};
  batchCame = (): void => {};
  private readonly random: Random;
  /** A generator of its own, so that the times of frames do not depend on when room was given back. */
  private readonly roomRandom: Random;

  constructor(private readonly options: ThreadLinkOptions) {
    this.random = new Random(options.seed);
    this.roomRandom = new Random(options.seed + 1);
    this.capacityBytes = options.capacityBytes ?? RING_BYTES;
  }

  later(run: () => void, random = this.random): void {
    const { minMicros, maxMicros } = this.options.delay ?? { minMicros: 0, maxMicros: 0 };
    this.options.schedule(minMicros + random.integer(maxMicros - minMicros + 1), run);
  }

  /** All frames that were sent and not released, oldest first. */
  get frames(): Uint8Array[] {
    return [...this.arrived, ...this.onTheirWay.flat()];
  }

  /** Forgets all frames. Batches on their way arrive empty. */
  clear(): void {
    for (const batch of this.onTheirWay) batch.length = 0;
    this.arrived.length = 0;
    this.usedBytes = 0;
    this.giveRoom();
  }

  private giveRoom(): void {
    if (this.wantedBytes > 0) this.later(() => this.roomCame(), this.roomRandom);
  }

  /** Gives back the room of the oldest frames. @returns their bytes */
  release(frames: number): number {
    let bytes = 0;
    for (const frame of this.arrived.splice(0, frames)) bytes += frame.length;
    this.usedBytes -= bytes;
    this.giveRoom();
    return bytes;
  }

  send(batch: Uint8Array[]): void {
    this.sent += batch.length;
    this.onTheirWay.push(batch);
    this.later(() => {
      this.arrived.push(...(this.onTheirWay.shift() as Uint8Array[]));
      this.batchCame();
    });
  }

  /** May begin a spell of refusals. @returns true when it did; `ended` will be called */
  drawRefusal(ended: () => void): boolean {
    const { refuseRate = 0, refuseMicrosMax = REFUSE_MICROS_DEFAULT_MAX } = this.options.faults ?? {};
    if (refuseRate === 0 || !this.random.chance(refuseRate)) return false;
    this.options.schedule(1 + this.random.integer(refuseMicrosMax), ended);
    return true;
  }

  /** May change a byte. The length field stays, so the frame arrives and its decoder must notice. */
  drawCorruption(frame: Uint8Array): void {
    const rate = this.options.faults?.corruptRate ?? 0;
    if (rate === 0 || frame.length === LENGTH_BYTES || !this.random.chance(rate)) return;
    frame[LENGTH_BYTES + this.random.integer(frame.length - LENGTH_BYTES)] ^= 1 + this.random.integer(255);
  }
}

class ThreadWriter implements LinkWriter, WriterRetention {
  onRoom: (() => void) | null = null;
  readonly stats: LinkStats = { frames: 0, bytes: 0, refused: 0, doorbells: 0 };
  private readonly frameBytesMax: number;
  private batch: Uint8Array[] = [];
  private refusing = false;

  constructor(private readonly wire: Wire) {
    this.frameBytesMax = Math.min(FRAME_BYTES_MAX, wire.capacityBytes >> 1);
    wire.roomCame = () => this.wake();
  }

  get closed(): boolean {
    return this.wire.writerClosed || this.wire.readerClosed;
  }

  write(bytes: Uint8Array, at: number, length: number): boolean {
    if (length > this.frameBytesMax || length !== frameLength(bytes, at)) throw new RangeError(`frame of ${length} bytes`);
    this.refusing ||= this.wire.drawRefusal(() => this.endRefusing());
    if (this.closed || !this.hasRoom(length)) {
      this.flush();
      this.wire.wantedBytes = length;
      this.stats.refused++;
      return false;
    }
    const frame = bytes.slice(at, at + length);
    this.wire.drawCorruption(frame);
    this.wire.usedBytes += length;
    this.batch.push(frame);
    this.stats.frames++;
    this.stats.bytes += length;
    return true;
  }

  flush(): void {
    if (this.batch.length === 0) return;
    this.wire.send(this.batch);
    this.batch = [];
  }

  get position(): number {
    return this.wire.sent;
  }

  close(): void {
    if (this.wire.writerClosed) return;
    this.flush();
    this.wire.writerClosed = true;
    this.wire.later(() => this.wire.batchCame());
  }

  detach(): void {
    this.close();
  }

  unreleased(): readonly Uint8Array[] {
    return this.wire.frames;
  }

  pending(): readonly Uint8Array[] {
    return this.wire.frames;
  }

  private hasRoom(length: number): boolean {
    return !this.refusing && this.wire.usedBytes + length <= this.wire.capacityBytes;
  }

  private endRefusing(): void {
    this.refusing = false;
    this.wake();
  }

  private wake(): void {
    if (this.wire.wantedBytes === 0 || !(this.closed || this.hasRoom(this.wire.wantedBytes))) return;
    this.wire.wantedBytes = 0;
    this.onRoom?.();
  }
}

class ThreadReader implements LinkReader, ReaderRetention {
  onFrames: (() => void) | null = null;
  retains = false;
  /** Number of frames taken and not released: the first of those that have arrived. */
  private taken = 0;
  private takenBytes = 0;
  private released = 0;
  private sleeping = false;

  constructor(
    private readonly wire: Wire,
    private readonly writerStats: LinkStats,
  ) {
    wire.batchCame = () => this.wake();
  }

  get closed(): boolean {
    return this.wire.readerClosed || (this.wire.writerClosed && this.wire.onTheirWay.length === 0);
  }

  get empty(): boolean {
    return this.wire.readerClosed || this.wire.arrived.length === this.taken;
  }

  get crowded(): boolean {
    return this.takenBytes > this.wire.capacityBytes >> 2;
  }

  drain(sink: FrameSink, framesMax: number): number {
    this.sleeping = false;
    let taken = 0;
    try {
      while (taken < framesMax && !this.empty) {
        const frame = this.wire.arrived[this.taken];
        if (!sink(frame, 0, frame.length)) break;
        this.taken++;
        this.takenBytes += frame.length;
        taken++;
      }
    } finally {
      if (!this.retains) this.release();
    }
    return taken;
  }

  get published(): number {
    return this.released + this.wire.arrived.length;
  }

  reached(position: number): boolean {
    return this.released + this.taken >= position;
  }

  release(): void {
    this.releaseTo(this.released + this.taken);
  }

  mark(): () => void {
    const until = this.released + this.taken;
    return () => this.releaseTo(until);
  }

  sleep(): boolean {
    this.sleeping = this.empty;
    return this.sleeping;
  }

  get asleep(): boolean {
    return this.sleeping;
  }

  close(): void {
    if (this.wire.readerClosed) return;
    this.wire.readerClosed = true;
    this.wire.later(() => this.wire.roomCame());
  }

  detach(): void {
    this.close();
  }

  /** Acts as if it had been opened again: unreleased frames are handed out once more. */
  rewind(): void {
    this.taken = 0;
    this.takenBytes = 0;
  }

  get waiting(): readonly Uint8Array[] {
    return this.wire.frames.slice(this.taken);
  }

  /** Forgets the drained frames: marks of them give nothing back. */
  forget(): void {
    this.released += this.taken;
    this.wire.sent = this.released;
    this.rewind();
  }

  /** @param until number of frames since the link was opened */
  private releaseTo(until: number): void {
    const frames = Math.min(until - this.released, this.taken);
    if (frames <= 0) return;
    this.takenBytes -= this.wire.release(frames);
    this.released += frames;
    this.taken -= frames;
  }

  private wake(): void {
    if (!this.sleeping || (this.empty && !this.closed)) return;
    this.sleeping = false;
    this.writerStats.doorbells++;
    this.onFrames?.();
  }
}

export interface ThreadLink extends LinkEnds {
  /** Hands out drained and unreleased frames again, as to a reader that is opened again after its thread was lost. */
  rewind(): void;
  /** Forgets all sent and unreleased frames, as a link outside shared memory does when its writer's thread was lost. */
  clear(): void;
  /** Frames that were flushed and have not been drained, oldest first. */
  waiting(): readonly Uint8Array[];
}

export function createThreadLink(options: ThreadLinkOptions): ThreadLink {
  const wire = new Wire(options);
  const writer = new ThreadWriter(wire);
  const reader = new ThreadReader(wire, writer.stats);
  const clear = (): void => {
    reader.forget();
    wire.clear();
  };
  return { writer, reader, rewind: () => reader.rewind(), clear, waiting: () => reader.waiting };
}
