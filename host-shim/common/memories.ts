/**
 * The memory that a host keeps for its VMs across their incarnations: the journal of each, and, where memory is shared, the rings of each
 * pair. A thread that is started on it goes on where the lost thread had published last.
 */

import { CheckpointMemory } from '../../actors/contract/checkpoint.js';
import type { VmName } from '../../actors/contract/instance.js';
import { Progress } from '../../actors/vm/tap/progress.js';
import type { VmMemory } from '../../actors/vm/vm-options.js';
import { Journal, JournalMirror } from '../../bus/journal.js';
import { JOURNAL_BYTES, RING_BYTES, RING_START_BYTES } from '../../protocol/limits.js';
import type { Rings } from './rings.js';

/**
 * How a host sees the journal of a VM. shared: in shared memory. here: in the host's own thread. mirrored: not at all, so the VM sends
 * it every entry.
 */
export type JournalSight = 'shared' | 'here' | 'mirrored';

/** Those of limits.ts when not given. */
export interface MemorySizes {
  /** Size of each VM's journal. An entry has up to FRAME_BYTES_MAX. */
  readonly journalBytes?: number;
  /** Size of each of a VM's two slots for a checkpoint; a larger one is sent to the host each time. Half of the journal when not given. */
  readonly checkpointBytes?: number;
  /** Size of a link in one direction, where it is a ring. */
  readonly ringBytes?: number;
  /** Its size at first, where shared memory grows. */
  readonly ringStartBytes?: number;
}

interface Kept {
  readonly journal: SharedArrayBuffer | ArrayBuffer | JournalMirror;
  readonly checkpoint?: SharedArrayBuffer | ArrayBuffer;
}

/**
 * Size of a checkpoint slot as a share of the journal's bytes, so 2 MB: full mailboxes of small frames, and several times the snapshots
 * of an application. Unused pages cost nothing.
 */
const CHECKPOINT_SLOT_SHARE = 0.5;

/** Sizes for a VM that has ports alone: nothing of theirs is journaled, and its checkpoint has their counters. A larger one, as of a full mailbox, is sent to the host. */
const PORTS_ALONE: MemorySizes = { journalBytes: 8, checkpointBytes: 16 << 10 };

export class Memories {
  private readonly kept = new Map<VmName, Kept>();
  private readonly incarnations = new Map<VmName, number>();
  private readonly rings = new Map<string, SharedArrayBuffer>();
  /** Pairs that have been linked since both were started afresh. */
  private readonly linked = new Set<string>();

  constructor(
    private readonly sight: JournalSight,
    private readonly sizes: MemorySizes = {},
  ) {}

  /**
   * @param again true for the memory of the former incarnation; false for new memory and empty links
   * @param here whether the VM is in the host's own thread
   */
  ofVm(name: VmName, again: boolean, here = this.sight === 'here'): VmMemory {
    const former = this.kept.get(name);
    const recovers = again && former !== undefined;
    if (!recovers) this.forgetLinksOf(name);
    const kept = recovers ? former : this.create(here ? 'here' : this.sight, name === 'painter' ? PORTS_ALONE : this.sizes);
    const incarnation = (this.incarnations.get(name) ?? 0) + 1;
    this.kept.set(name, kept);
    this.incarnations.set(name, incarnation);
    const journal = kept.journal instanceof JournalMirror ? kept.journal.copy() : kept.journal;
    const progress = Progress.allocate(this.sight === 'shared' && !here);
    return { journal, checkpoint: kept.checkpoint, progress, incarnation, recovers };
  }

  /** Null where this host sees the journal itself. */
  mirrorOf(name: VmName): JournalMirror | null {
    const journal = this.kept.get(name)?.journal;
    return journal instanceof JournalMirror ? journal : null;
  }

  private forgetLinksOf(name: VmName): void {
    for (const pair of [...this.rings.keys(), ...this.linked]) {
      if (!pair.split('>').includes(name)) continue;
      this.rings.delete(pair);
      this.linked.delete(pair);
    }
  }

  /** Notes that a pair is linked. @returns whether both begin with nothing: one of them was started afresh since they were linked last */
  link(a: VmName, b: VmName): boolean {
    // In one order, whoever is named first: a recovery names the restarted VM first.
    const pair = [a, b].sort().join('>');
    const isFresh = !this.linked.has(pair);
    this.linked.add(pair);
    return isFresh;
  }

  ring(from: VmName, to: VmName, rings: Rings): SharedArrayBuffer {
    const pair = `${from}>${to}`;
    const known = this.rings.get(pair);
    if (known) return known;
    const { ringBytes = RING_BYTES, ringStartBytes = Math.min(ringBytes, RING_START_BYTES) } = this.sizes;
    const created = rings.create(ringBytes, ringStartBytes);
    this.rings.set(pair, created);
    return created;
  }

  private create(sight: JournalSight, sizes: MemorySizes): Kept {
    const { journalBytes = JOURNAL_BYTES, checkpointBytes = journalBytes * CHECKPOINT_SLOT_SHARE } = sizes;
    if (sight === 'mirrored') return { journal: new JournalMirror(journalBytes) };
    const shared = sight === 'shared';
    const checkpoint = CheckpointMemory.allocate(checkpointBytes, shared);
    return { journal: Journal.allocate(journalBytes, shared), checkpoint };
  }
}
