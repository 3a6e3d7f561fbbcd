/**
 * Carries every frame of a simulation, local ones too: one in-thread link for each pair of source and target, with its own seeded
 * delays. So the order in which frames arrive depends on the seed and on who sends to whom, and not on which VM an actor lives in.
 */
import type { Vm } from '../../actors/vm.js';
import type { LinkEnds, LinkReader, LinkStats, LinkWriter } from '../../bus/link.js';
import { createThreadLink, type ThreadLinkFaults } from '../../bus/thread-link.js';
import { readU16, SOURCE_OFFSET, TARGET_OFFSET } from '../../protocol/frame.js';
import type { Kernel } from './kernel.js';

/** A frame whose target had no room is offered again after this long. */
const RETRY_MICROS = 1_000;

export interface CarrierOptions {
  readonly seed: number;
  /** How long a frame is on its way. */
  readonly delay: { readonly minMicros: number; readonly maxMicros: number };
  /** Refusals, and changed bytes where decoding is to be tried; none when left out. */
  readonly faults?: ThreadLinkFaults;
}

export class Carrier implements LinkWriter {
  readonly stats: LinkStats = { frames: 0, bytes: 0, refused: 0, doorbells: 0 };
  onRoom: (() => void) | null = null;
  readonly closed = false;
  private readonly pairs = new Map<number, LinkEnds>();

  /** @param find the VM in which an address lives now; the host's when none has it, which refuses the frame or knows a way that nobody serves now */
  constructor(
    private readonly kernel: Kernel,
    private readonly options: CarrierOptions,
    private readonly find: (address: number) => Vm,
  ) {}

  write(bytes: Uint8Array, at: number, length: number): boolean {
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

  flush(): void {}

  close(): void {
    for (const { writer, reader } of this.pairs.values()) {
      writer.close();
      reader.close();
    }
  }

  private pair(source: number, target: number): LinkEnds {
    const key = source * 0x1_0000 + target;
    const known = this.pairs.get(key);
    if (known) return known;
    const { kernel } = this;
    const { seed, delay, faults } = this.options;
    // Ranked, so that frames which arrive in the same microsecond do not come in the order in which their VMs had their turn.
    const schedule = (delayMicros: number, run: () => void) => void kernel.schedule(delayMicros, run, key);
    const link = createThreadLink({ seed: seed + key, delay, faults, schedule });
    const arrive = () => {
      link.reader.drain((bytes, at, length) => this.find(target).arrive(bytes, at, length), Number.POSITIVE_INFINITY);
      if (!link.reader.sleep()) kernel.schedule(RETRY_MICROS, arrive);
    };
    link.reader.onFrames = arrive;
    link.writer.onRoom = () => this.onRoom?.();
    link.reader.sleep();
    this.pairs.set(key, link);
    return link;
  }
}

/**
 * What a VM of the simulation is linked with. Nothing arrives on it, for the carrier delivers; and what the carrier has brought in
 * vain, because the VM of its target is gone, finds no room here: it waits where it is until that VM is back or the route is.
 */
export function openIdleLink(): { reader: LinkReader; writer: LinkWriter } {
  return {
    reader: { drain: () => 0, closed: false, empty: true, sleep: () => true, onFrames: null, close() {} },
    writer: {
      write: () => false,
      flush() {},
      onRoom: null,
      stats: { frames: 0, bytes: 0, refused: 0, doorbells: 0 },
      closed: false,
      close() {},
    },
  };
}
