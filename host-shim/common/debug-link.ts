/**
 * The application's end of a debugger: it connects to the server of a debugger, and records into that connection while somebody looks. What it sends
 * is a recording as a file has it. Nothing is decoded here, and while nobody looks nothing is traced.
 *
 *   system.record ── bytes ──> DebugLink ══ WebSocket ══> server of the debugger ──> page
 *
 * The catch: a server that does not keep up is given 8 MB. Then the recording waits, and leaves steps out, as with any slow sink.
 */
import type { System } from '../../actors/application/supervised-system.js';
import type { RunningRecording } from '../../actors/application/system-recording.js';
import { reasonOf } from '../../actors/contract/thrown.js';
import { RUNTIME_VERSION } from '../../protocol/version.js';
import { ALIVE_MISSED_MAX, ALIVE_MS, type FromApplication, type Question, type ToApplication, wordOf } from '../../trace/live.js';
import type { RecordingLevel, RecordingSink } from '../../trace/recording.js';
import { consoleFor } from './console.js';
import { type ActedOnSystem, DebugActions, type DebuggedScreen } from './debug-actions.js';
import { isProduction } from './production.js';
import { platformBeat } from './timers.js';

/** What happened is on its way within this time, and that of collecting it. */
const CHUNK_MS = 200;
/** Sent, and not taken yet. */
const PENDING_BYTES_MAX = 8 << 20;
const ENDED_BY_APPLICATION = 'the application has ended this recording: a page that is loaded again begins another';

export interface DebugLinkOptions {
  /** What the debugger calls it; `application` when not given. */
  readonly name?: string;
  /** Fields of messages that do not leave, as `session.login.password`; no states leave then, either. */
  readonly redact?: readonly string[];
  /**
   * Whether the debugger may crash, move, and stop actors. When not given, it may unless `NODE_ENV` is `production`: whoever has the token of the
   * server may then.
   */
  readonly act?: boolean;
  /** The display, so that the screen of the application goes along when the debugger travels to an earlier moment. */
  readonly screen?: DebuggedScreen;
}

export interface DebugLink {
  /** Ends the connection, and what is recorded into it. Never rejects. */
  close(): Promise<void>;
}

/** As browsers have it, and the package `ws`. */
export interface DebugSocket {
  binaryType: string;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

type DebuggedSystem = ActedOnSystem & Pick<System, 'record' | 'onChange'>;

/** @returns when it is connected, or has failed, which the console says once: an application runs without a debugger as with one */
export function linkTo(system: DebuggedSystem, socket: DebugSocket, options: DebugLinkOptions): Promise<DebugLink> {
  const link = new SystemLink(system, socket, options);
  return new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(link));
    socket.addEventListener('close', () => resolve(link));
  });
}

class SystemLink implements DebugLink {
  private recording: RunningRecording | null = null;
  private pendingBytes = 0;
  private goOn: () => void = () => {};
  private isOpen = false;
  private isClosed = false;
  private readonly actions: DebugActions;
  private readonly unlisten: () => void;
  /** Signs of the server that have not come while the application stands. */
  private missed = 0;
  /** It has gone without a word, as it seems. */
  private isSilent = false;
  private readonly unhear: () => void;
  /** Also a recording that ends with its system is told. */
  private readonly sink: RecordingSink = {
    write: (bytes) => this.send(bytes),
    close: () => this.ended(),
  };
  /** One after another: a recording ends before the next begins. */
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly system: DebuggedSystem,
    private readonly socket: DebugSocket,
    private readonly options: DebugLinkOptions,
  ) {
    const { name = 'application', act = !isProduction(), screen, redact = [] } = options;
    const stands = () => this.say({ type: 'stands', standing: this.actions.standing });
    this.actions = new DebugActions(system, act, redact.length > 0, screen, stands);
    this.unlisten = system.onChange((change) => {
      if (change.type === 'pausing') this.actions.waitsFor(change.report);
      else if (change.type !== 'paused') return;
      else if (change.paused) this.actions.stands();
      stands();
    });
    this.unhear = platformBeat(ALIVE_MS, () => this.listen());
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      this.isOpen = true;
      this.say({ type: 'hello', name, version: RUNTIME_VERSION, acts: act, hasScreen: screen !== undefined });
    });
    socket.addEventListener('message', ({ data }) => this.hear(wordOf<ToApplication>(data)));
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', () => this.lost());
  }

  private say(word: FromApplication): void {
    if (this.isOpen && !this.isClosed) this.socket.send(JSON.stringify(word));
  }

  /** What stands for a server that has gone without a word goes on. */
  private listen(): void {
    this.missed = this.actions.holds ? this.missed + 1 : 0;
    if (this.missed <= ALIVE_MISSED_MAX) return;
    this.isSilent = true;
    const seconds = (ALIVE_MISSED_MAX * ALIVE_MS) / 1000;
    this.last = this.last.then(() => this.rest(`the debugger has said nothing for ${seconds} s`));
  }

  /** Never rejects. */
  private async rest(why: string): Promise<void> {
    if (await this.actions.rest()) consoleFor()?.(`${why}: the application goes on, and breakpoints do not hold it`);
  }

  private hear(word: ToApplication | null): void {
    this.missed = 0;
    if (this.isSilent) this.last = this.last.then(() => this.actions.wake());
    this.isSilent = false;
    switch (word?.type) {
      case 'record':
        this.last = this.last.then(() => this.begin(word.level));
        break;
      case 'stop':
        this.last = this.last.then(() => this.end());
        break;
      case 'taken':
        this.taken(word.bytes);
        break;
      case 'watched':
        this.last = this.last.then(() => (word.watched ? this.actions.wake() : this.rest('nobody looks on in a debugger any more')));
        break;
      case 'ask':
        void this.answer(word.id, word.question);
        break;
      default:
    }
  }

  /** Never rejects. */
  private async begin(level: RecordingLevel): Promise<void> {
    if (this.recording || this.isClosed) return;
    this.say({ type: 'began' });
    try {
      this.recording = await this.system.record(this.sink, { level, chunkMs: CHUNK_MS, redact: this.options.redact });
      // Texts that came before are not in the recording.
      this.options.screen?.redraw();
    } catch (error) {
      this.say({ type: 'ended', problem: reasonOf(error) });
    }
  }

  /** By `end`, or by whoever else holds the system: then another one may begin. */
  private ended(): void {
    const problem = this.recording ? ENDED_BY_APPLICATION : '';
    this.recording = null;
    this.say({ type: 'ended', problem });
  }

  /** Never rejects. */
  private async end(): Promise<void> {
    const { recording } = this;
    this.recording = null;
    this.options.screen?.show(null);
    await this.actions.leave();
    await recording?.stop().catch((error) => this.say({ type: 'ended', problem: reasonOf(error) }));
  }

  /** @throws Error when nobody takes it any more */
  private async send(bytes: Uint8Array): Promise<void> {
    if (this.isClosed) throw new Error('the connection to the debugger has ended');
    this.socket.send(bytes as Uint8Array<ArrayBuffer>);
    this.pendingBytes += bytes.length;
    if (this.pendingBytes < PENDING_BYTES_MAX) return;
    await new Promise<void>((resolve) => {
      this.goOn = resolve;
    });
  }

  private taken(bytes: number): void {
    this.pendingBytes = Math.max(0, this.pendingBytes - bytes);
    if (this.pendingBytes < PENDING_BYTES_MAX) this.goOn();
  }

  /** Never rejects. */
  private async answer(id: number, question: Question): Promise<void> {
    try {
      this.say({ type: 'answer', id, value: (await this.actions.ask(question)) ?? null });
    } catch (error) {
      this.say({ type: 'answer', id, error: reasonOf(error) });
    }
  }

  private lost(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.unlisten();
    this.unhear();
    this.pendingBytes = 0;
    this.goOn();
    consoleFor()?.(
      this.isOpen ? 'the debugger has gone: load the page again to be seen by another' : 'there is no debugger at its address',
    );
    this.last = this.last.then(() => this.end());
  }

  async close(): Promise<void> {
    await this.last;
    await this.end();
    this.isClosed = true;
    this.unlisten();
    this.unhear();
    this.socket.close();
  }
}
