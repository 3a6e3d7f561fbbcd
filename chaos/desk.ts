/**
 * The desk: a supervised port in the JavaScript VM, or in that of the painter, that records the frames that it begins to handle, and ends on command. The record
 * outlives its incarnations and its VMs. The catch: it is an object of the host's thread, so there is no desk on real threads.
 */
import type { CrashReport } from '../actors/contract/events.js';
import type { Incoming } from '../actors/model/handlers.js';
import type { Port } from '../actors/vm/port/port.js';
import type { Vm } from '../actors/vm/vm.js';
import type { MessageOf } from '../protocol/fields.js';
import { timer } from '../protocol/generated/timer.js';
import { PAIR_LANES } from './couriers.js';
import { digestOf } from './js-actors/digest.js';
import { desk, parties } from './protocol/generated/index.js';

/** A frame that the desk has begun to handle. */
export interface DeskEntry {
  readonly source: number;
  readonly sequence: number;
  readonly sentAt: number;
  readonly lane: number;
  readonly id: number;
  readonly label: number;
  /** Counts the frames of this source in this lane, from 1. 0 when it does harm. */
  readonly number: number;
  readonly digest: number;
  /** Number of the VM that the incarnation is in, from 1. */
  readonly vm: number;
}

/** A frame at which an incarnation ended. */
export interface DeskCrash {
  readonly epoch: number;
  readonly source: number;
  readonly sequence: number;
}

/** What is known of all incarnations. */
export class DeskRecord {
  readonly entries: DeskEntry[] = [];
  readonly crashes: DeskCrash[] = [];
  /** Number of the VM that each incarnation was in. */
  readonly vmOf = new Map<number, number>();
  /** How many VMs there were: each but the last was lost. */
  vms = 0;
  /** When the last of them had recovered, in microseconds of the clock. */
  recoveredAt = 0;
}

/** How an incarnation ends that is not ended from outside. */
export type DeskEnd = 'opening' | 'rejection';

type Letter = MessageOf<typeof desk, 'work'>;
type Asking = MessageOf<typeof desk, 'ask'>;

type DeskPort = Port<typeof desk>;

const REJECTED_AFTER_MS = 2;

export class Desk {
  readonly record = new DeskRecord();
  private readonly ordered = new Set<DeskEnd>();
  /** Source and sequence of frames whose promise was rejected: they pass when they come again. */
  private readonly rejected = new Set<string>();
  /** Numbers of timers. */
  private timers = 0;

  /** To strike the next one that opens, or handles a frame. */
  order(end: DeskEnd): void {
    this.ordered.add(end);
  }

  /** An incarnation has ended. */
  crashed({ epoch, message }: CrashReport): void {
    const source = parties.find(({ name }) => name === message.source)?.address;
    if (source !== undefined) this.record.crashes.push({ epoch, source, sequence: message.sequence });
  }

  /** Opens it in the next incarnation of its VM. */
  open(vm: Vm): void {
    const number = ++this.record.vms;
    vm.openSupervisedPort(desk, (port) => {
      this.record.vmOf.set(port.epoch, number);
      return {
        onOpen: () => {
          if (this.ordered.delete('opening')) throw new Error('the desk does not open');
        },
        onUrgent: (letter, incoming) => this.hear(port, PAIR_LANES.urgent, letter, incoming),
        onWork: (letter, incoming) => this.hear(port, PAIR_LANES.work, letter, incoming),
        onChore: (letter, incoming) => this.hear(port, PAIR_LANES.chore, letter, incoming),
        onAsk: (asking, incoming) => {
          const ended = this.hear(port, PAIR_LANES.ask, asking, incoming);
          this.answer(port, asking, incoming);
          return ended;
        },
      };
    });
  }

  private hear(
    port: DeskPort,
    lane: number,
    { id, label, number, payload, harm }: Letter,
    { source, sequence, sentAt }: Incoming,
  ): void | Promise<void> {
    const vm = this.record.vmOf.get(port.epoch)!;
    this.record.entries.push({ source, sequence, sentAt, lane, id, label, number, digest: digestOf(payload), vm });
    if (harm === 'poison') throw new Error(`message ${id} is poison`);
    const identity = `${source} ${sequence}`;
    if (this.rejected.has(identity) || this.hasEndedAt(source, sequence) || !this.ordered.delete('rejection')) return;
    this.rejected.add(identity);
    return new Promise((_resolve, reject) => this.later(port, REJECTED_AFTER_MS, () => reject(new Error('the desk thinks better of it'))));
  }

  /** As with faults to order, a frame at which an incarnation has ended is spared: a second end would make it poison. */
  private hasEndedAt(source: number, sequence: number): boolean {
    return this.record.crashes.some((crash) => crash.source === source && crash.sequence === sequence);
  }

  private answer(port: DeskPort, { id, delayMs }: Asking, incoming: Incoming): void {
    const reply = () => port.reply(incoming, desk.receives.ask, { id });
    if (delayMs === 0) reply();
    else this.later(port, delayMs, reply);
  }

  /** By the bus's time, which stands still for a VM that hangs. */
  private later(port: DeskPort, delayMs: number, call: () => void): void {
    const number = ++this.timers;
    port.onTimer(number, call);
    port.send(timer.receives.start, { timer: number, delayMs });
  }
}
