/** The links of one VM to the others, and the routes that lead over them. */

import { RUNTIME_ADDRESS } from '../../../bus/kinds.js';
import type { FrameSink, LinkEnds, LinkReader, LinkWriter, RetainingReader } from '../../../bus/link.js';
import type { Router } from '../../../bus/router.js';
import type { Address } from '../../../protocol/names.js';
import type { Routes } from '../../contract/control.js';
import type { LinkPositions, VmName } from '../../contract/instance.js';
import type { VmOptions } from '../vm-options.js';

/**
 * Frames taken from a link before the mailboxes are served: one batch, so that under load frames wait in the links and not in the
 * mailboxes, which are copied into every checkpoint.
 */
const DRAIN_FRAMES_MAX = 256;

interface Wait {
  readonly reached: () => boolean;
  readonly then: () => void;
}

export class VmLinks {
  /** A list, since every pump needs it. */
  all: readonly LinkEnds[] = [];
  private readonly byPeer = new Map<VmName, LinkEnds>();
  private routes: ReadonlyMap<number, VmName> = new Map();
  /** Readers whose next frame found no room. */
  private readonly stuck = new WeakSet<LinkReader>();
  private refused = false;
  private waits: readonly Wait[] = [];
  private readonly sink: FrameSink = (bytes, at, length) => {
    const accepted = this.router.arrive(bytes, at, at + length);
    if (!accepted) this.refused = true;
    return accepted;
  };

  /** @param wake asks the driver for a pump */
  constructor(
    private readonly options: Pick<VmOptions, 'name' | 'parties' | 'openLink' | 'memory'>,
    private readonly router: Router,
    private readonly wake: () => void,
  ) {}

  get readers(): readonly RetainingReader[] {
    return this.all.map(({ reader }) => reader);
  }

  /** Whether some reader does not sleep and has nothing to wait for: only a pump continues it. */
  get awake(): boolean {
    return this.all.some(({ reader }) => !reader.asleep && !this.stuck.has(reader));
  }

  /** Whether frames have arrived for which there may be room. */
  get waiting(): boolean {
    return this.all.some(({ reader }) => !reader.empty && !this.stuck.has(reader));
  }

  /** Frames that were published and not released, which would be lost with this VM. */
  get sent(): readonly Uint8Array[] {
    return this.all.flatMap(({ writer }) => writer.unreleased());
  }

  get empty(): boolean {
    return this.all.every(({ reader }) => reader.empty);
  }

  attach(peer: VmName, transport: { readonly incoming: unknown; readonly outgoing: unknown }): LinkEnds {
    const former = this.byPeer.get(peer);
    detach(former);
    const link = this.options.openLink(transport, former?.writer.unreleased() ?? []);
    // Of a VM that can be lost and come back, drained frames stay in the links until they are durable.
    link.reader.retains = this.options.memory !== undefined;
    link.reader.onFrames = this.wake;
    link.writer.onRoom = this.wake;
    this.byPeer.set(peer, link);
    this.all = [...this.byPeer.values()];
    this.route();
    return link;
  }

  /** Undefined when the party is nowhere. */
  vmOf(address: Address): VmName | undefined {
    return this.routes.get(address);
  }

  setRoutes(routes: Routes): void {
    this.routes = new Map(routes);
    this.route();
  }

  /** Routes frames over the links that are open now. */
  private route(): void {
    const { router } = this;
    const { name: here, parties } = this.options;
    for (const party of parties) {
      const vm = this.routes.get(party.address);
      const isElsewhere = vm !== undefined && vm !== here;
      router.setRoute(party.address, isElsewhere ? { vm, writer: this.byPeer.get(vm)?.writer ?? openAbsentWriter() } : null);
    }
    for (const [peer, address] of Object.entries(RUNTIME_ADDRESS)) {
      const link = this.byPeer.get(peer as VmName);
      if (link) router.setRoute(address, { vm: peer, writer: link.writer });
    }
  }

  /** @returns true when frames were taken */
  drain(): boolean {
    let taken = 0;
    for (const { reader } of this.all) {
      this.refused = false;
      taken += reader.drain(this.sink, DRAIN_FRAMES_MAX);
      if (this.refused) this.stuck.add(reader);
      else this.stuck.delete(reader);
    }
    return taken > 0;
  }

  /**
   * Calls back once, as soon as links were drained and `reached` holds.
   * @returns a function that calls that off
   */
  when(reached: () => boolean, then: () => void): () => void {
    const wait = { reached, then };
    this.waits = [...this.waits, wait];
    return () => {
      this.waits = this.waits.filter((other) => other !== wait);
    };
  }

  /** To be called when they were drained, or may already be as far as somebody waits for. */
  look(): void {
    if (this.waits.length === 0) return;
    const over = this.waits.filter(({ reached }) => reached());
    this.waits = this.waits.filter((wait) => !over.includes(wait));
    for (const { then } of over) then();
  }

  flush(): void {
    for (const { writer } of this.all) writer.flush();
  }

  /** Frames that were sent to a peer which has not released them. */
  pendingTo(peer: VmName): readonly Uint8Array[] {
    return this.byPeer.get(peer)?.writer.pending() ?? [];
  }

  /** Publishes what was emitted. @returns how far each link was written */
  flushedTo(): LinkPositions {
    this.flush();
    return [...this.byPeer].map(([peer, { writer }]) => [peer, writer.position] as const);
  }

  /**
   * Looks at the links of one peer, or of all.
   * @returns whether everything that had arrived at the time of this call was drained; of a link that was opened anew meanwhile, whether
   *   that with which its new end begins was
   */
  arrived(peer?: VmName): () => boolean {
    const seen = ({ reader }: LinkEnds) => ({ reader, published: reader.published });
    const wanted = new Map(
      [...this.byPeer].filter(([name]) => peer === undefined || name === peer).map(([name, link]) => [name, seen(link)]),
    );
    return () =>
      [...wanted].every(([name, { reader, published }]) => {
        const link = this.byPeer.get(name);
        if (!link || reader === link.reader) return reader.reached(published);
        wanted.set(name, seen(link));
        return link.reader.reached(link.reader.published);
      });
  }

  /** Whether everything that peers had written up to these positions was drained. */
  reached(positions: LinkPositions): boolean {
    return positions.every(([peer, position]) => this.byPeer.get(peer)?.reader.reached(position) ?? false);
  }

  /** Whether everything that peers had written up to these positions was drained, or waits for room. A peer that is gone brings nothing more. */
  came(positions: LinkPositions): boolean {
    return positions.every(([peer, position]) => {
      const reader = this.byPeer.get(peer)?.reader;
      return !reader || reader.reached(position) || this.stuck.has(reader);
    });
  }

  /**
   * @returns true when every reader will wake the VM, or waits for room, which wakes it as well: a restart, a checkpoint, room in another
   *   link
   */
  sleep(): boolean {
    let asleep = true;
    for (const { reader } of this.all) asleep = (reader.sleep() || this.stuck.has(reader)) && asleep;
    return asleep;
  }

  /** Releases the links: whoever opens them anew goes on. */
  detach(): void {
    for (const link of this.all) detach(link);
  }

  close(): void {
    this.flush();
    for (const { reader, writer } of this.all) {
      writer.close();
      reader.close();
    }
  }
}

/** Releases both ends: whoever opens them anew goes on. */
function detach(link: LinkEnds | undefined): void {
  link?.writer.detach();
  link?.reader.detach();
}

/** The link to a VM that is not there, or not yet. It takes nothing, so every frame waits at its sender. */
const openAbsentWriter = (): LinkWriter => ({
  write: () => false,
  flush() {},
  onRoom: null,
  stats: { frames: 0, bytes: 0, refused: 0, doorbells: 0 },
  closed: false,
  close() {},
  detach() {},
});
