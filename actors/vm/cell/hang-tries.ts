/** At which frames of an actor its VM has hung or its thread has ended, and how often. */
import type { Suspect } from '../../contract/suspect.js';
import type { CellJournal, JournalEntry } from './cell-journal.js';

export interface HangTry {
  readonly suspect: Suspect;
  /** Null when it was one of several. */
  readonly entry: JournalEntry | null;
  /** How often its actor has ended at it. */
  readonly attempt: number;
}

/**
 * Goes through hangs, oldest first, and leaves out those at frames that are not there any more or were given up meanwhile. Where the frame is not
 * certain the hang counts as one try of each that it may have been: the one that hangs again, for certain, has had two.
 */
export function* hangTries(journal: CellJournal, suspects: readonly Suspect[]): Generator<HangTry> {
  const tries = new Map<number, number>();
  for (const suspect of suspects) {
    const { position, index } = suspect;
    // Saved, made or restored: any frame that was handled may have brought that about.
    if (position < 0) for (const entry of journal.from(0)) tries.set(entry.position, Math.max(tries.get(entry.position) ?? 0, 1));
    const entries = suspect.certain ? journal.at(position, index) : journal.behind(position, index);
    if (entries.length === 0) continue;
    const entry = entries.length === 1 ? entries[0] : null;
    const attempt = suspect.certain && entry ? Math.max(tries.get(entry.position) ?? 0, suspect.tries) + 1 : 1;
    for (const { position } of entries) tries.set(position, Math.max(tries.get(position) ?? 0, attempt));
    yield { suspect, entry, attempt };
  }
}
