/** One VM at rings whose other ends the test holds: the test decides when the VM runs and what its host answers. */
import type { VmName } from '../../actors/contract/instance.js';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import { OutboxBuilder } from '../../actors/model/outbox-builder.js';
import { Progress } from '../../actors/vm/tap/progress.js';
import { Vm } from '../../actors/vm/vm.js';
import type { VmMemory } from '../../actors/vm/vm-options.js';
import { Journal } from '../../bus/journal.js';
import { createRing, RingReader, RingWriter } from '../../bus/ring-link.js';
import { HOST_RUNTIME, WASM_RUNTIME } from '../../protocol/addresses.js';
import { EPOCH_OFFSET, SEQUENCE_OFFSET, writeU32, writeU53 } from '../../protocol/frame.js';
import { JOURNAL_BYTES } from '../../protocol/limits.js';
import { Bank, bank, parties } from './bank.js';

/** More frames than a ring holds. */
export const FRAMES_ANY = 10_000;

/** What the host keeps of it across its incarnations. */
export type Kept = Pick<VmMemory, 'journal' | 'checkpoint'>;

export interface VmAtRingOptions {
  /** What the host says to a checkpoint. */
  readonly keep: (bytes: Uint8Array) => Promise<void>;
  readonly ringBytes?: number;
  /** How many others send to it: 1 when not given, 2 at most. */
  readonly peers?: number;
  readonly kept?: Kept;
}

/** Another VM that sends. */
class Peer {
  private readonly incoming: SharedArrayBuffer;
  private readonly outgoing = createRing();
  private readonly writer: RingWriter;
  private readonly outbox: OutboxBuilder;
  private sequence = 0;

  constructor(
    readonly name: VmName,
    source: number,
    ringBytes?: number,
  ) {
    this.incoming = createRing(ringBytes);
    this.writer = new RingWriter(this.incoming, null);
    this.outbox = new OutboxBuilder(source);
  }

  get transport() {
    return { incoming: this.incoming, outgoing: this.outgoing };
  }

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
}

export class VmAtRing {
  vm: Vm;
  wakes = 0;
  private readonly kept: Kept;
  private readonly peers: readonly Peer[];
  private incarnation = 0;
  /** A look at the clock takes one: so a pump lasts as long on a busy machine. */
  private micros = 0;

  private constructor(private readonly options: VmAtRingOptions) {
    this.kept = options.kept ?? { journal: Journal.allocate(JOURNAL_BYTES, true) };
    const { ringBytes, peers = 1 } = options;
    this.peers = [new Peer('host', HOST_RUNTIME, ringBytes), new Peer('wasm', WASM_RUNTIME, ringBytes)].slice(0, peers);
    this.vm = this.create();
  }

  /** With the bank in it, which runs. */
  static async open(options: VmAtRingOptions): Promise<VmAtRing> {
    const opened = new VmAtRing(options);
    await opened.attach();
    await opened.vm.spawn({ party: bank.name, epoch: 1, options: {} });
    return opened;
  }

  /** The VM is lost, and the next incarnation goes on. @param checkpoint that the host holds */
  async lose(checkpoint: Uint8Array | undefined): Promise<void> {
    this.vm.abandon();
    this.vm = this.create();
    await this.attach();
    await this.vm.recover([{ party: bank.name, epoch: this.incarnation, options: {} }], checkpoint, []);
  }

  private async attach(): Promise<void> {
    for (const { name, transport } of this.peers) await this.vm.attach(name, transport);
  }

  private create(): Vm {
    this.incarnation++;
    return new Vm({
      spareInstances: false,
      name: 'js',
      parties,
      factories: [javaScriptActorFactory(bank, () => new Bank(), parties)],
      clock: { nowMicros: () => ++this.micros },
      timers: { set: () => null, clear() {} },
      events: {
        report: async (event) => {
          if (event.type === 'checkpoint') await this.options.keep(event.bytes);
        },
        crashOf: async () => null,
      },
      wake: () => {
        this.wakes++;
      },
      openLink: ({ incoming, outgoing }) => ({
        writer: new RingWriter(outgoing as SharedArrayBuffer, null),
        reader: new RingReader(incoming as SharedArrayBuffer, null),
      }),
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

  /** Each peer writes so many frames. @returns for how many of them there was room */
  write(frames: number): number {
    return this.peers.reduce((written, peer) => written + peer.write(frames), 0);
  }

  /** Frames that this incarnation has handled. */
  async handled(): Promise<number> {
    return Object.values((await this.vm.counters()).handled).reduce((sum, frames) => sum + frames, 0);
  }
}
