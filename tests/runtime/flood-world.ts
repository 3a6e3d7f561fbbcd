/** The torrent, which floods whom it is told to, beside the brook, its neighbour, and the gauge, the host's port. Threads load this, too. */
import { Actor, type Handlers } from '../../actors/model/actor.js';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import type { VmDefinition } from '../../host-shim/common/definition.js';
import type { BoundParty } from '../../protocol/bind.js';
import type { MessageOf, StateOf } from '../../protocol/fields.js';
import { metrics, tandemParties } from '../../protocol/generated/index.js';
import { BINARY_BYTES_DEFAULT_MAX } from '../../protocol/limits.js';
import { LOG_TEXT_BYTES_MAX } from '../../protocol/messages/metrics.js';
import { brook, gauge, torrent } from './protocol/generated/index.js';

export { brook, gauge, torrent };

export const parties: readonly BoundParty[] = [...tandemParties, torrent, brook, gauge];

interface Water {
  first: Uint8Array;
  second: Uint8Array;
  third: Uint8Array;
  fourth: Uint8Array;
  fifth: Uint8Array;
}

/** So many bytes, in fields as large as they may be. */
export function waterOf(bytes: number): Water {
  const [first, second, third, fourth, fifth] = Array.from({ length: 5 }, (_, index) => {
    const left = Math.max(0, bytes - index * BINARY_BYTES_DEFAULT_MAX);
    return new Uint8Array(Math.min(left, BINARY_BYTES_DEFAULT_MAX));
  });
  return { first, second, third, fourth, fifth };
}

export const bytesOf = ({ first, second, third, fourth, fifth }: Water): number =>
  first.length + second.length + third.length + fourth.length + fifth.length;

const TEXT = 'x'.repeat(LOG_TEXT_BYTES_MAX);

class Torrent extends Actor<typeof torrent> implements Handlers<typeof torrent> {
  private heard = 0;
  private refused = 0;
  private asked = 0;
  private again = 0;
  private timers = 0;
  private fired = 0;
  constructor() {
    super(torrent);
  }
  onFlood({ way, count }: MessageOf<typeof torrent, 'flood'>): void {
    this.heard++;
    if (way === 'drip') this.send(torrent.receives.drip, { way, count });
    else if (way === 'ordinary') this.send(torrent.receives.flood, { way, count });
    else if (way === 'asking') this.askAndGoOn(way, count);
    else if (way.startsWith('doubling ')) this.doubleItself(way, count);
    else for (let i = 0; i < count; i++) this.pour(way);
  }
  onDrip({ way, count }: MessageOf<typeof torrent, 'drip'>): void {
    this.heard++;
    this.send(torrent.receives.drip, { way, count });
  }
  onLoad({ bytes, to }: MessageOf<typeof torrent, 'load'>): void {
    if (to === 'brook') this.send(brook.receives.load, waterOf(bytes));
    else if (to === 'gauge') this.send(gauge.receives.load, waterOf(bytes));
    else this.publish(torrent.publishes.tide, waterOf(bytes));
  }
  onAsk({ count, again }: MessageOf<typeof torrent, 'ask'>): void {
    this.again = again;
    for (let i = 0; i < count; i++) this.pour('brook');
  }
  override onTimer(): void {
    this.fired++;
    for (let i = 0; this.timers === 0 && i < 2; i++) this.startTimer(++this.heard, 1);
  }
  onTally(): void {
    this.reply(this.requestToken, torrent.receives.tally, { asked: this.asked, failed: this.refused, fired: this.fired });
  }
  onSilenceReply(): void {}
  onHushReply(): void {}
  override onRequestFailed(): void {
    this.refused++;
    for (let i = 0; i < this.again; i++) this.pour('brook');
  }
  snapshot(): StateOf<typeof torrent> {
    return { heard: this.heard, refused: this.refused, asked: this.asked, again: this.again, timers: this.timers, fired: this.fired };
  }
  restore({ heard, refused, asked, again, timers, fired }: StateOf<typeof torrent>): void {
    this.heard = heard;
    this.refused = refused;
    this.asked = asked;
    this.again = again;
    this.timers = timers;
    this.fired = fired;
  }
  private doubleItself(way: string, count: number): void {
    for (let i = 0; i < count; i++) for (const each of way.split(' ')[1].split('+')) this.pour(each);
    for (let i = 0; i < 2; i++) this.send(torrent.receives.flood, { way, count });
  }
  private askAndGoOn(way: string, count: number): void {
    for (let i = 0; i < count; i++) this.pour('brook');
    this.send(torrent.receives.flood, { way, count });
  }
  private pour(way: string): void {
    if (way === 'brook' || way === 'gauge') this.asked++;
    if (way === 'brook') this.request(brook.receives.silence, {});
    if (way === 'gauge') this.request(gauge.receives.hush, {});
    if (way === 'timer') this.startTimer(this.heard, 1);
    if (way === 'timers') this.startTimer(++this.timers, 1_000);
    if (way === 'tide') this.publish(torrent.publishes.tide, waterOf(0));
    if (way === 'log') this.send(metrics.receives.log, { level: 'info', source: 'torrent', text: TEXT, attributes: [] });
  }
}

class Brook extends Actor<typeof brook> implements Handlers<typeof brook> {
  private bytes = 0;
  constructor() {
    super(brook);
  }
  onLoad(water: MessageOf<typeof brook, 'load'>): void {
    this.bytes += bytesOf(water);
  }
  onTorrentTide(water: MessageOf<typeof brook, 'load'>): void {
    this.bytes += bytesOf(water);
  }
  onPing(): void {
    this.reply(this.requestToken, brook.receives.ping, { bytes: this.bytes });
  }
  onSilence(): void {}
  onDraw({ bytes }: MessageOf<typeof brook, 'draw'>): void {
    this.reply(this.requestToken, brook.receives.draw, waterOf(bytes));
  }
  snapshot(): StateOf<typeof brook> {
    return { bytes: this.bytes };
  }
  restore({ bytes }: StateOf<typeof brook>): void {
    this.bytes = bytes;
  }
}

export const definition: VmDefinition = {
  parties,
  actors: [javaScriptActorFactory(torrent, () => new Torrent(), parties), javaScriptActorFactory(brook, () => new Brook(), parties)],
};
