/**
 * Where the slices of a trace lie: a track for each party in each VM. Viewers drop slices of a track that overlap, and find the end of an arrow
 * by the time at which its slice begins. So each slice has microseconds of its own, at least one: many messages of one microsecond, as in
 * the simulation, stand beside each other. The true times are in the arguments.
 */
import type { Address, Microseconds, VmName } from '../../protocol/names.js';

/** A VM is a process of the trace. */
const PROCESSES: Readonly<Record<VmName, number>> = { host: 1, js: 2, wasm: 3, painter: 4 };

/** Slices that a track remembers, to put late ones between them: more than a mailbox holds. What is older is over. */
const SLICES_MAX = 8_192;

/** Part of a track. */
export interface Slice {
  readonly track: Track;
  readonly ts: Microseconds;
  readonly dur: number;
}

export class Track {
  /** Remembered slices, by their time: when they begin and end. */
  private begins: number[] = [];
  private ends: number[] = [];
  /** Nothing begins before this. */
  private floor = 0;

  constructor(
    readonly pid: number,
    readonly tid: Address,
  ) {}

  /**
   * Puts a slice where there is room for it, not before it happened, nor before `after`.
   * @returns it; shorter than it was, but not below a microsecond, when the next one begins earlier
   */
  place(at: Microseconds, endedAt: Microseconds, after: Microseconds): Slice {
    let ts = Math.max(at, this.floor, after + 1);
    let next = this.firstEndingAfter(ts);
    while (next < this.begins.length && this.begins[next] <= ts) ts = this.ends[next++];
    const end = Math.max(ts + 1, endedAt);
    const dur = (next < this.begins.length ? Math.min(end, this.begins[next]) : end) - ts;
    this.keep(next, ts, ts + dur);
    return { track: this, ts, dur };
  }

  /** Index of the first slice that ends after `ts`, or their number. From the end, where almost all go. */
  private firstEndingAfter(ts: Microseconds): number {
    let index = this.ends.length;
    while (index > 0 && this.ends[index - 1] > ts) index--;
    return index;
  }

  private keep(index: number, begin: number, end: number): void {
    this.begins.splice(index, 0, begin);
    this.ends.splice(index, 0, end);
    if (this.begins.length < 2 * SLICES_MAX) return;
    this.floor = this.ends[SLICES_MAX - 1];
    this.begins = this.begins.slice(SLICES_MAX);
    this.ends = this.ends.slice(SLICES_MAX);
  }
}

export class Tracks {
  private readonly tracks = new Map<string, Track>();
  private readonly processes = new Set<VmName>();
  /** VM in which each party was last. */
  private readonly places = new Map<Address, VmName>();

  /**
   * @param nameOf the name of a party
   * @param write takes the events that name what is new
   */
  constructor(
    private readonly nameOf: (party: Address) => string,
    private readonly write: (event: object) => void,
  ) {}

  pidOf(vm: VmName): number {
    const pid = PROCESSES[vm];
    if (this.processes.has(vm)) return pid;
    this.processes.add(vm);
    this.write({ ph: 'M', name: 'process_name', pid, tid: 0, args: { name: `${vm} VM` } });
    this.write({ ph: 'M', name: 'process_sort_index', pid, tid: 0, args: { sort_index: pid } });
    this.write({ ph: 'M', name: 'thread_name', pid, tid: 0, args: { name: 'tracing' } });
    return pid;
  }

  of(vm: VmName, party: Address): Track {
    const key = `${vm} ${party}`;
    this.places.set(party, vm);
    const known = this.tracks.get(key);
    if (known) return known;
    const track = new Track(this.pidOf(vm), party);
    this.tracks.set(key, track);
    this.write({ ph: 'M', name: 'thread_name', pid: track.pid, tid: party, args: { name: this.nameOf(party) } });
    this.write({ ph: 'M', name: 'thread_sort_index', pid: track.pid, tid: party, args: { sort_index: party } });
    return track;
  }

  /** Where a party was last; in the host's VM when nothing was heard of it. */
  placeOf(party: Address): VmName {
    return this.places.get(party) ?? 'host';
  }
}
