/**
 * What a host keeps of its VMs across their incarnations: the journal of each, and where memory is shared the rings of each pair. Whoever is
 * started on it goes on where the thread that was lost had published last.
 */
import type { VmName } from '../../actors/instance.js';
import { Progress } from '../../actors/progress.js';
import type { VmMemory } from '../../actors/vm-options.js';
import { Journal } from '../../bus/journal.js';
import { JournalMirror } from '../../bus/journal-mirror.js';
import { createRing } from '../../bus/ring-link.js';
import { JOURNAL_BYTES } from '../../protocol/limits.js';

/**
 * How a host sees the journal of a VM. shared: in shared memory. here: it is in the host's own thread. mirrored: not at all, the VM tells it of
 * every entry.
 */
export type JournalSight = 'shared' | 'here' | 'mirrored';

type Kept = SharedArrayBuffer | ArrayBuffer | JournalMirror;

export class Memories {
  private readonly journals = new Map<VmName, Kept>();
  private readonly incarnations = new Map<VmName, number>();
  private readonly rings = new Map<string, SharedArrayBuffer>();

  constructor(
    private readonly sight: JournalSight,
    private readonly journalBytes = JOURNAL_BYTES,
  ) {}

  /** @param again on the memory of the former incarnation; otherwise on a new one, and its links start empty */
  ofVm(name: VmName, again: boolean): VmMemory {
    const former = this.journals.get(name);
    const recovers = again && former !== undefined;
    if (!recovers) for (const pair of this.rings.keys()) if (pair.split('>').includes(name)) this.rings.delete(pair);
    const kept = recovers ? former : this.createJournal();
    const incarnation = (this.incarnations.get(name) ?? 0) + 1;
    this.journals.set(name, kept);
    this.incarnations.set(name, incarnation);
    const progress = Progress.allocate(this.sight === 'shared');
    return { journal: kept instanceof JournalMirror ? kept.copy() : kept, progress, incarnation, recovers };
  }

  /** Null where this host sees the journal itself. */
  mirrorOf(name: VmName): JournalMirror | null {
    const kept = this.journals.get(name);
    return kept instanceof JournalMirror ? kept : null;
  }

  ring(from: VmName, to: VmName): SharedArrayBuffer {
    const pair = `${from}>${to}`;
    const known = this.rings.get(pair);
    if (known) return known;
    const created = createRing();
    this.rings.set(pair, created);
    return created;
  }

  private createJournal(): Kept {
    const { sight, journalBytes } = this;
    return sight === 'mirrored' ? new JournalMirror(journalBytes) : Journal.allocate(journalBytes, sight === 'shared');
  }
}
