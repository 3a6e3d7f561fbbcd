/**
 * What a system does without: what its host and its storage say at the start, guests in whose place a twin runs now, and what the application
 * says of itself. What is told is also reported as a change; a twin's part is told with its actor's.
 */
import type { Host } from '../contract/host.js';
import { type Lack, textOfLack } from '../contract/host.js';
import type { TwinReason } from '../contract/states.js';
import type { Storage } from '../contract/storage.js';
import type { ActorStatus, ChangeFeed } from '../supervisor/change-feed.js';

/** Reasons for which a twin runs although nobody wants it to. */
const UNWANTED: readonly TwinReason[] = ['guest', 'crashes', 'vm'];

export class Lacks {
  private readonly told = new Map<string, Lack>();

  constructor(private readonly changes: ChangeFeed) {}

  /** @param isHere in the host's thread by the placement: then nothing else is missing */
  begin({ lacks = [] }: Host, storage: Storage | undefined, isHere: boolean): void {
    for (const lack of isHere ? [] : lacks) this.add(lack);
    if (storage?.lack) this.add(storage.lack);
  }

  add(lack: Lack): void {
    const before = this.told.get(lack.what);
    if (before && textOfLack(before) === textOfLack(lack)) return;
    this.told.set(lack.what, lack);
    this.changes.emit({ type: 'lack', lack, isOver: false });
  }

  end(what: string): void {
    const lack = this.told.get(what);
    if (lack && this.told.delete(what)) this.changes.emit({ type: 'lack', lack, isOver: true });
  }

  list(actors: readonly ActorStatus[]): readonly Lack[] {
    const twins = actors
      .filter(({ twin }) => UNWANTED.includes(twin.why))
      .map(({ actor, twin }) => ({ what: `${actor} in WebAssembly`, instead: 'its JavaScript twin', why: twin.detail || twin.why }));
    return [...this.told.values(), ...twins];
  }
}
