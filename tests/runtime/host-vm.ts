/** The host's VM with a port, at a link whose other end the test holds; the test fires its timers, and moves its clock. */
import type { DeafReport } from '../../actors/contract/events.js';
import type { VmName } from '../../actors/contract/instance.js';
import { OutboxBuilder } from '../../actors/model/outbox-builder.js';
import type { Port } from '../../actors/vm/port/port.js';
import { Vm } from '../../actors/vm/vm.js';
import { requestNumber } from '../../bus/body.js';
import type { RetainingReader, RetainingWriter } from '../../bus/link.js';
import { PortReader, PortWriter } from '../../bus/port-link.js';
import { createRing, RingReader, RingWriter } from '../../bus/ring-link.js';
import { Driver } from '../../host-shim/common/driver.js';
import { portLike } from '../../host-shim/common/port-like.js';
import { afterTurn } from '../../host-shim/node/turn.js';
import type { BoundMessage, BoundReply } from '../../protocol/bind.js';
import { EPOCH_OFFSET, frameLength, SEQUENCE_OFFSET, writeU32, writeU53 } from '../../protocol/frame.js';
import { bank, parties, teller } from './bank.js';

export type Carriage = 'ring' | 'port';

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** One direction of a link, over a doorbell or port of its own. */
function direction(carriage: Carriage): {
  readonly writer: RetainingWriter;
  readonly reader: RetainingReader;
  readonly ports: readonly MessagePort[];
} {
  const { port1, port2 } = new MessageChannel();
  const [there, here] = [portLike(port1), portLike(port2)];
  const ports = [port1, port2];
  if (carriage === 'port') return { writer: new PortWriter(there), reader: new PortReader(here), ports };
  const memory = createRing();
  return { writer: new RingWriter(memory, there), reader: new RingReader(memory, here), ports };
}

/** Lets the event loop turn: messages of ports come, and pumps follow. */
export const turns = async (count = 4): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

export class HostVm {
  /** Milliseconds. */
  now = 0;
  wakes = 0;
  receipts = 0;
  readonly deaf: DeafReport[] = [];
  readonly vm: Vm;
  readonly teller: Port<typeof teller>;
  /** The VM's reader. */
  reader!: RetainingReader;
  private timers: readonly Timer[] = [];
  private look: () => void = () => {};
  private readonly outbox = new OutboxBuilder(bank.address);
  private sequence = 0;
  private writer!: RetainingWriter;
  private incoming!: RetainingReader;
  private readonly ports: MessagePort[] = [];
  private readonly driver = new Driver(afterTurn, (error) => {
    throw error;
  });

  private constructor(private readonly carriage: Carriage) {
    this.vm = new Vm({
      name: 'host',
      parties,
      factories: [],
      clock: { nowMicros: () => this.now * 1000 },
      timers: {
        set: (delayMs, fire) => {
          const timer = { at: this.now + delayMs, fire };
          this.timers = [...this.timers, timer];
          return timer;
        },
        clear: (timer) => {
          this.timers = this.timers.filter((each) => each !== timer);
        },
      },
      beat: (_intervalMs, look) => {
        this.look = look;
        return () => {};
      },
      events: {
        report: async (event) => {
          if (event.type === 'deaf') this.deaf.push(event.report);
        },
        crashOf: async () => null,
      },
      wake: () => {
        this.wakes++;
        this.driver.wake();
      },
      openLink: () => this.openLink(),
      spareInstances: false,
      onPortError(_port, error) {
        throw error;
      },
    });
    this.teller = this.vm.openPort(teller, { onReceipt: () => void this.receipts++, onBankTotal() {} });
    this.driver.drive(this.vm);
  }

  /** Linked with the VM of the bank, and idle. */
  static async open(carriage: Carriage): Promise<HostVm> {
    const opened = new HostVm(carriage);
    await opened.attach('js');
    await opened.vm.setRoutes([[bank.address, 'js']]);
    await turns();
    return opened;
  }

  async attach(peer: VmName): Promise<void> {
    await this.vm.attach(peer, { incoming: null, outgoing: null });
  }

  private openLink(): { reader: RetainingReader; writer: RetainingWriter } {
    const [coming, going] = [direction(this.carriage), direction(this.carriage)];
    this.ports.push(...coming.ports, ...going.ports);
    this.writer = coming.writer;
    this.reader = coming.reader;
    this.incoming = going.reader;
    return { reader: coming.reader, writer: going.writer };
  }

  /** The next frame of the bank for the teller. */
  stamped(message: BoundMessage | BoundReply, fields: object, request?: number): Uint8Array {
    const { outbox } = this;
    outbox.begin();
    outbox.append(message as BoundMessage, teller.address, fields as never, request);
    writeU53(outbox.bytes, SEQUENCE_OFFSET, ++this.sequence);
    writeU32(outbox.bytes, EPOCH_OFFSET, 1);
    return outbox.bytes.slice(0, outbox.length);
  }

  /** The bank sends to the teller. */
  send(message: BoundMessage | BoundReply, fields: object, request?: number): void {
    const frame = this.stamped(message, fields, request);
    if (!this.writer.write(frame, 0, frame.length)) throw new Error('the link is full');
    this.writer.flush();
  }

  /** Numbers of the requests that have come to the bank. */
  async asked(): Promise<number[]> {
    await turns();
    const numbers: number[] = [];
    this.incoming.drain((bytes, at) => {
      numbers.push(requestNumber(bytes, at, at + frameLength(bytes, at)));
      return true;
    }, 1024);
    return numbers;
  }

  get timersSet(): number {
    return this.timers.length;
  }

  /** Time passes with the thread busy: timers are the first to find that it is over. */
  pass(milliseconds: number): void {
    this.now += milliseconds;
    for (let due = this.due; due; due = this.due) {
      this.timers = this.timers.filter((each) => each !== due);
      due.fire();
    }
  }

  private get due(): Timer | undefined {
    return this.timers.find(({ at }) => at <= this.now);
  }

  /** The runtime looks whether this VM still hears. */
  async beat(): Promise<void> {
    this.look();
    await turns();
  }

  close(): void {
    for (const port of this.ports) port.close();
  }
}
