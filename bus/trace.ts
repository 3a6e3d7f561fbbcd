/** Headers of the last frames that passed a VM. A crash report reads its cause chain here. Fixed size, no allocation per frame. */
import { CAUSE_SEQUENCE_OFFSET, CAUSE_SOURCE_OFFSET, KIND_OFFSET, SEQUENCE_OFFSET, SOURCE_OFFSET, u53At } from '../protocol/frame.js';
import { CAUSE_CHAIN_MAX } from '../protocol/limits.js';
import type { Address, Kind, Sequence } from '../protocol/names.js';
import { CachedView } from './copier.js';

/** Headers kept per VM: about a second of traffic at 60 frames with 60 messages each. A power of two. */
const TRACE_FRAMES_MAX = 4096;

const COLUMNS = 5;

export interface TracedFrame {
  readonly source: Address;
  readonly sequence: Sequence;
  readonly kind: Kind;
}

export class TraceRing {
  private readonly columns = new Float64Array(TRACE_FRAMES_MAX * COLUMNS);
  private next = 0;
  private readonly kept = new CachedView();

  record(bytes: Uint8Array, at: number): void {
    const { columns } = this;
    const view = this.kept.of(bytes);
    const row = (this.next++ & (TRACE_FRAMES_MAX - 1)) * COLUMNS;
    columns[row] = view.getUint16(at + SOURCE_OFFSET);
    columns[row + 1] = u53At(view, at + SEQUENCE_OFFSET);
    columns[row + 2] = view.getUint16(at + KIND_OFFSET);
    columns[row + 3] = view.getUint16(at + CAUSE_SOURCE_OFFSET);
    columns[row + 4] = u53At(view, at + CAUSE_SEQUENCE_OFFSET);
  }

  /** The frame with this source and sequence, and then its causes, nearest first, as far as they are among the last frames. */
  chain(source: Address, sequence: Sequence): TracedFrame[] {
    const found: TracedFrame[] = [];
    while (source !== 0 && found.length < CAUSE_CHAIN_MAX) {
      const row = this.find(source, sequence);
      if (row < 0) break;
      found.push({ source, sequence, kind: this.columns[row + 2] });
      source = this.columns[row + 3];
      sequence = this.columns[row + 4];
    }
    return found;
  }

  /** Visits the last frames, oldest first. */
  forEach(visit: (source: Address, sequence: Sequence, kind: Kind, causeSource: Address, causeSequence: Sequence) => void): void {
    const { columns } = this;
    for (let i = Math.max(0, this.next - TRACE_FRAMES_MAX); i < this.next; i++) {
      const row = (i & (TRACE_FRAMES_MAX - 1)) * COLUMNS;
      visit(columns[row], columns[row + 1], columns[row + 2], columns[row + 3], columns[row + 4]);
    }
  }

  private find(source: Address, sequence: Sequence): number {
    const oldest = Math.max(0, this.next - TRACE_FRAMES_MAX);
    for (let i = this.next - 1; i >= oldest; i--) {
      const row = (i & (TRACE_FRAMES_MAX - 1)) * COLUMNS;
      if (this.columns[row] === source && this.columns[row + 1] === sequence) return row;
    }
    return -1;
  }
}

/** Counts frames per pair of source and target, to show that none was lost or doubled. */
export class PairCounter {
  private readonly counts = new Map<number, { count: number }>();
  /** The pair that was counted last, kept because frames come in runs. */
  private last = -1;
  private lastCount = { count: 0 };

  /** The sum over all pairs. */
  get total(): number {
    let total = 0;
    for (const { count } of this.counts.values()) total += count;
    return total;
  }

  add(source: Address, target: Address): void {
    const pair = source * 0x1_0000 + target;
    if (pair !== this.last) this.look(pair);
    this.lastCount.count++;
  }

  private look(pair: number): void {
    let counted = this.counts.get(pair);
    if (!counted) this.counts.set(pair, (counted = { count: 0 }));
    this.last = pair;
    this.lastCount = counted;
  }

  /** Counts by `source>target`, with the given names. */
  toRecord(nameOf: (address: Address) => string): Record<string, number> {
    const record: Record<string, number> = {};
    for (const [pair, { count }] of this.counts) record[`${nameOf(Math.floor(pair / 0x1_0000))}>${nameOf(pair & 0xffff)}`] = count;
    return record;
  }
}
