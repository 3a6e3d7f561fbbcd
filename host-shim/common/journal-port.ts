/**
 * How the journal of a VM in another thread comes to its mirror where memory is not shared: each entry is a message, in a buffer that is
 * transferred. What a thread has posted arrives whatever becomes of the thread (docs/RECOVERY.md), but perhaps after the news of its end.
 */
import type { EntryListener } from '../../bus/journal.js';
import type { JournalMirror } from '../../bus/journal-mirror.js';

/**
 * To be called while the thread at the other end of a port lives.
 * @returns a function that resolves when all that the thread had posted was read, once that has ended
 */
export type ReadToEnd = (port: MessagePort) => () => Promise<void>;

/** The host's end. */
export class JournalPort {
  /** The VM's end, to be transferred. */
  readonly remote: MessagePort;
  /** Resolves when the mirror has all that the thread had journaled, once that has ended. */
  readonly complete: () => Promise<void>;

  constructor(
    readonly mirror: JournalMirror,
    readToEnd: ReadToEnd,
  ) {
    const { port1, port2 } = new MessageChannel();
    this.remote = port2;
    port1.onmessage = ({ data }) => mirror.append(new Uint8Array(data as ArrayBuffer));
    const read = readToEnd(port1);
    this.complete = async () => {
      await read();
      port1.close();
    };
  }
}

/** The VM's end. */
export const toMirror =
  (port: MessagePort): EntryListener =>
  ({ buffer }) =>
    port.postMessage(buffer, [buffer]);
