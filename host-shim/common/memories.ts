/**
 * What a host keeps of its VMs across their incarnations: the memory of each journal, and of the links of each pair. Whoever is started
 * on it goes on where the thread that was lost had published last.
 */
import type { VmName } from '../../actors/instance.js';
import type { VmMemory } from '../../actors/vm-options.js';
import { Journal } from '../../bus/journal.js';
import { createRing } from '../../bus/ring-link.js';
import { JOURNAL_BYTES } from '../../protocol/limits.js';

export class Memories {
  private readonly vms = new Map<VmName, VmMemory>();
  private readonly rings = new Map<string, SharedArrayBuffer>();

  /** @param again on the memory of the former incarnation; otherwise on a new one, and its links start empty */
  ofVm(name: VmName, again: boolean): VmMemory {
    const former = this.vms.get(name);
    const recovers = again && former !== undefined;
    if (!recovers) for (const pair of this.rings.keys()) if (pair.split('>').includes(name)) this.rings.delete(pair);
    const journal = recovers ? former.journal : (Journal.allocate(JOURNAL_BYTES, true) as SharedArrayBuffer);
    const memory = { journal, incarnation: (former?.incarnation ?? 0) + 1, recovers };
    this.vms.set(name, memory);
    return memory;
  }

  ring(from: VmName, to: VmName): SharedArrayBuffer {
    const pair = `${from}>${to}`;
    const known = this.rings.get(pair);
    if (known) return known;
    const created = createRing();
    this.rings.set(pair, created);
    return created;
  }
}
