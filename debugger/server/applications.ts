/**
 * Applications that have connected, and what they record. The newest is looked at. It records while somebody looks on, and a moment longer, so that a
 * page that is loaded again goes on with what it had.
 */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebSocket } from 'ws';
import {
  type FromApplication,
  GOES_ON,
  isStanding,
  type Question,
  type StandingText,
  type ToApplication,
  wordOf,
} from '../../trace/live.js';
import { reasonOf } from './reason.js';
import type { Status, Subject } from './subject.js';
import { Take } from './take.js';

/** A page is loaded again within this time: until then an application that nobody looks at goes on recording. */
const LEFT_MS = 5_000;
/** Recordings besides the newest, for pages that still show them. */
const TAKES_KEPT = 2;

/** One application. */
class Connection {
  name = '';
  acts = false;
  hasScreen = false;
  standing: StandingText = GOES_ON;
  take: Take | null = null;
  /** A file is being made for what it records. */
  begins = false;
  /** Nobody looks at it any more, and it has not ended its recording yet. */
  rests = false;
  /** Why it is not recorded. */
  problem = '';
  private asked = 0;
  private readonly asking = new Map<number, { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }>();

  constructor(readonly socket: WebSocket) {}

  /** Whether it stands, or is to stand somewhere. */
  get holds(): boolean {
    const { paused, pausing, points } = this.standing;
    return paused !== null || pausing !== null || points.length > 0;
  }

  say(word: ToApplication): void {
    this.socket.send(JSON.stringify(word));
  }

  ask(question: Question): Promise<unknown> {
    const id = ++this.asked;
    this.say({ type: 'ask', id, question });
    return new Promise((resolve, reject) => this.asking.set(id, { resolve, reject }));
  }

  answered({ id, value, error }: Extract<FromApplication, { readonly type: 'answer' }>): void {
    const asked = this.asking.get(id);
    this.asking.delete(id);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(error));
  }

  /** Nobody waits for an answer that does not come. */
  gone(): void {
    for (const { reject } of this.asking.values()) reject(new Error('the application has gone'));
    this.asking.clear();
  }
}

export class Applications implements Subject {
  private readonly connections: Connection[] = [];
  private readonly lookers = new Set<(status: Status) => void>();
  private readonly takes: Take[] = [];
  private filesMade = 0;
  private folder: string | null = null;
  private problem = '';
  private leaving: NodeJS.Timeout | undefined;

  /** @param missing what the page says while no application is there */
  constructor(private readonly missing: () => string) {}

  private get current(): Connection | undefined {
    return this.connections.at(-1);
  }

  get status(): Status {
    const { current } = this;
    return {
      name: current?.name ?? 'no application',
      isLive: true,
      take: this.takes.length > 0 ? this.takes.length : null,
      problem: this.problem || (current ? current.problem : this.missing()),
      isConnected: current !== undefined,
      acts: current?.acts ?? false,
      hasScreen: current?.hasScreen ?? false,
      keepsNotes: false,
      standing: current?.standing ?? GOES_ON,
    };
  }

  file(take: number): string {
    return this.takeOf(take).path;
  }

  bytes(take: number): AsyncIterable<Uint8Array> {
    return this.takeOf(take).bytes();
  }

  private takeOf(take: number): Take {
    const found = this.takes[take - 1];
    if (!found) throw new Error(`there is no recording ${take}`);
    return found;
  }

  look(told: (status: Status) => void): () => void {
    clearTimeout(this.leaving);
    this.lookers.add(told);
    if (this.lookers.size === 1) this.watched(true);
    // Told of the recording before, a page takes the one that begins for another run, and loads itself again: for ever, where none can begin.
    const begins = this.current !== undefined && this.current.take === null;
    if (!begins) told(this.status);
    void this.record();
    return () => {
      this.lookers.delete(told);
      if (this.lookers.size > 0) return;
      this.watched(false);
      this.leaving = setTimeout(() => this.rest(), LEFT_MS).unref();
    };
  }

  /** What stands for a page that was closed goes on at once. */
  private watched(watched: boolean): void {
    for (const each of this.connections) each.say({ type: 'watched', watched });
  }

  /** A sign for those that stand: to be given every `ALIVE_MS`. */
  giveSign(): void {
    if (this.lookers.size > 0) for (const each of this.connections) if (each.holds) each.say({ type: 'alive' });
  }

  /** Nobody looks any more. */
  private rest(): void {
    for (const each of this.connections) {
      if (!each.take) continue;
      each.rests = true;
      each.say({ type: 'stop' });
    }
  }

  async ask(question: Question): Promise<unknown> {
    if (!this.current) throw new Error(this.missing());
    return this.current.ask(question);
  }

  /** An application has connected. */
  add(socket: WebSocket): void {
    const connection = new Connection(socket);
    socket.on('message', (data, isBinary) => void this.heard(connection, data as Buffer, isBinary));
    socket.on('close', () => void this.gone(connection));
    socket.on('error', () => {});
  }

  private async heard(connection: Connection, data: Buffer, isBinary: boolean): Promise<void> {
    if (isBinary) return this.keep(connection, data);
    const word = wordOf<FromApplication>(data.toString());
    if (word?.type === 'hello') this.hello(connection, word);
    if (word?.type === 'answer') connection.answered(word);
    if (word?.type === 'stands' && isStanding(word.standing)) this.stands(connection, word.standing);
    if (word?.type === 'ended') await this.ended(connection, String(word.problem));
  }

  private hello(connection: Connection, { name, acts, hasScreen }: Extract<FromApplication, { readonly type: 'hello' }>): void {
    Object.assign(connection, { name: String(name), acts: acts === true, hasScreen: hasScreen === true });
    if (this.current?.take) this.current.say({ type: 'stop' });
    this.connections.push(connection);
    this.problem = '';
    this.tell();
    void this.record();
  }

  private stands(connection: Connection, standing: StandingText): void {
    connection.standing = standing;
    this.tell();
  }

  /** The newest application records, if somebody looks on. */
  private async record(): Promise<void> {
    const { current } = this;
    if (!current || current.take || current.begins || this.lookers.size === 0) return;
    current.begins = true;
    const take = await this.newTake();
    current.begins = false;
    if (!take) return;
    // A newer one has come, or this one has gone: whoever is the newest now has been asked to record.
    if (current !== this.current) return take.remove();
    current.take = take;
    this.takes.push(take);
    await this.takes.at(-1 - TAKES_KEPT)?.remove();
    this.problem = '';
    current.problem = '';
    current.say({ type: 'record', level: 'frames' });
    this.tell();
  }

  /** In a file of its own, also while another one is being made. @returns null when the file system has none, which the page says */
  private async newTake(): Promise<Take | null> {
    try {
      this.folder ??= mkdtempSync(join(tmpdir(), 'tandem-live-'));
      return await Take.create(join(this.folder, `${++this.filesMade}.mcap`));
    } catch (error) {
      this.problem = reasonOf(error);
      this.tell();
      return null;
    }
  }

  private async keep(connection: Connection, bytes: Buffer): Promise<void> {
    try {
      await connection.take?.write(bytes);
      connection.say({ type: 'taken', bytes: bytes.length });
    } catch (error) {
      this.problem = reasonOf(error);
      connection.say({ type: 'stop' });
      this.tell();
    }
  }

  private async ended(connection: Connection, problem: string): Promise<void> {
    await connection.take?.end();
    connection.take = null;
    connection.problem = problem;
    const { rests } = connection;
    connection.rests = false;
    this.tell();
    // Somebody has come to look meanwhile.
    if (rests) await this.record();
  }

  private async gone(connection: Connection): Promise<void> {
    connection.gone();
    await connection.take?.end();
    connection.take = null;
    const at = this.connections.indexOf(connection);
    if (at >= 0) this.connections.splice(at, 1);
    this.tell();
    await this.record();
  }

  private tell(): void {
    for (const told of this.lookers) told(this.status);
  }

  async close(): Promise<void> {
    clearTimeout(this.leaving);
    for (const { socket } of this.connections) socket.terminate();
    await Promise.all(this.takes.map((take) => take.remove()));
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }
}
