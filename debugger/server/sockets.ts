/** WebSockets of the debugger's server: pages that look on, and applications that are looked at. Nothing is said to either before its token was seen. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { isRecord } from '../../trace/check.js';
import { ALIVE_MISSED_MAX, ALIVE_MS, type Question, wordOf } from '../../trace/live.js';
import { checkQuestion, QuestionError } from '../../trace/question.js';
import { jsonText } from '../player/json-text.js';
import { Applications } from './applications.js';
import type { Guard, Refusal } from './guard.js';
import type { Role } from './guard-role.js';
import { reasonOf } from './reason.js';
import type { Subject } from './subject.js';
import type { PageWord } from './words.js';

/** An application sends a chunk of its recording at once: a megabyte, and a snapshot that fills it. */
const APPLICATION_BYTES_MAX = 64 << 20;
/** A page asks, also with a picture that is to be shown: the largest display list has 0.9 MB, and twice that as digits. */
const PAGE_BYTES_MAX = 4 << 20;

export class Sockets {
  private readonly pages = new WebSocketServer({ noServer: true, maxPayload: PAGE_BYTES_MAX });
  private readonly applications = new WebSocketServer({ noServer: true, maxPayload: APPLICATION_BYTES_MAX });
  /** What pages have on the application's screen, the newest last. */
  private readonly shown = new Map<WebSocket, Question>();
  /** Pages, and how many signs of each are missed. */
  private readonly missed = new Map<WebSocket, number>();
  private readonly beat = setInterval(() => this.listen(), ALIVE_MS).unref();

  constructor(
    private readonly subject: Subject,
    private readonly guard: Guard,
  ) {}

  take(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = URL.canParse(request.url ?? '', 'http://127.0.0.1') ? new URL(request.url!, 'http://127.0.0.1') : null;
    const role = roleOf(url?.pathname);
    const refused = this.guard.strange(request) ?? (role ? this.guard.refuses(role, request, url!.searchParams) : NO_ADDRESS);
    if (refused || (role === 'application' && !(this.subject instanceof Applications))) refuse(socket, refused ?? NO_ADDRESS);
    else if (role === 'viewer') this.pages.handleUpgrade(request, socket, head, (page) => this.look(page));
    else this.applications.handleUpgrade(request, socket, head, (application) => (this.subject as Applications).add(application));
  }

  private look(page: WebSocket): void {
    const say = (word: object) => page.send(jsonText(word));
    const end = this.subject.look((status) => say({ type: 'status', status }));
    this.missed.set(page, 0);
    page.on('pong', () => this.missed.set(page, 0));
    page.on('close', () => {
      this.missed.delete(page);
      // The screen of the application comes back when the last page that had it travel is gone.
      if (this.shown.delete(page)) void this.subject.ask(this.newestShown()).catch(() => {});
      end();
    });
    page.on('error', () => {});
    page.on('message', (data) => void this.heard(page, wordOf<PageWord>(String(data)), say));
  }

  /** A page that has gone without a word is as one that was closed. */
  private listen(): void {
    for (const [page, missed] of this.missed) {
      if (missed > ALIVE_MISSED_MAX) page.terminate();
      else page.ping();
      this.missed.set(page, missed + 1);
    }
    if (this.subject instanceof Applications) this.subject.giveSign();
  }

  /** What is to be on the application's screen: its own picture when no page travels. */
  private newestShown(): Question {
    return [...this.shown.values()].at(-1) ?? { what: 'show', picture: null };
  }

  private toBeShown(page: WebSocket, question: Extract<Question, { readonly what: 'show' }>): Question {
    checkQuestion(question);
    this.shown.delete(page);
    if (question.picture !== null) this.shown.set(page, question);
    return this.newestShown();
  }

  private async heard(page: WebSocket, word: PageWord | null, say: (word: object) => void): Promise<void> {
    if (word?.type !== 'ask') return;
    const { id, question } = word;
    try {
      if (!isRecord(question) || typeof question.what !== 'string') throw new QuestionError('this is no question to an application');
      const asked = question.what === 'show' ? this.toBeShown(page, question) : question;
      say({ type: 'answer', id, value: await this.subject.ask(asked) });
    } catch (error) {
      say({ type: 'answer', id, error: reasonOf(error) });
    }
  }

  close(): void {
    clearInterval(this.beat);
    for (const server of [this.pages, this.applications]) {
      for (const socket of server.clients) socket.terminate();
      server.close();
    }
  }
}

const NO_ADDRESS: Refusal = { status: 404, why: 'no such address' };

const roleOf = (path = ''): Role | null => (path.endsWith('/view') ? 'viewer' : path.endsWith('/application') ? 'application' : null);

function refuse(socket: Duplex, { status, why }: Refusal): void {
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(why)}\r\nconnection: close\r\n\r\n${why}`,
  );
}
