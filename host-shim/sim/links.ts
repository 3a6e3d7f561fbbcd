/** All links of a simulation: which VMs they connect, the counts of frames, and the ends that are lost with a VM. */
import type { VmName } from '../../actors/contract/instance.js';
import type { LinkStats } from '../../bus/link.js';
import { Random } from '../../bus/random.js';
import type { Memories } from '../common/memories.js';
import { type Carriage, createDirection, type Direction, SeededLink } from './transport.js';

export interface LinksOptions extends Omit<Carriage, 'random'> {
  readonly seed: number;
  /** Whether links outlive the VMs that write them. */
  readonly sharedMemory: boolean;
}

/** One VM's ends of both directions to a peer, before they are opened. */
export interface Ends {
  readonly incoming: Direction;
  readonly outgoing: Direction;
}

export class Links {
  private readonly random: Random;
  private readonly opened: { readonly vm: VmName; readonly link: SeededLink }[] = [];
  private directions = 0;

  constructor(
    private readonly memories: Memories,
    private readonly options: LinksOptions,
  ) {
    this.random = new Random(options.seed);
  }

  /** @returns the ends of either VM */
  between(a: VmName, b: VmName): readonly [Ends, Ends] {
    const [there, back] = [this.direction(a, b), this.direction(b, a)];
    return [
      { outgoing: there, incoming: back },
      { outgoing: back, incoming: there },
    ];
  }

  /** @param unreleased frames that the peer's former incarnation had not released */
  open(vm: VmName, { incoming, outgoing }: Ends, unreleased: readonly Uint8Array[]): SeededLink {
    const link = new SeededLink(incoming, outgoing, unreleased);
    this.opened.push({ vm, link });
    return link;
  }

  /** Loses a VM like a thread: frames that it had not flushed are gone. */
  lose(name: VmName): void {
    for (const { vm, link } of this.opened) if (vm === name) link.lose();
  }

  /** Counts of all links that there ever were. */
  get stats(): LinkStats {
    const sum = { frames: 0, bytes: 0, refused: 0, doorbells: 0 };
    for (const { link } of this.opened) {
      const { frames, bytes, refused, doorbells } = link.writer.stats;
      sum.frames += frames;
      sum.bytes += bytes;
      sum.refused += refused;
      sum.doorbells += doorbells;
    }
    return sum;
  }

  private direction(from: VmName, to: VmName): Direction {
    const random = this.random.fork(`${from} to ${to}, ${this.directions++}`);
    return createDirection(this.options.sharedMemory ? this.memories.ring(from, to) : null, { ...this.options, random });
  }
}
