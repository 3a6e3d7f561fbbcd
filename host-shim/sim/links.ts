/** All links of a simulation: who is connected with whom, what was carried, and which ends are lost with their VM. */
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

  /** @param unreleased by the former incarnation of the peer */
  open(vm: VmName, { incoming, outgoing }: Ends, unreleased: readonly Uint8Array[]): SeededLink {
    const link = new SeededLink(incoming, outgoing, unreleased);
    this.opened.push({ vm, link });
    return link;
  }

  /** A VM is lost as threads are: what it had not flushed is gone. */
  lose(name: VmName): void {
    for (const { vm, link } of this.opened) if (vm === name) link.lose();
  }

  /** Of all links that ever were. */
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
