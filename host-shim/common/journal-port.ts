/**
 * Carries the journal of a VM in another thread to its mirror, and the VM's progress, where memory is not shared. Each entry is a message
 * in a transferred buffer; the position of a poison message is a message, too. Everything that a thread has posted arrives whatever
 * becomes of the thread (docs/RECOVERY.md), but perhaps after the news of its end.
 */
import type { ProgressReading } from '../../actors/contract/progress.js';
import { ToldProgress } from '../../actors/vm/tap/progress.js';
import type { VmOptions } from '../../actors/vm/vm-options.js';
import type { JournalMirror } from '../../bus/journal.js';

/**
 * To be called while the thread at the other end of a port lives.
 * @returns a function to call after the thread's end, which resolves when all that the thread had posted was read
 */
export type ReadToEnd = (port: MessagePort) => () => Promise<void>;

/** The host's end. */
export class JournalPort {
  /** The VM's end, to be transferred. */
  readonly remote: MessagePort;
  /** To be called after the thread's end. Resolves when the mirror has everything that the thread had journaled. */
  readonly complete: () => Promise<void>;
  readonly progress = new ToldProgress();

  constructor(
    readonly mirror: JournalMirror,
    readToEnd: ReadToEnd,
  ) {
    const { port1, port2 } = new MessageChannel();
    this.remote = port2;
    port1.onmessage = ({ data }: MessageEvent<ArrayBuffer | number | ProgressReading>) => {
      if (data instanceof ArrayBuffer) this.take(new Uint8Array(data));
      else if (typeof data === 'number') mirror.poison(data);
      else this.progress.told(data);
    };
    const read = readToEnd(port1);
    this.complete = async () => {
      await read();
      port1.close();
    };
  }

  private take(entry: Uint8Array): void {
    this.progress.journaled(entry, this.mirror.append(entry));
  }
}

/** The VM's end. */
export const toHost = (port: MessagePort): Pick<VmOptions, 'mirror' | 'tellProgress'> => ({
  mirror: {
    appended: ({ buffer }) => port.postMessage(buffer, [buffer]),
    poisoned: (position) => port.postMessage(position),
  },
  tellProgress: (reading) => port.postMessage(reading),
});
