/** A courier in AssemblyScript: the twin of ../../js-actors/courier.ts. It speaks the schema of amber, under the kinds of whoever it is. */
import { FOLLOWERS } from '../../../protocol/assembly/frame';
import { Problem, Reader } from '../../../protocol/assembly/reader';
import { Bytes, List } from '../../../protocol/assembly/values';
import { Actor, RequestToken } from '../../../wasm-actors/kit/actor';
import {
  Act, AMBER_ADDRESS, AmberAskAmber, AmberAskAmberReply, AmberNews, AmberNote, AmberRumour, AmberWork, Asked, CourierState, Harm, Note,
  Command, Pair, Stream, Waiting,
} from '../../protocol/generated/assembly/amber';
import { DeskWork } from '../../protocol/generated/assembly/desk';
import { HandWork } from '../../protocol/generated/assembly/hand';
import { digestOf, mix, payloadOf } from './digest';
import { ReaddressedAnswer, ReaddressedAsk, ReaddressedMessage, ReaddressedNews } from './readdressed';

/** Kinds above the first of a party. */
namespace Kind {
  export const URGENT: u16 = 0x01;
  export const WORK: u16 = 0x02;
  export const CHORE: u16 = 0x03;
  export const ASK: u16 = 0x04;
  export const NOTE: u16 = 0x05;
  export const RUMOUR: u16 = 0x06;
  export const NEWS: u16 = 0x40;
  export const ANSWER: u16 = 0x84;
}

/** What frames of a pair are counted by. */
namespace PairLane {
  export const URGENT: u8 = 0;
  export const WORK: u8 = 1;
  export const ASK: u8 = 1;
  export const CHORE: u8 = 2;
  export const NEWS: u8 = 3;
  export const ANSWER: u8 = 4;
}

/** In a label, in place of an act. */
const ANSWER: u32 = 8;

const HAND: u16 = new HandWork().target;
const DESK: u16 = new DeskWork().target;

function isPort(address: u16): bool {
  return address == HAND || address == DESK;
}

function firstKindOf(address: u16): u16 {
  return 0x6000 + ((address - AMBER_ADDRESS) << 8);
}

export class Courier extends Actor<CourierState> {
  private readonly state: CourierState = new CourierState();
  private sum: u32 = 0;
  private streams: Stream[] = [];
  private pairs: Pair[] = [];
  private notes: Note[] = [];
  private asked: Asked[] = [];
  private waiting: Waiting[] = [];
  private failed: u32[] = [];
  private strays: u32 = 0;
  private logs: bool = false;

  private readonly letter: AmberWork = new AmberWork();
  private readonly asking: AmberAskAmber = new AmberAskAmber();
  private readonly answered: AmberAskAmberReply = new AmberAskAmberReply();
  private readonly news: AmberNews = new AmberNews();
  private readonly heardNote: AmberNote = new AmberNote();
  private readonly heardRumour: AmberRumour = new AmberRumour();

  dispatch(kind: u16, reader: Reader): bool {
    switch (kind & 0xff) {
      case Kind.URGENT:
        return this.onLetter(PairLane.URGENT, reader);
      case Kind.WORK:
        return this.onLetter(PairLane.WORK, reader);
      case Kind.CHORE:
        return this.onLetter(PairLane.CHORE, reader);
      case Kind.ASK:
        if (!this.asking.decode(reader)) return false;
        this.onAsk(this.asking);
        return true;
      case Kind.NOTE:
        if (!this.heardNote.decode(reader)) return false;
        this.onNote(this.heardNote);
        return true;
      case Kind.RUMOUR:
        return this.heardRumour.decode(reader);
      case Kind.ANSWER:
        if (!this.answered.decode(reader)) return false;
        this.onAnswer(this.answered);
        return true;
      case Kind.NEWS:
        if (!this.news.decode(reader)) return false;
        if (this.admits(kind, this.news.version, this.news.fresh)) this.onNews(this.news);
        return true;
    }
    reader.fail(Problem.Kind);
    return false;
  }

  configure(name: string, value: f64): void {
    if (name == 'logs') this.logs = value == 1;
  }

  onTimer(timer: u32): void {
    for (let i = 0; i < this.waiting.length; i++) {
      const waiting = this.waiting[i];
      if (waiting.timer != timer) continue;
      this.waiting.splice(i, 1);
      this.sum += mix(waiting.label, timer);
      if (waiting.source == 0) this.carryOut(waiting.commands, waiting.label);
      else this.sendAnswer(new RequestToken(waiting.source, waiting.request), waiting.label, timer);
      return;
    }
    this.strays++;
  }

  onRefresh(topic: u16): void {
    const news = new AmberNews();
    news.number = this.pair(FOLLOWERS, PairLane.NEWS).sent;
    this.publishFresh(new ReaddressedNews(topic, FOLLOWERS, news));
  }

  onRequestFailed(request: u32, kind: u16, code: u8): void {
    this.failed.push(this.settle(request));
    this.failed.push(code);
  }

  saveState(): CourierState {
    const state = this.state;
    state.sum = this.sum;
    this.streams.sort((a, b) => a.label < b.label ? -1 : 1);
    fill<Stream>(state.streams, this.streams);
    this.pairs.sort((a, b) => a.party != b.party ? <i32>a.party - <i32>b.party : <i32>a.lane - <i32>b.lane);
    fill<Pair>(state.pairs, this.pairs);
    this.notes.sort((a, b) => a.label < b.label ? -1 : 1);
    fill<Note>(state.notes, this.notes);
    fill<Asked>(state.asked, this.asked);
    fill<Waiting>(state.waiting, this.waiting);
    state.failed.clear();
    for (let i = 0; i < this.failed.length; i++) state.failed.push(this.failed[i]);
    state.strays = this.strays;
    return state;
  }

  loadState(state: CourierState): void {
    this.sum = state.sum;
    this.streams = itemsOf<Stream>(state.streams);
    this.pairs = itemsOf<Pair>(state.pairs);
    this.notes = itemsOf<Note>(state.notes);
    this.asked = itemsOf<Asked>(state.asked);
    this.waiting = itemsOf<Waiting>(state.waiting);
    this.failed = itemsOf<u32>(state.failed);
    this.strays = state.strays;
  }

  private onLetter(lane: u8, reader: Reader): bool {
    const letter = this.letter;
    if (!letter.decode(reader)) return false;
    this.hear(lane, letter.id, letter.label, letter.number, letter.commands, letter.payload, letter.harm);
    return true;
  }

  private hear(lane: u8, id: u32, label: u32, number: u32, commands: List<Command>, payload: Bytes, harm: Harm): void {
    this.count(this.source, lane, number);
    this.note(label, id, digestOf(payload));
    this.carryOut(commands, label);
    if (harm == Harm.Poison) throw new Error('this message is poison');
    while (harm == Harm.Hang) this.strays |= 0;
  }

  private onAsk(asking: AmberAskAmber): void {
    const token = this.requestToken;
    const id = asking.id;
    const label = asking.label;
    const delayMs = asking.delayMs;
    this.hear(PairLane.ASK, id, label, asking.number, asking.commands, asking.payload, asking.harm);
    if (delayMs == 0) {
      this.sendAnswer(token, label, id);
      return;
    }
    const waiting = this.await(id, label);
    waiting.source = token.source;
    waiting.request = token.request;
    this.startTimer(id, delayMs);
  }

  private onAnswer(answer: AmberAskAmberReply): void {
    this.count(this.source, PairLane.ANSWER, answer.number);
    this.settle(answer.request);
    this.note(answer.label, answer.id, answer.digest);
  }

  private onNote(message: AmberNote): void {
    for (let i = 0; i < this.notes.length; i++) {
      const note = this.notes[i];
      if (note.label != message.label) continue;
      if (note.id > message.id) this.strays++;
      else note.id = message.id;
      return;
    }
    const note = new Note();
    note.label = message.label;
    note.id = message.id;
    this.notes.push(note);
  }

  private onNews(news: AmberNews): void {
    if (!news.fresh) {
      this.count(this.source, PairLane.NEWS, news.number);
      this.note(news.label, news.id, digestOf(news.payload));
      return;
    }
    const pair = this.pair(this.source, PairLane.NEWS);
    pair.astray += news.number - pair.last;
    pair.last = news.number;
  }

  private settle(request: u32): u32 {
    for (let i = 0; i < this.asked.length; i++) {
      const asked = this.asked[i];
      if (asked.request != request) continue;
      this.asked.splice(i, 1);
      return asked.id;
    }
    this.strays++;
    return 0;
  }

  private streamOf(label: u32): Stream | null {
    for (let i = 0; i < this.streams.length; i++) if (this.streams[i].label == label) return this.streams[i];
    return null;
  }

  private note(label: u32, id: u32, digest: u32): void {
    let stream = this.streamOf(label);
    if (stream === null) {
      stream = new Stream();
      stream.label = label;
      this.streams.push(stream);
    }
    stream.count++;
    stream.digest = mix(mix(stream.digest, id), digest);
    if (this.logs) stream.ids.push(id);
    this.sum += mix(label, id);
  }

  private pair(party: u16, lane: u8): Pair {
    for (let i = 0; i < this.pairs.length; i++) {
      const pair = this.pairs[i];
      if (pair.party == party && pair.lane == lane) return pair;
    }
    const pair = new Pair();
    pair.party = party;
    pair.lane = lane;
    this.pairs.push(pair);
    return pair;
  }

  private nextNumber(party: u16, lane: u8): u32 {
    return ++this.pair(party, lane).sent;
  }

  private count(party: u16, lane: u8, number: u32): void {
    if (number == 0) return;
    const pair = this.pair(party, lane);
    pair.received++;
    if (number != pair.last + 1) pair.astray++;
    pair.last = number;
  }

  private await(timer: u32, label: u32): Waiting {
    const waiting = new Waiting();
    waiting.timer = timer;
    waiting.label = mix(label, timer);
    this.waiting.push(waiting);
    return waiting;
  }

  private carryOut(commands: List<Command>, label: u32): void {
    let i = 0;
    while (i < commands.length) {
      const command = commands.at(i);
      let end = i + 1;
      while (end < commands.length && commands.at(end).depth > command.depth) end++;
      for (let repeat: u32 = 0; repeat < command.count; repeat++) this.obey(command, command.id + repeat, commands, i + 1, end, label);
      i = end;
    }
  }

  /** @param from of the commands within this one, which end before `end` */
  private obey(command: Command, id: u32, commands: List<Command>, from: i32, end: i32, stream: u32): void {
    const label = mix(mix(mix(stream, this.address), command.to), command.act);
    const kinds = firstKindOf(command.to);
    switch (command.act) {
      case Act.Timer:
        copyCommands(this.await(id, label).commands, commands, from, end);
        this.startTimer(id, command.delayMs);
        return;
      case Act.News:
        this.sendNews(id, label, command.bytes);
        return;
      case Act.Note: {
        const note = new AmberNote();
        note.label = label;
        note.id = id;
        if (!isPort(command.to)) this.send(new ReaddressedMessage(kinds + Kind.NOTE, command.to, note));
        return;
      }
      case Act.Rumour: {
        const rumour = new AmberRumour();
        rumour.payload.set(payloadOf(id, command.bytes));
        if (!isPort(command.to)) this.send(new ReaddressedMessage(kinds + Kind.RUMOUR, command.to, rumour));
        return;
      }
      case Act.Ask:
        if (!isPort(command.to)) this.sendAsk(command, id, label, commands, from, end);
        return;
      default:
        if (command.to == HAND) this.sendToHand(command, id, label);
        else if (command.to == DESK) this.sendToDesk(command, id, label);
        else this.sendLetter(command, id, label, commands, from, end);
    }
  }

  private sendNews(id: u32, label: u32, bytes: u32): void {
    const news = new AmberNews();
    news.id = id;
    news.label = label;
    news.number = this.nextNumber(FOLLOWERS, PairLane.NEWS);
    news.payload.set(payloadOf(id, bytes));
    this.publish(new ReaddressedNews(firstKindOf(this.address) + Kind.NEWS, FOLLOWERS, news));
  }

  private sendAsk(command: Command, id: u32, label: u32, commands: List<Command>, from: i32, end: i32): void {
    const ask = new AmberAskAmber();
    ask.id = id;
    ask.label = label;
    ask.number = command.harm == Harm.None ? this.nextNumber(command.to, PairLane.ASK) : 0;
    ask.delayMs = command.delayMs;
    ask.harm = command.harm;
    ask.payload.set(payloadOf(id, command.bytes));
    copyCommands(ask.commands, commands, from, end);
    const asked = new Asked();
    asked.id = id;
    asked.request = this.request(new ReaddressedAsk(firstKindOf(command.to) + Kind.ASK, command.to, ask));
    this.asked.push(asked);
  }

  private sendLetter(command: Command, id: u32, label: u32, commands: List<Command>, from: i32, end: i32): void {
    const letter = new AmberWork();
    letter.id = id;
    letter.label = label;
    letter.number = command.harm == Harm.None ? this.nextNumber(command.to, <u8>command.act) : 0;
    letter.harm = command.harm;
    letter.payload.set(payloadOf(id, command.bytes));
    copyCommands(letter.commands, commands, from, end);
    this.send(new ReaddressedMessage(firstKindOf(command.to) + Kind.URGENT + <u16>command.act, command.to, letter));
  }

  private sendToHand(command: Command, id: u32, label: u32): void {
    const letter = new HandWork();
    letter.id = id;
    letter.label = label;
    letter.number = this.nextNumber(command.to, <u8>command.act);
    letter.payload.set(payloadOf(id, command.bytes));
    this.send(new ReaddressedMessage(firstKindOf(command.to) + Kind.URGENT + <u16>command.act, command.to, letter));
  }

  private sendToDesk(command: Command, id: u32, label: u32): void {
    const letter = new DeskWork();
    letter.id = id;
    letter.label = label;
    letter.number = command.harm == Harm.None ? this.nextNumber(command.to, <u8>command.act) : 0;
    letter.harm = command.harm;
    letter.payload.set(payloadOf(id, command.bytes));
    this.send(new ReaddressedMessage(firstKindOf(command.to) + Kind.URGENT + <u16>command.act, command.to, letter));
  }

  private sendAnswer(to: RequestToken, label: u32, id: u32): void {
    const answer = new AmberAskAmberReply();
    const stream = this.streamOf(label);
    answer.id = id;
    answer.label = mix(mix(label, this.address), ANSWER);
    answer.number = this.nextNumber(to.source, PairLane.ANSWER);
    answer.digest = stream === null ? 0 : stream.digest;
    this.reply(to, new ReaddressedAnswer(firstKindOf(this.address) + Kind.ANSWER, to.source, answer));
  }
}

/** Copies the commands from `from` to before `end`, one level up. */
function copyCommands(into: List<Command>, commands: List<Command>, from: i32, end: i32): void {
  into.clear();
  for (let i = from; i < end; i++) {
    const command = commands.at(i);
    const copy = into.add();
    copy.depth = command.depth - 1;
    copy.act = command.act;
    copy.to = command.to;
    copy.id = command.id;
    copy.bytes = command.bytes;
    copy.count = command.count;
    copy.delayMs = command.delayMs;
    copy.harm = command.harm;
  }
}

function fill<T>(list: List<T>, items: T[]): void {
  list.clear();
  for (let i = 0; i < items.length; i++) {
    list.add();
    list.put(i, items[i]);
  }
}

function itemsOf<T>(list: List<T>): T[] {
  const items: T[] = [];
  for (let i = 0; i < list.length; i++) items.push(list.at(i));
  return items;
}
