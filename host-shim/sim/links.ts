/** All links of a simulation: which VMs they connect, the counts of frames, and the ends that are lost with a VM. */
import type { VmName } from '../../actors/contract/instance.js';
import type { LinkStats } from '../../bus/link.js';
import { Random } from '../../bus/random.js';
import type { Memories } from '../common/memories.js';
import { rings } from '../common/rings.js';
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

const sum = (one: LinkStats, other: LinkStats): LinkStats => ({
  frames: one.frames + other.frames,
  bytes: one.bytes + other.bytes,
  refused: one.refused + other.refused,
  doorbells: one.doorbells + other.doorbells,
});

const NONE: LinkStats = { frames: 0, bytes: 0, refused: 0, doorbells: 0 };

/** The links of one incarnation of a VM. */
export class OwnLinks {
  private opened: SeededLink[] = [];
  private over = NONE;

  /** @param unreleased frames that the peer's former incarnation had not released */
  open({ incoming, outgoing }: Ends, unreleased: readonly Uint8Array[]): SeededLink {
    const link = new SeededLink(incoming, outgoing, unreleased);
    this.opened.push(link);
    return link;
  }

  /** The VM is lost like a thread: frames that it had not flushed are gone. */
  lose(): void {
    for (const link of this.opened) link.lose();
    this.forget();
  }

  /** The VM has ended. Its counts stay. */
  forget(): void {
    this.over = this.stats;
    this.opened = [];
  }

  get stats(): LinkStats {
    return this.opened.reduce((all, { writer }) => sum(all, writer.stats), this.over);
  }
}

export class Links {
  private readonly random: Random;
  private readonly owners = new Map<VmName, OwnLinks>();
  /** Counts of the VMs that others have taken the place of. */
  private over = NONE;
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

  /** For the next incarnation of a VM. The one before it has ended, or is lost. */
  of(name: VmName): OwnLinks {
    this.over = sum(this.over, this.owners.get(name)?.stats ?? NONE);
    const own = new OwnLinks();
    this.owners.set(name, own);
    return own;
  }

  /** Counts of all links that there ever were. */
  get stats(): LinkStats {
    return [...this.owners.values()].reduce((all, own) => sum(all, own.stats), this.over);
  }

  private direction(from: VmName, to: VmName): Direction {
    const random = this.random.fork(`${from} to ${to}, ${this.directions++}`);
    return createDirection(this.options.sharedMemory ? this.memories.ring(from, to, rings) : null, { ...this.options, random });
  }
}
