/** One VM at a ring whose other end the test holds, so that it says when the VM runs and what its host answers. */
import { javaScriptActorFactory } from '../../actors/javascript-instance.js';
import { OutboxBuilder } from '../../actors/outbox-builder.js';
import { Progress } from '../../actors/progress.js';
import { Vm } from '../../actors/vm.js';
import type { VmMemory } from '../../actors/vm-options.js';
import { Journal } from '../../bus/journal.js';
import { createRing, RingReader, RingWriter } from '../../bus/ring-link.js';
import { HOST_RUNTIME } from '../../protocol/addresses.js';
import { EPOCH_OFFSET, SEQUENCE_OFFSET, writeU32, writeU53 } from '../../protocol/frame.js';
import { JOURNAL_BYTES } from '../../protocol/limits.js';
import { Bank, bank, parties } from './bank.js';

/** More than a ring holds. */
export const FRAMES_ANY = 10_000;

/** What the host keeps of it across its incarnations. */
export type Kept = Pick<VmMemory, 'journal' | 'checkpoint'>;

export interface VmAtRingOptions {
  /** What the host says to a checkpoint. */
  readonly keep: (bytes: Uint8Array) => Promise<void>;
  readonly ringBytes?: number;
  readonly kept?: Kept;
}

export class VmAtRing {
  vm: Vm;
  wakes = 0;
  private readonly incoming: SharedArrayBuffer;
  private readonly outgoing = createRing();
  private readonly kept: Kept;
  private readonly writer: RingWriter;
  private readonly outbox = new OutboxBuilder(HOST_RUNTIME);
  private sequence = 0;
  private incarnation = 0;

  private constructor(private readonly options: VmAtRingOptions) {
    this.kept = options.kept ?? { journal: Journal.allocate(JOURNAL_BYTES, true) };
    this.incoming = createRing(options.ringBytes);
    this.writer = new RingWriter(this.incoming, null);
    this.vm = this.create();
  }

  /** With the bank in it, which runs. */
  static async open(options: VmAtRingOptions): Promise<VmAtRing> {
    const opened = new VmAtRing(options);
    await opened.vm.attach('host', { incoming: null, outgoing: null });
    await opened.vm.spawn({ party: bank.name, epoch: 1, options: {} });
    return opened;
  }

  /** The VM is lost, and the next incarnation goes on. @param checkpoint that the host holds */
  async lose(checkpoint: Uint8Array | undefined): Promise<void> {
    this.vm.abandon();
    this.vm = this.create();
    await this.vm.attach('host', { incoming: null, outgoing: null });
    await this.vm.recover([{ party: bank.name, epoch: this.incarnation, options: {} }], checkpoint, []);
  }

  private create(): Vm {
    this.incarnation++;
    return new Vm({
      spareInstances: false,
      name: 'js',
      parties,
      factories: [javaScriptActorFactory(bank, () => new Bank(), parties)],
      clock: { nowMicros: () => performance.now() * 1000 },
      timers: { set: () => null, clear() {} },
      events: { ended() {}, hung() {}, poisoned() {}, changed() {}, checkpoint: this.options.keep },
      wake: () => {
        this.wakes++;
      },
      openLink: () => ({ writer: new RingWriter(this.outgoing, null), reader: new RingReader(this.incoming, null) }),
      memory: {
        ...this.kept,
        progress: Progress.allocate(true),
        incarnation: this.incarnation,
        recovers: this.incarnation > 1,
      },
      onPortError(_port, error) {
        throw error;
      },
    });
  }

  /** @returns how many of so many frames the ring had room for */
  write(frames: number): number {
    const { outbox, writer } = this;
    let written = 0;
    for (; written < frames; written++) {
      outbox.begin();
      outbox.append(bank.receives.settle, bank.address, {});
      writeU53(outbox.bytes, SEQUENCE_OFFSET, this.sequence + 1);
      writeU32(outbox.bytes, EPOCH_OFFSET, 1);
      if (!writer.write(outbox.bytes, 0, outbox.length)) break;
      this.sequence++;
    }
    writer.flush();
    return written;
  }

  /** Frames that this incarnation has handled. */
  async handled(): Promise<number> {
    return Object.values((await this.vm.counters()).handled).reduce((sum, frames) => sum + frames, 0);
  }
}
