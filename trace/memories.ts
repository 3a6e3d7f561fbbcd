/**
 * The trace memories of a system's VMs, as their host keeps them: a small one for each VM, the flight recorder, which is there for as long as
 * the host is, and a larger one while somebody follows or records.
 */
import type { VmName } from '../protocol/names.js';
import { allocateTrace, HEADER_BYTES, SERIAL_WORD, type TraceBuffer, TraceReader, TraceWriter } from './memory.js';

/**
 * How a host sees what a VM writes. shared: in shared memory. here: in the host's own thread. told: not at all, so the VM sends it, and the
 * host keeps it in memory of its own: that has all but what a lost VM had not sent.
 */
export type TraceSight = 'shared' | 'here' | 'told';

/** The two memories of a VM. What was sent from one may arrive when the other is in use. */
export type TraceMemoryName = 'flight' | 'session';

/** Where a VM is to write: memory that its host sees, or so many bytes of its own. */
export type TraceSpace = TraceBuffer | number;

/** While somebody follows: several of the largest frames, and much more than a television at 60 frames sends between two readings. */
const SESSION_BYTES = 4 << 20;
/** A state is one record, which takes half of the memory at most. */
export const STATE_BYTES_MAX = SESSION_BYTES >> 1;

/** One memory of one VM. */
export class TraceStore {
  readonly memory: TraceBuffer;
  private writer: TraceWriter | null = null;
  /** Serial number of the last record that was taken, as its VM counts. */
  private last = -1;
  /** What the VM counts less, since it began after former incarnations of it. */
  private before = 0;

  constructor(
    bytes: number,
    private readonly sight: TraceSight,
  ) {
    this.memory = allocateTrace(bytes, sight === 'shared');
  }

  get space(): TraceSpace {
    return this.sight === 'told' ? this.memory.byteLength - HEADER_BYTES : this.memory;
  }

  /** Takes what a VM has sent. What it missed itself is missed here. */
  take(records: Uint8Array): void {
    this.writer ??= new TraceWriter(this.memory);
    const view = new DataView(records.buffer, records.byteOffset, records.length);
    for (let at = 0; at < records.length; ) {
      const length = view.getUint32(at, true);
      const serial = view.getUint32(at + 4 * SERIAL_WORD, true) | 0;
      if (((serial - this.last) | 0) <= 0) this.before = (this.before + this.last + 1 - serial) | 0;
      this.last = serial;
      this.writer.append(records.subarray(at, at + length), (this.before + serial) | 0);
      at += length;
    }
  }
}

export class TraceMemories {
  private readonly flights = new Map<VmName, TraceStore>();
  private readonly sessions = new Map<VmName, TraceStore>();

  /**
   * @param sight of the VMs besides the host's own
   * @param flightBytes for each VM, a power of two; 0 for no flight recorder
   * @param sessionBytes for each VM while somebody follows or records, a power of two
   */
  constructor(
    private readonly sight: TraceSight,
    private readonly flightBytes: number,
    private readonly sessionBytes = SESSION_BYTES,
  ) {}

  private create(vm: VmName, bytes: number): TraceStore {
    return new TraceStore(bytes, vm === 'host' ? 'here' : this.sight);
  }

  /** The flight recorder of a VM: the same for all its incarnations. Null when there is none. */
  flight(vm: VmName): TraceStore | null {
    if (this.flightBytes === 0) return null;
    return getOrAdd(this.flights, vm, () => this.create(vm, this.flightBytes));
  }

  /** What a VM needs for its flight recorder. @param bounded whether tracing may cost only a share of the time */
  flightOf(vm: VmName, bounded: boolean): { readonly space: TraceSpace | null; readonly bounded: boolean } {
    return { space: this.flight(vm)?.space ?? null, bounded };
  }

  /** The last records of a VM, oldest first: what came before something went wrong. */
  recent(vm: VmName, records: number): readonly Uint8Array[] {
    const stores = [this.flights.get(vm), this.sessions.get(vm)].flatMap((store) => (store ? [store] : []));
    const last: Uint8Array[] = [];
    for (const { memory } of stores) {
      const starts: { readonly bytes: Uint8Array; readonly at: number; readonly length: number }[] = [];
      const visit = (bytes: Uint8Array, at: number, length: number) => {
        starts.push({ bytes, at, length });
        if (starts.length > records) starts.shift();
      };
      new TraceReader(memory).read(visit, () => {});
      last.push(...starts.map(({ bytes, at, length }) => bytes.slice(at, at + length)));
    }
    return last.slice(-records);
  }

  /** What a VM has while somebody follows. */
  session(vm: VmName): TraceStore {
    return getOrAdd(this.sessions, vm, () => this.create(vm, this.sessionBytes));
  }

  /** Nobody follows any more. */
  endSession(vm: VmName): void {
    this.sessions.delete(vm);
  }

  /** Takes what a VM has sent, whose memory the host does not see. */
  take(vm: VmName, memory: TraceMemoryName, records: Uint8Array): void {
    (memory === 'flight' ? this.flights : this.sessions).get(vm)?.take(records);
  }
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
