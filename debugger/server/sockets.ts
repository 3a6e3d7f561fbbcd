/** WebSockets of the debugger's server: pages that look on, and applications that are looked at. Nothing is said to either before its token was seen. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { wordOf } from '../../trace/live.js';
import { jsonText } from '../player/json-text.js';
import { Applications } from './applications.js';
import type { Guard, Refusal } from './guard.js';
import type { Role } from './guard-role.js';
import type { Subject } from './subject.js';
import type { PageWord } from './words.js';

/** An application sends a chunk of its recording at once: a megabyte, and a snapshot that fills it. */
const APPLICATION_BYTES_MAX = 64 << 20;
/** A page asks, also with a picture that is to be shown: the largest display list has 0.9 MB, and twice that as digits. */
const PAGE_BYTES_MAX = 4 << 20;

export class Sockets {
  private readonly pages = new WebSocketServer({ noServer: true, maxPayload: PAGE_BYTES_MAX });
  private readonly applications = new WebSocketServer({ noServer: true, maxPayload: APPLICATION_BYTES_MAX });

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
    let isShowing = false;
    page.on('close', () => {
      // The screen of the application comes back when the page that had it travel is gone.
      if (isShowing) void this.subject.ask({ what: 'show', picture: null }).catch(() => {});
      end();
    });
    page.on('error', () => {});
    page.on('message', (data) => {
      const word = wordOf(String(data)) as PageWord | null;
      if (word?.type === 'ask' && word.question.what === 'show') isShowing = word.question.picture !== null;
      void this.heard(word, say);
    });
  }

  private async heard(word: PageWord | null, say: (word: object) => void): Promise<void> {
    if (word?.type !== 'ask') return;
    const { id } = word;
    try {
      say({ type: 'answer', id, value: await this.subject.ask(word.question) });
    } catch (error) {
      say({ type: 'answer', id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  close(): void {
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
