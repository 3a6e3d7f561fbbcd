/**
 * How the journal of a VM in another thread comes to its mirror where memory is not shared, and what it tells of its progress: each entry is a
 * message, in a buffer that is transferred; so is the position of one that was given up. What a thread has posted arrives whatever becomes of the thread (docs/RECOVERY.md), but perhaps after the news of its end.
 */
import type { ProgressReading } from '../../actors/contract/progress.js';
import { ToldProgress } from '../../actors/vm/progress.js';
import type { VmOptions } from '../../actors/vm/vm-options.js';
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
