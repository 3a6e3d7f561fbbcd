/**
 * The link over a message port: batches of frames in transferred buffers, for where memory cannot be shared.
 *
 *   writer                                     reader
 *     | write, write, flush                      |
 *     | ------ ArrayBuffer: frame frame ... ---> |  queued until drained
 *     | <----- number: bytes released --------   |  in steps, and all that there are before the reader sleeps
 *     | ------ null: closed ------------------>  |  (either end)
 *
 * Back-pressure is a window of bytes that are on their way or wait to be drained. Each batch costs a little more than its frames,
 * so that many small ones are bounded too. The largest frame is half the window, and the reader acknowledges at least every quarter.
 * So a writer that waits is always told: its frame fits once half of the window has been given back.
 *
 * The port ends with either thread, so the writer keeps posted frames until they are released. The next writer, to another reader,
 * begins with them.
 *
 * The catch: a batch arrives only when the reader's event loop turns, however long it polls.
 */

import { DecodeError } from '../protocol/errors.js';
import { frameLength, LENGTH_BYTES } from '../protocol/frame.js';
import { FRAME_BYTES_MAX, RING_BYTES } from '../protocol/limits.js';
import type { Position } from '../protocol/names.js';
import { Copier } from './copier.js';
import type { FrameSink, LinkReader, LinkStats, LinkWriter, PortLike, ReaderRetention, WriterRetention } from './link.js';

/** A batch of this size is posted, flushed or not. */
const BATCH_BYTES = 64 << 10;
/** Cost of a batch in addition to its frames: a message, a buffer and their places in a queue. */
const BATCH_COST_BYTES = 256;
const WINDOW_BYTES_MIN = 4 * BATCH_COST_BYTES;
/** So many released bytes are acknowledged at once: few messages for a stream of small frames, and little to send again after a loss. */
const ACKNOWLEDGE_BYTES_MAX = 64 << 10;

function checkedWindow(windowBytes: number): number {
  if (windowBytes < WINDOW_BYTES_MIN) throw new RangeError(`window of ${windowBytes} bytes`);
  return windowBytes;
}

/** Batches that were posted and not released; the oldest may be released in part. */
class Posted {
  private readonly batches: Uint8Array[] = [];
  /** Released bytes of the oldest batch. */
  private at = 0;

  add(batch: Uint8Array): void {
    this.batches.push(batch);
  }

  /** @param bytes as the reader counts them: frames, and after the last frame of a batch its cost */
  release(bytes: number): void {
    for (let left = bytes; left > 0 && this.batches.length > 0; ) {
      const oldest = this.batches[0].length - this.at + BATCH_COST_BYTES;
      if (left < oldest) {
        this.at += left;
        return;
      }
      left -= oldest;
      this.batches.shift();
      this.at = 0;
    }
  }

  get left(): Uint8Array[] {
    return this.batches.map((batch, i) => (i === 0 ? batch.subarray(this.at) : batch));
  }
}

export class PortWriter implements LinkWriter, WriterRetention {
  onRoom: (() => void) | null = null;
  readonly stats: LinkStats = { frames: 0, bytes: 0, refused: 0, doorbells: 0 };
  closed = false;
  private readonly windowBytes: number;
  private readonly frameBytesMax: number;
  private readonly posted = new Posted();
  /** The batch that is being filled; copied out when posted, so that a waiting batch holds no more memory than its frames. */
  private readonly batch = new Copier(new Uint8Array(BATCH_BYTES));
  private batchBytes = 0;
  private postedBytes = 0;
  private unacknowledgedBytes = 0;
  /** Bytes that the refused write needs, 0 when none waits. */
  private wantedBytes = 0;

  /**
   * @param windowBytes the same at both ends
   * @param unreleased frames that the former reader had not released, to be sent again
   */
  constructor(
    private readonly port: PortLike,
    windowBytes = RING_BYTES,
    unreleased: readonly Uint8Array[] = [],
  ) {
    this.windowBytes = checkedWindow(windowBytes);
    this.frameBytesMax = Math.min(FRAME_BYTES_MAX, (windowBytes >> 1) - BATCH_COST_BYTES);
    port.onmessage = (data) => this.receive(data);
    for (const frames of unreleased) {
      for (let at = 0; at < frames.length; at += frameLength(frames, at)) this.write(frames, at, frameLength(frames, at));
    }
    this.flush();
  }

  write(bytes: Uint8Array, at: number, length: number): boolean {
    if (length > this.frameBytesMax || length !== frameLength(bytes, at)) throw new RangeError(`frame of ${length} bytes`);
    if (this.closed || !this.hasRoom(length)) {
      this.flush();
      this.wantedBytes = length;
      this.stats.refused++;
      return false;
    }
    if (this.batchBytes + length > BATCH_BYTES) this.flush();
    if (length > BATCH_BYTES) {
      this.post(bytes, at, length);
    } else {
      this.batch.copy(bytes, at, length, this.batchBytes);
      this.batchBytes += length;
    }
    this.stats.frames++;
    this.stats.bytes += length;
    return true;
  }

  flush(): void {
    if (this.batchBytes === 0) return;
    this.post(this.batch.target, 0, this.batchBytes);
    this.batchBytes = 0;
  }

  get position(): Position {
    return this.postedBytes;
  }

  close(): void {
    if (this.closed) return;
    this.flush();
    this.closed = true;
    this.port.postMessage(null);
    this.port.close();
  }

  detach(): void {
    this.close();
  }

  unreleased(): readonly Uint8Array[] {
    return this.posted.left;
  }

  pending(): readonly Uint8Array[] {
    return this.posted.left;
  }

  private hasRoom(length: number): boolean {
    return this.unacknowledgedBytes + this.batchBytes + length + BATCH_COST_BYTES <= this.windowBytes;
  }

  private post(bytes: Uint8Array, at: number, length: number): void {
    const batch = new Uint8Array(bytes.subarray(at, at + length));
    this.posted.add(batch);
    this.postedBytes += length + BATCH_COST_BYTES;
    this.unacknowledgedBytes += length + BATCH_COST_BYTES;
    this.stats.doorbells++;
    const { buffer } = new Uint8Array(batch);
    this.port.postMessage(buffer, [buffer]);
  }

  private receive(data: unknown): void {
    if (this.closed) return;
    if (typeof data === 'number') {
      this.unacknowledgedBytes -= data;
      this.posted.release(data);
    } else this.closed = true;
    if (this.wantedBytes === 0 || !(this.closed || this.hasRoom(this.wantedBytes))) return;
    this.wantedBytes = 0;
    this.onRoom?.();
  }
}

export class PortReader implements LinkReader, ReaderRetention {
  onFrames: (() => void) | null = null;
  retains = false;
  private readonly crowdedBytes: number;
  private readonly acknowledgeBytes: number;
  private readonly batches: Uint8Array[] = [];
  /** Offset of the next frame in the oldest batch. */
  private at = 0;
  private receivedBytes = 0;
  private takenBytes = 0;
  private releasedBytes = 0;
  private acknowledgedBytes = 0;
  private sleeping = false;
  private shut = false;
  private writerClosed = false;

  constructor(
    private readonly port: PortLike,
    windowBytes = RING_BYTES,
  ) {
    this.crowdedBytes = checkedWindow(windowBytes) >> 2;
    this.acknowledgeBytes = Math.min(this.crowdedBytes, ACKNOWLEDGE_BYTES_MAX);
    port.onmessage = (data) => this.receive(data);
  }

  drain(sink: FrameSink, framesMax: number): number {
    this.sleeping = false;
    let taken = 0;
    while (taken < framesMax && this.batches.length > 0) {
      const batch = this.batches[0];
      const length = this.lengthAt(batch);
      if (!sink(batch, this.at, length)) break;
      taken++;
      this.at += length;
      this.takenBytes += length;
      if (this.at === batch.length) this.finishBatch();
      if (!this.retains) this.release();
    }
    return taken;
  }

  get empty(): boolean {
    return this.batches.length === 0;
  }

  get published(): number {
    return this.receivedBytes;
  }

  reached(position: Position): boolean {
    return this.takenBytes >= position;
  }

  get closed(): boolean {
    return this.shut || this.writerClosed;
  }

  sleep(): boolean {
    this.sleeping = this.empty;
    if (this.sleeping) this.acknowledge();
    return this.sleeping;
  }

  get asleep(): boolean {
    return this.sleeping;
  }

  release(): void {
    this.releaseTo(this.takenBytes);
  }

  mark(): () => void {
    const { takenBytes } = this;
    return () => this.releaseTo(takenBytes);
  }

  get crowded(): boolean {
    return this.takenBytes - this.releasedBytes > this.crowdedBytes;
  }

  close(): void {
    if (this.shut) return;
    this.shut = true;
    this.batches.length = 0;
    this.port.postMessage(null);
    this.port.close();
  }

  detach(): void {
    this.close();
  }

  private lengthAt(batch: Uint8Array): number {
    const rest = batch.length - this.at;
    const length = rest < LENGTH_BYTES ? LENGTH_BYTES : frameLength(batch, this.at);
    if (length > FRAME_BYTES_MAX) this.fail('too long');
    if (length > rest) this.fail('truncated');
    return length;
  }

  private fail(problem: 'too long' | 'truncated'): never {
    this.close();
    throw new DecodeError(problem, 0);
  }

  private finishBatch(): void {
    this.batches.shift();
    this.at = 0;
    this.takenBytes += BATCH_COST_BYTES;
  }

  /** Acknowledges in steps, so that small frames do not cost a message each. */
  private releaseTo(takenBytes: number): void {
    this.releasedBytes = Math.max(this.releasedBytes, takenBytes);
    if (this.releasedBytes - this.acknowledgedBytes >= this.acknowledgeBytes) this.acknowledge();
  }

  private acknowledge(): void {
    if (this.shut || this.releasedBytes === this.acknowledgedBytes) return;
    this.port.postMessage(this.releasedBytes - this.acknowledgedBytes);
    this.acknowledgedBytes = this.releasedBytes;
  }

  private receive(data: unknown): void {
    if (this.shut) return;
    if (data instanceof ArrayBuffer) {
      this.batches.push(new Uint8Array(data));
      this.receivedBytes += data.byteLength + BATCH_COST_BYTES;
    } else this.writerClosed = true;
    if (!this.sleeping) return;
    this.sleeping = false;
    this.onFrames?.();
  }
}
