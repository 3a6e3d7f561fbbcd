/** The hand: carries out the top commands of a plan on any host, and notes what it hears as couriers do. */

import type { Incoming } from '../actors/model/handlers.js';
import { type Port, PortOverloadError } from '../actors/vm/port/port.js';
import type { Vm } from '../actors/vm/vm.js';
import { type ErrorCode, RequestError } from '../protocol/errors.js';
import type { MessageOf, PublicationOf } from '../protocol/fields.js';
import { askOf, type CourierSchema, couriers, PAIR_LANES } from './couriers.js';
import { digestOf, mix, payloadOf } from './js-actors/digest.js';
import type { PlannedCommand } from './plan.js';
import { ACTS } from './protocol/courier.js';
import { type amber, desk, hand } from './protocol/generated/index.js';

type Asking = MessageOf<CourierSchema, 'askAmber'>;
type WireCommand = Asking['commands'][number];

export interface Heard {
  readonly label: number;
  count: number;
  digest: number;
  readonly ids: number[];
}

export interface PairCount {
  readonly party: number;
  readonly lane: number;
  sent: number;
  received: number;
  last: number;
  astray: number;
}

const addressOf = (name: string): number => [hand, desk, ...couriers].find((party) => party.name === name)!.address;

/** The tree of commands as the line-by-line list that messages carry. */
const flatten = (commands: readonly PlannedCommand[], depth = 1): WireCommand[] =>
  commands.flatMap(({ act, to, id, bytes, count, delayMs, harm, commands: inner }) => [
    { depth, act, to: addressOf(to), id, bytes, count, delayMs, harm },
    ...flatten(inner, depth + 1),
  ]);

export class Hand {
  readonly streams = new Map<number, Heard>();
  readonly pairs = new Map<string, PairCount>();
  /** How requests ended, by id: with a digest, or with the code of a failure. */
  readonly answers = new Map<number, number | ErrorCode>();
  /** How requests to the desk ended, in the same form. */
  readonly deskAnswers = new Map<number, number | ErrorCode>();
  /** Requests that have not been settled. */
  asked = 0;
  private readonly port: Port<typeof hand>;

  /** @param arrived is called for each frame of a courier */
  constructor(vm: Vm, arrived: (source: number, incoming: Pick<Incoming, 'sentAt'>) => void = () => {}) {
    const hear = (lane: number) => (letter: MessageOf<typeof hand, 'work'>, incoming: Incoming) => {
      this.count(incoming.source, lane, letter.number);
      this.note(letter.label, letter.id, digestOf(letter.payload));
      arrived(incoming.source, incoming);
    };
    const hearNews = (owner: CourierSchema) => (news: PublicationOf<typeof amber, 'news'>, fresh: boolean) => {
      const pair = this.pair(owner.address, PAIR_LANES.news);
      if (!fresh) {
        this.count(owner.address, PAIR_LANES.news, news.number);
        this.note(news.label, news.id, digestOf(news.payload));
        return;
      }
      pair.astray += news.number - pair.last;
      pair.last = news.number;
    };
    this.port = vm.openPort<typeof hand>(hand, {
      onUrgent: hear(PAIR_LANES.urgent),
      onWork: hear(PAIR_LANES.work),
      onChore: hear(PAIR_LANES.chore),
      onAmberNews: hearNews(couriers[0]),
      onDuneNews: hearNews(couriers[3]),
    });
  }

  /** @param pause lets time pass when there is no room for more */
  async carryOut(commands: readonly PlannedCommand[], pause: () => Promise<void>): Promise<void> {
    for (const command of commands) {
      const inner = flatten(command.commands);
      for (let repeat = 0; repeat < command.count; repeat++) {
        while (!(await this.obey(command, command.id + repeat, inner))) await pause();
      }
    }
  }

  /** @returns false when there is no room */
  private async obey({ act, to, bytes, delayMs, harm }: PlannedCommand, id: number, commands: WireCommand[]): Promise<boolean> {
    const target = addressOf(to);
    const label = mix(mix(mix(0, hand.address), target), ACTS.indexOf(act));
    const lane = act === 'urgent' || act === 'work' || act === 'chore' || act === 'ask' ? PAIR_LANES[act] : null;
    const pair = lane === null ? null : this.pair(target, lane);
    const number = pair === null || harm !== 'none' ? 0 : pair.sent + 1;
    const letter = { id, label, number, commands, payload: payloadOf(id, bytes), harm, delayMs };
    const courier = couriers.find(({ address }) => address === target);
    try {
      if (!(courier ? await this.sendTo(courier, act, letter) : await this.call(act, letter))) return false;
    } catch (error) {
      if (error instanceof PortOverloadError) return false;
      throw error;
    }
    if (pair && number > 0) pair.sent = number;
    return true;
  }

  private async sendTo(courier: CourierSchema, act: PlannedCommand['act'], letter: Asking): Promise<boolean> {
    if (act === 'ask') return this.ask(courier, letter);
    if (act === 'note') this.port.send(courier.receives.note, letter);
    else if (act === 'rumour') this.port.send(courier.receives.rumour, letter);
    else if (act === 'urgent' || act === 'work' || act === 'chore') this.port.send(courier.receives[act], letter);
    return true;
  }

  /** Sends the desk something. */
  private async call(act: PlannedCommand['act'], letter: Asking): Promise<boolean> {
    if (act === 'ask') return this.settled(this.port.request(desk.receives.ask, letter), letter.id, this.deskAnswers, ({ id }) => id);
    if (act === 'urgent' || act === 'work' || act === 'chore') this.port.send(desk.receives[act], letter);
    return true;
  }

  private ask(courier: CourierSchema, asking: Asking): Promise<boolean> {
    return this.settled(this.port.request(askOf(courier), asking), asking.id, this.answers, ({ id, label, number, digest }) => {
      this.count(courier.address, PAIR_LANES.answer, number);
      this.note(label, id, digest);
      return digest;
    });
  }

  /** @param hear gets an answer, and returns what is kept of it @returns false when there is no room: then nothing was asked */
  private async settled<T>(request: Promise<T>, id: number, answers: Map<number, number | ErrorCode>, hear: (answer: T) => number) {
    let refused = false;
    this.asked++;
    request.then(
      (answer) => {
        this.asked--;
        answers.set(id, hear(answer));
      },
      (error) => {
        this.asked--;
        refused = error instanceof RequestError && error.code === 'overloaded';
        if (!refused) answers.set(id, error instanceof RequestError ? error.code : 'ended');
      },
    );
    // Refusals come at once.
    await null;
    return !refused;
  }

  private note(label: number, id: number, digest: number): void {
    let stream = this.streams.get(label);
    if (!stream) this.streams.set(label, (stream = { label, count: 0, digest: 0, ids: [] }));
    stream.count++;
    stream.digest = mix(mix(stream.digest, id), digest);
    stream.ids.push(id);
  }

  private pair(party: number, lane: number): PairCount {
    const key = `${party} ${lane}`;
    let pair = this.pairs.get(key);
    if (!pair) this.pairs.set(key, (pair = { party, lane, sent: 0, received: 0, last: 0, astray: 0 }));
    return pair;
  }

  private count(party: number, lane: number, number: number): void {
    const pair = this.pair(party, lane);
    pair.received++;
    if (number !== pair.last + 1) pair.astray++;
    pair.last = number;
  }
}
