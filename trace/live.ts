/**
 * What an application and the server of a debugger say to each other, beside the bytes of a recording: that is all the application gives of what
 * happens in it, and the same as in a file.
 *
 *   application                        server
 *   hello          ──────────────────>
 *                  <──────────────────  record, as somebody looks
 *   bytes of the recording ──────────>
 *                  <──────────────────  taken, so many
 *                  <──────────────────  ask
 *   answer         ──────────────────>
 *                  <──────────────────  stop, as nobody looks any more
 *   ended          ──────────────────>
 *
 * Everything but the bytes is JSON.
 */
import { isRecord } from './check.js';
import type { RecordingLevel } from './recording.js';

export type ToApplication =
  | { readonly type: 'record'; readonly level: RecordingLevel }
  | { readonly type: 'stop' }
  | { readonly type: 'taken'; readonly bytes: number }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question };

export type FromApplication =
  | { readonly type: 'hello'; readonly name: string; readonly version: string; readonly acts: boolean }
  | { readonly type: 'began' }
  /** The recording has ended, or could not begin; `problem` is empty when it was stopped. */
  | { readonly type: 'ended'; readonly problem: string }
  | { readonly type: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string };

/** `health` is told to everyone who looks on; the others act, and are refused where the application does not let it. */
export type Question =
  | { readonly what: 'health' }
  | { readonly what: 'crash' | 'hang' | 'stop' | 'start' | 'restart'; readonly party: string }
  | { readonly what: 'move'; readonly party: string; readonly to: 'js' | 'wasm' }
  | { readonly what: 'break'; readonly at: string };

/** @returns null for what is none of these words */
export function wordOf<W extends { readonly type: string }>(text: unknown): W | null {
  if (typeof text !== 'string') return null;
  try {
    const word: unknown = JSON.parse(text);
    return isRecord(word) && typeof word.type === 'string' ? (word as unknown as W) : null;
  } catch {
    return null;
  }
}
