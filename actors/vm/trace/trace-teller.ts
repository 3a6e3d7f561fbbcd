/** Tells the host what was traced: that there is something to read, or, where it does not see the memory, the records themselves. */
import type { TraceMemoryName } from '../../../trace/memories.js';
import { type TraceBuffer, TraceReader } from '../../../trace/memory.js';
import type { VmEvents } from '../../contract/events.js';
import type { Host } from '../../contract/host.js';

/** The host hears whenever this share of the memory was written: the rest is for what comes until it reads. */
const TOLD_SHARE = 0.25;

/** What a lost VM had traced in this time is gone with it. */
const TELL_MS = 100;

const NO_RECORDS = new Uint8Array(0);

export class TraceTeller {
  private readonly reader: TraceReader | null;
  private readonly every: number;
  private toldAt = 0;
  private endBeat: () => void = () => {};

  /** @param told whether the host does not see the memory */
  constructor(
    private readonly events: VmEvents,
    private readonly memory: TraceMemoryName,
    buffer: TraceBuffer,
    told: boolean,
  ) {
    this.reader = told ? new TraceReader(buffer) : null;
    this.every = buffer.byteLength * TOLD_SHARE;
  }

  /** Where the host does not see the memory, it is sent what little there is, ten times a second. */
  beginBeat(beat: Host['beat'] | undefined): void {
    if (this.reader && beat) this.endBeat = beat(TELL_MS, () => void this.tell());
  }

  end(): void {
    this.endBeat();
  }

  /** @param bytes written so far */
  wrote(bytes: number): void {
    if (bytes - this.toldAt < this.every) return;
    this.toldAt = bytes;
    void this.collected();
  }

  /** Resolves when the host has taken all that was written until now out of the memory. */
  async collected(): Promise<void> {
    if (this.reader) await this.tell();
    else await this.events.report({ type: 'trace', memory: this.memory, records: NO_RECORDS });
  }

  /** Resolves when the host has all that was written until now. Where it sees the memory, it has. */
  async tell(): Promise<void> {
    if (!this.reader) return;
    const records = collect(this.reader);
    if (records.length > 0) await this.events.report({ type: 'trace', memory: this.memory, records });
  }
}

/** @returns the records since the last call, one after another, in a buffer of their own */
function collect(reader: TraceReader): Uint8Array {
  const pieces: Uint8Array[] = [];
  reader.read(
    (bytes, at, length) => pieces.push(bytes.subarray(at, at + length)),
    () => {},
  );
  const records = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    records.set(piece, at);
    at += piece.length;
  }
  return records;
}
