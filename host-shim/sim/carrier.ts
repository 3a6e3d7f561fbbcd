/**
 * Carries every frame of a simulation, local ones too: one in-thread link for each pair of source and target, with its own seeded
 * delays. So the order in which frames arrive depends on the seed and on who sends to whom, and not on which VM an actor lives in.
 */
import type { Vm } from '../../actors/vm/vm.js';
import { openAbsentWriter } from '../../bus/absent-writer.js';
import type { LinkStats, RetainingReader, RetainingWriter } from '../../bus/link.js';
import { createThreadLink, type ThreadLink, type ThreadLinkFaults } from '../../bus/thread-link.js';
import { readU16, SOURCE_OFFSET, TARGET_OFFSET } from '../../protocol/frame.js';
import type { Kernel } from './kernel.js';

/** A frame whose target had no room is offered again after this long, then after twice as long each time. */
const RETRY_MICROS = 1_000;
/** A VM is gone for seconds when it hangs: nobody is to knock a thousand times. */
const RETRY_MICROS_MAX = 16 * RETRY_MICROS;

/** Positions that somebody may still ask for: a few for each link between two VMs. */
const MARKS_MAX = 64;

export interface CarrierOptions {
  readonly seed: number;
  /** How long a frame is on its way. */
  readonly delay: { readonly minMicros: number; readonly maxMicros: number };
  /** Whether links outlive their writers. */
  readonly sharedMemory: boolean;
  /** Refusals, and changed bytes where decoding is to be tried; none when left out. */
  readonly faults?: ThreadLinkFaults;
}

interface Pair {
  readonly link: ThreadLink;
  readonly source: number;
  readonly target: number;
  /** Offers what has come, in a while. */
  readonly retry: () => void;
}

export class Carrier {
  readonly stats: LinkStats = { frames: 0, bytes: 0, refused: 0, doorbells: 0 };
  onRoom: (() => void) | null = null;
  private readonly pairs = new Map<number, Pair>();
  private readonly retaining = new Set<Pair>();
  /** At a count of frames carried, how far the link of each pair went that was not empty. */
  private readonly marks = new Map<number, readonly (readonly [pair: Pair, position: number])[]>();

  private ended = false;

  /** @param find the VM in which an address lives now; the host's when none has it, which refuses the frame or knows a way that nobody serves now */
  constructor(
    private readonly kernel: Kernel,
    private readonly options: CarrierOptions,
    private readonly find: (address: number) => Vm,
  ) {}

  /** What a VM writes all its frames to. */
  writerOf(vm: () => Vm): RetainingWriter {
    return {
      write: (bytes, at, length) => this.write(bytes, at, length),
      flush() {},
      onRoom: null,
      unreleased: () => this.unreleasedOf(vm()),
      pending: () => [],
      position: 0,
      stats: this.stats,
      closed: false,
      close() {},
      detach() {},
    };
  }

  private write(bytes: Uint8Array, at: number, length: number): boolean {
    const source = readU16(bytes, at + SOURCE_OFFSET);
    const target = readU16(bytes, at + TARGET_OFFSET);
    const { writer } = this.pair(source, target);
    if (!writer.write(bytes, at, length)) {
      this.stats.refused++;
      return false;
    }
    this.stats.frames++;
    this.stats.bytes += length;
    writer.flush();
    return true;
  }

  /** What a VM has sent and would be lost with it: what is on its way to itself, and to others where memory is not shared. */
  private unreleasedOf(vm: Vm): readonly Uint8Array[] {
    return [...this.pairs.values()].flatMap(({ link, source, target }) => {
      if (this.find(source) !== vm) return [];
      if (this.find(target) === vm) return link.waiting();
      return this.options.sharedMemory ? [] : link.writer.unreleased();
    });
  }

  /** What a VM has sent and is not released: to every other, since nobody asks for more than what is for the one that is linked. */
  private pendingOf(vm: Vm): readonly Uint8Array[] {
    return [...this.pairs.values()].flatMap(({ link, source }) => (this.find(source) === vm ? link.writer.pending() : []));
  }

  /** The order of links is kept within a pair alone, so a position is that of every pair. */
  private get position(): number {
    const { frames } = this.stats;
    const ends = [...this.pairs.values()].map((pair) => [pair, pair.link.writer.position] as const);
    this.marks.set(
      frames,
      ends.filter(([{ link }, end]) => !link.reader.reached(end)),
    );
    for (const old of this.marks.keys()) if (this.marks.size > MARKS_MAX) this.marks.delete(old);
    return frames;
  }

  /** What is for nobody who lives waits for ever. */
  private reachedBy(vm: Vm, position: number): boolean {
    const mark = this.marks.get(position) ?? [];
    return mark.every(([{ link, target }, end]) => !vm.has(target) || this.find(target) !== vm || link.reader.reached(end));
  }

  /** The links from which a VM has taken what it has not released. */
  private retainedBy(vm: Vm): RetainingReader[] {
    return [...this.retaining].filter(({ target }) => this.find(target) === vm).map(({ link }) => link.reader);
  }

  private releaseAll(vm: Vm): void {
    for (const pair of this.retaining) {
      if (this.find(pair.target) !== vm) continue;
      pair.link.reader.release();
      this.retaining.delete(pair);
    }
  }

  /** The last VM has ended: what is on its way is for nobody. */
  end(): void {
    this.ended = true;
  }

  /** A VM was lost: what it had sent is gone, as far as its memory is; what it had drained and not released comes again, once it is back. */
  lose(vm: Vm): void {
    for (const pair of this.pairs.values()) {
      const [fromHere, toHere] = [pair.source, pair.target].map((address) => this.find(address) === vm);
      if (fromHere && (toHere || !this.options.sharedMemory)) {
        this.retaining.delete(pair);
        pair.link.clear();
      } else if (toHere && this.retaining.delete(pair)) {
        pair.link.rewind();
        pair.retry();
      }
    }
  }

  /**
   * What a VM is linked with. The carrier takes and delivers everything, so nothing comes or goes here, but what the VM has drained is
   * released. What the carrier has brought in vain, because the VM of its target is gone, waits where it is until that VM is back.
   */
  openLink(vm: () => Vm): { reader: RetainingReader; writer: RetainingWriter } {
    const crowded = () => this.retainedBy(vm()).some((reader) => reader.crowded);
    const position = () => this.position;
    return {
      writer: {
        ...openAbsentWriter(),
        unreleased: () => [],
        pending: () => this.pendingOf(vm()),
        get position() {
          return position();
        },
      },
      reader: {
        drain: () => 0,
        closed: false,
        empty: true,
        get published() {
          return position();
        },
        reached: (end) => this.reachedBy(vm(), end),
        sleep: () => true,
        asleep: true,
        onFrames: null,
        retains: false,
        release: () => this.releaseAll(vm()),
        mark: () => {
          const releases = this.retainedBy(vm()).map((reader) => reader.mark());
          return () => {
            for (const release of releases) release();
          };
        },
        get crowded() {
          return crowded();
        },
        close() {},
        detach() {},
      },
    };
  }

  private pair(source: number, target: number): ThreadLink {
    const key = source * 0x1_0000 + target;
    const known = this.pairs.get(key);
    if (known) return known.link;
    const { kernel } = this;
    const { seed, delay, faults } = this.options;
    // Ranked, so that frames which arrive in the same microsecond do not come in the order in which their VMs had their turn.
    const schedule = (delayMicros: number, run: () => void) => void kernel.schedule(delayMicros, run, key);
    const link = createThreadLink({ seed: seed + key, delay, faults, schedule });
    let waits = false;
    let waitMicros = RETRY_MICROS;
    const retry = () => {
      if (waits) return;
      waits = true;
      kernel.schedule(waitMicros, () => {
        waits = false;
        arrive();
      });
      waitMicros = Math.min(2 * waitMicros, RETRY_MICROS_MAX);
    };
    const arrive = () => {
      const vm = this.find(target);
      link.reader.retains = vm.retains;
      const taken = link.reader.drain((bytes, at, length) => vm.arrive(bytes, at, length), Number.POSITIVE_INFINITY);
      if (vm.retains && taken > 0) this.retaining.add(pair);
      if (taken > 0) waitMicros = RETRY_MICROS;
      if (!link.reader.sleep() && !this.ended) retry();
    };
    link.reader.onFrames = arrive;
    link.writer.onRoom = () => this.onRoom?.();
    link.reader.sleep();
    const pair = { link, source, target, retry };
    this.pairs.set(key, pair);
    return link;
  }
}
