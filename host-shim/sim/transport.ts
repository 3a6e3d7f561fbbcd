/**
 * Links of the simulation: the rings and message ports of the other hosts, in one thread. Messages of a port arrive after a delay that is
 * drawn from a seed: the doorbell of a ring, or a batch where memory is not shared. Faults are drawn, too: a writer refuses frames for a
 * while, like a full link, and, only where decoding is to be tested, changes a byte after a frame's length field.
 *
 *   VmLinks ─── SeededWriter ─── RingWriter ═══ memory ═══ RingReader ─── VmLinks
 *                                     └─ SeededPort ~~ delay ~~▶ ┘ doorbell
 *
 * The catch: a reader that is awake sees what a ring has at once, as threads do. Only who sleeps waits for the doorbell.
 */
import type { LinkEnds, LinkStats, PortLike, RetainingReader, RetainingWriter } from '../../bus/link.js';
import { PortReader, PortWriter } from '../../bus/port-link.js';
import type { Random } from '../../bus/random.js';
import { RingReader, RingWriter } from '../../bus/ring-link.js';
import { LENGTH_BYTES } from '../../protocol/frame.js';

/** Probabilities are per write, and 0 when left out. */
export interface LinkFaults {
  /** That a spell of refusals begins. */
  readonly refuseRate?: number;
  /** The longest such spell; 10 ms when left out. */
  readonly refuseMicrosMax?: number;
  /** That one byte of the frame is changed. */
  readonly corruptRate?: number;
}

/** A range of microseconds, both ends within. */
export interface Delay {
  readonly minMicros: number;
  readonly maxMicros: number;
}

export const drawDelay = ({ minMicros, maxMicros }: Delay, random: Random): number => minMicros + random.integer(maxMicros - minMicros + 1);

/** Runs `run` after a delay in microseconds, never at once. */
export type Schedule = (delayMicros: number, run: () => void) => void;

export interface Carriage {
  readonly random: Random;
  readonly schedule: Schedule;
  /** How long a message of a port is on its way. */
  readonly delay: Delay;
  readonly faults?: LinkFaults;
}

const REFUSE_MICROS_DEFAULT_MAX = 10_000;

/** One end of a message channel. Messages keep their order whatever their delays are: every arrival lets in the oldest one on its way. */
class SeededPort implements PortLike {
  onmessage: ((data: unknown) => void) | null = null;
  private peer!: SeededPort;
  private closed = false;
  private readonly onTheirWay: unknown[] = [];

  private constructor(private readonly carriage: Carriage) {}

  static pair(carriage: Carriage): readonly [SeededPort, SeededPort] {
    const [one, other] = [new SeededPort(carriage), new SeededPort(carriage)];
    one.peer = other;
    other.peer = one;
    return [one, other];
  }

  postMessage(message: unknown): void {
    if (this.closed) return;
    const { schedule, delay, random } = this.carriage;
    this.onTheirWay.push(message);
    schedule(drawDelay(delay, random), () => this.peer.receive(this.onTheirWay.shift()));
  }

  close(): void {
    this.closed = true;
  }

  private receive(message: unknown): void {
    if (!this.closed) this.onmessage?.(message);
  }
}

/** A writer as an application's VM has it, with faults to order, which can end as a thread does: at once. */
class SeededWriter implements RetainingWriter {
  onRoom: (() => void) | null = null;
  private refusing = false;
  /** A write was refused that the link itself had room for. */
  private waits = false;
  private lost = false;

  constructor(
    private readonly inner: RetainingWriter,
    private readonly carriage: Carriage,
  ) {
    inner.onRoom = () => this.onRoom?.();
  }

  write(bytes: Uint8Array, at: number, length: number): boolean {
    if (this.lost) return false;
    this.refusing ||= this.drawRefusal();
    if (!this.refusing) return this.corrupts(length) ? this.writeCorrupted(bytes, at, length) : this.inner.write(bytes, at, length);
    this.waits = true;
    this.stats.refused++;
    return false;
  }

  flush(): void {
    if (!this.lost) this.inner.flush();
  }

  get stats(): LinkStats {
    return this.inner.stats;
  }

  get closed(): boolean {
    return this.lost || this.inner.closed;
  }

  get position(): number {
    return this.inner.position;
  }

  unreleased(): readonly Uint8Array[] {
    return this.inner.unreleased();
  }

  pending(): readonly Uint8Array[] {
    return this.inner.pending();
  }

  close(): void {
    if (!this.lost) this.inner.close();
  }

  detach(): void {
    if (!this.lost) this.inner.detach();
  }

  /** Its thread has ended: what was not flushed is gone. */
  lose(): void {
    this.lost = true;
  }

  /** Begins a spell of refusals, perhaps. */
  private drawRefusal(): boolean {
    const { random, schedule, faults = {} } = this.carriage;
    const { refuseRate = 0, refuseMicrosMax = REFUSE_MICROS_DEFAULT_MAX } = faults;
    if (refuseRate === 0 || !random.chance(refuseRate)) return false;
    schedule(1 + random.integer(refuseMicrosMax), () => this.endRefusing());
    return true;
  }

  private endRefusing(): void {
    this.refusing = false;
    if (!this.waits || this.lost) return;
    this.waits = false;
    this.onRoom?.();
  }

  private corrupts(length: number): boolean {
    const rate = this.carriage.faults?.corruptRate ?? 0;
    return rate > 0 && length > LENGTH_BYTES && this.carriage.random.chance(rate);
  }

  /** The length field stays: the frame arrives, and its decoder is to notice. */
  private writeCorrupted(bytes: Uint8Array, at: number, length: number): boolean {
    const { random } = this.carriage;
    const frame = bytes.slice(at, at + length);
    frame[LENGTH_BYTES + random.integer(length - LENGTH_BYTES)] ^= 1 + random.integer(255);
    return this.inner.write(frame, 0, length);
  }
}

/** One direction between two VMs, before it is opened as a link. */
export interface Direction {
  /** Null where memory is not shared. */
  readonly memory: SharedArrayBuffer | null;
  readonly carriage: Carriage;
  readonly ports: readonly [writer: SeededPort, reader: SeededPort];
}

export const createDirection = (memory: SharedArrayBuffer | null, carriage: Carriage): Direction => ({
  memory,
  carriage,
  ports: SeededPort.pair(carriage),
});

export class SeededLink implements LinkEnds {
  readonly writer: SeededWriter;
  readonly reader: RetainingReader;
  private readonly ports: readonly SeededPort[];

  /** @param windowBytes of a link without memory */
  constructor(incoming: Direction, outgoing: Direction, unreleased: readonly Uint8Array[], windowBytes?: number) {
    const [[there], [, here]] = [outgoing.ports, incoming.ports];
    const writer = outgoing.memory ? new RingWriter(outgoing.memory, there) : new PortWriter(there, windowBytes, unreleased);
    this.writer = new SeededWriter(writer, outgoing.carriage);
    this.reader = incoming.memory ? new RingReader(incoming.memory, here) : new PortReader(here, windowBytes);
    this.ports = [there, here];
  }

  /** The VM at this end is lost with its thread: nothing of it is heard any more, not even that it has gone. */
  lose(): void {
    for (const port of this.ports) port.close();
    this.writer.lose();
  }
}
