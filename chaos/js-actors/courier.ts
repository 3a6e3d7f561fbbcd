/**
 * A courier in TypeScript: hears messages, notes what it heard, and carries out the commands in them. The twin of ../wasm-actors/courier.
 *
 * What it sends because of a stream depends on that stream alone, never on how streams were mixed. So each stream, and but for the numbers of
 * frames its final state, is the same whatever the timing.
 */
import { Actor, type RequestToken } from '../../actors/model/actor.js';
import { ERROR_CODES, type ErrorCode } from '../../protocol/errors.js';
import type { MessageFields, MessageOf, PublicationOf, StateOf } from '../../protocol/fields.js';
import { FOLLOWERS } from '../../protocol/frame.js';
import { answerHandlerOf, askHandlerOf, askOf, type CourierSchema, courierAt, couriers, newsHandlerOf, PAIR_LANES } from '../couriers.js';
import { ACTS } from '../protocol/courier.js';
import { desk } from '../protocol/generated/desk.js';
import { hand } from '../protocol/generated/hand.js';
import { digestOf, mix, payloadOf } from './digest.js';

type State = StateOf<CourierSchema>;
type Letter = MessageOf<CourierSchema, 'work'>;
type Asking = MessageOf<CourierSchema, 'askAmber'>;
type News = PublicationOf<CourierSchema, 'news'>;
type Answer = MessageFields<CourierSchema['receives']['askAmber']['reply']>;
export type Command = Letter['commands'][number];

/** In a label, in place of an act. */
const ANSWER = ACTS.length;

export class Courier extends Actor<CourierSchema> {
  private state: State = { sum: 0, streams: [], pairs: [], notes: [], asked: [], waiting: [], failed: [], strays: 0 };
  private logs = false;

  constructor(schema: CourierSchema) {
    super(schema);
    const handlers = this as unknown as Record<string, (...input: never[]) => void>;
    handlers[askHandlerOf(schema.name)] = (asking: Asking) => this.answer(asking);
    for (const { name, address } of couriers) {
      handlers[answerHandlerOf(name)] = (request: number, answer: Answer) => this.hearAnswer(request, answer);
      const news = `${name}.news`;
      if (schema.follows.includes(news))
        handlers[newsHandlerOf(news)] = (fields: News, fresh: boolean) => this.hearNews(address, fields, fresh);
    }
  }

  override configure(name: string, value: number): void {
    if (name === 'logs') this.logs = value === 1;
  }

  onUrgent(letter: Letter): void {
    this.hear(PAIR_LANES.urgent, letter);
  }
  onWork(letter: Letter): void {
    this.hear(PAIR_LANES.work, letter);
  }
  onChore(letter: Letter): void {
    this.hear(PAIR_LANES.chore, letter);
  }

  onNote({ label, id }: MessageOf<CourierSchema, 'note'>): void {
    const known = this.state.notes.find((note) => note.label === label);
    if (known && known.id > id) this.state.strays++;
    else if (known) known.id = id;
    else this.state.notes.push({ label, id });
  }

  onRumour(): void {}

  override onTimer(timer: number): void {
    const index = this.state.waiting.findIndex((waiting) => waiting.timer === timer);
    if (index < 0) {
      this.state.strays++;
      return;
    }
    const [{ label, source, request, commands }] = this.state.waiting.splice(index, 1);
    this.state.sum = (this.state.sum + mix(label, timer)) >>> 0;
    if (source === 0) this.carryOut(commands, label);
    else this.sendAnswer({ source, request }, label, timer);
  }

  override onRefresh(): void {
    const { sent } = this.pair(FOLLOWERS, PAIR_LANES.news);
    this.publishFresh(this.schema.publishes.news, { id: 0, label: 0, number: sent, payload: new Uint8Array(0) });
  }

  override onRequestFailed(request: number, _kind: number, code: ErrorCode): void {
    const id = this.settle(request);
    this.state.failed.push(id, ERROR_CODES.indexOf(code));
  }

  snapshot(): State {
    const { state } = this;
    state.streams.sort((a, b) => a.label - b.label);
    state.pairs.sort((a, b) => a.party - b.party || a.lane - b.lane);
    state.notes.sort((a, b) => a.label - b.label);
    return state;
  }
  restore(state: State): void {
    this.state = state;
  }

  private hear(lane: number, { id, label, number, commands, payload, harm }: Letter): void {
    this.count(this.source, lane, number);
    this.note(label, id, digestOf(payload));
    this.carryOut(commands, label);
    if (harm === 'poison') throw new Error(`message ${id} is poison`);
    while (harm === 'hang') this.state.strays |= 0;
  }

  private answer(asking: Asking): void {
    const { id, label, delayMs } = asking;
    const { source, request } = this.requestToken;
    this.hear(PAIR_LANES.ask, asking);
    if (delayMs === 0) {
      this.sendAnswer({ source, request }, label, id);
    } else {
      this.state.waiting.push({ timer: id, label: mix(label, id), source, request, commands: [] });
      this.startTimer(id, delayMs);
    }
  }

  private hearAnswer(request: number, { id, label, number, digest }: Answer): void {
    this.count(this.source, PAIR_LANES.answer, number);
    this.settle(request);
    this.note(label, id, digest);
  }

  private hearNews(owner: number, { id, label, number, payload }: News, fresh: boolean): void {
    if (!fresh) {
      this.count(owner, PAIR_LANES.news, number);
      this.note(label, id, digestOf(payload));
      return;
    }
    const pair = this.pair(owner, PAIR_LANES.news);
    pair.astray += number - pair.last;
    pair.last = number;
  }

  /** @returns the id of the question */
  private settle(request: number): number {
    const index = this.state.asked.findIndex((asked) => asked.request === request);
    if (index < 0) this.state.strays++;
    return index < 0 ? 0 : this.state.asked.splice(index, 1)[0].id;
  }

  private note(label: number, id: number, digest: number): void {
    let stream = this.state.streams.find((known) => known.label === label);
    if (!stream) this.state.streams.push((stream = { label, count: 0, digest: 0, ids: [] }));
    stream.count++;
    stream.digest = mix(mix(stream.digest, id), digest);
    if (this.logs) stream.ids.push(id);
    this.state.sum = (this.state.sum + mix(label, id)) >>> 0;
  }

  private pair(party: number, lane: number): State['pairs'][number] {
    let pair = this.state.pairs.find((known) => known.party === party && known.lane === lane);
    if (!pair) this.state.pairs.push((pair = { party, lane, sent: 0, received: 0, last: 0, astray: 0 }));
    return pair;
  }

  private count(party: number, lane: number, number: number): void {
    if (number === 0) return;
    const pair = this.pair(party, lane);
    pair.received++;
    if (number !== pair.last + 1) pair.astray++;
    pair.last = number;
  }

  private carryOut(commands: readonly Command[], label: number): void {
    for (let i = 0; i < commands.length; ) {
      let end = i + 1;
      while (end < commands.length && commands[end].depth > commands[i].depth) end++;
      const inner = commands.slice(i + 1, end).map((command) => ({ ...command, depth: command.depth - 1 }));
      for (let repeat = 0; repeat < commands[i].count; repeat++) this.obey(commands[i], commands[i].id + repeat, inner, label);
      i = end;
    }
  }

  private obey(command: Command, id: number, commands: readonly Command[], stream: number): void {
    const { act, to, bytes, delayMs, harm } = command;
    const label = mix(mix(mix(stream, this.schema.address), to), ACTS.indexOf(act));
    const payload = payloadOf(id, bytes);
    const courier = courierAt(to);
    if (act === 'timer') {
      this.state.waiting.push({ timer: id, label: mix(label, id), source: 0, request: 0, commands: [...commands] });
      this.startTimer(id, delayMs);
    } else if (act === 'news') {
      this.publish(this.schema.publishes.news, { id, label, number: ++this.pair(FOLLOWERS, PAIR_LANES.news).sent, payload });
    } else if (act === 'note') {
      if (courier) this.send(courier.receives.note, { label, id });
    } else if (act === 'rumour') {
      if (courier) this.send(courier.receives.rumour, { payload });
    } else {
      const number = harm === 'none' ? ++this.pair(to, PAIR_LANES[act]).sent : 0;
      if (!courier) {
        if (act !== 'ask') this.sendToPort(act, to, { id, label, number, payload, harm });
      } else if (act === 'ask') {
        const request = this.request(askOf(courier), { id, label, number, commands: [...commands], payload, harm, delayMs });
        this.state.asked.push({ request, id });
      } else {
        this.send(courier.receives[act], { id, label, number, commands: [...commands], payload, harm });
      }
    }
  }

  private sendToPort(act: 'urgent' | 'work' | 'chore', to: number, fields: MessageOf<typeof desk, 'work'>): void {
    if (to === desk.address) this.send(desk.receives[act], fields);
    else this.send(hand.receives[act], fields);
  }

  private sendAnswer(to: RequestToken, stream: number, id: number): void {
    const label = mix(mix(stream, this.schema.address), ANSWER);
    const digest = this.state.streams.find((known) => known.label === stream)?.digest ?? 0;
    const number = ++this.pair(to.source, PAIR_LANES.answer).sent;
    this.reply(to, askOf(this.schema), { id, label, number, digest });
  }
}
