/**
 * Serves the debugger page, and what it looks at, to the browser of whoever started it, and to nobody else:
 *
 *   /__tandem/?token=...                  the page
 *   /__tandem/recording?take=1&token=...  a recording, as it comes
 *   /__tandem/notes, save                 notes of a recording, and a recording to be saved: `saved.ts`
 *   /__tandem/view?token=...              WebSocket: what is looked at, and what the page asks the application
 *   /__tandem/application?token=...       WebSocket: an application that lets itself be looked at
 *
 * It is a server of its own, or a part of another one, as that of the application's page. `Guard` says who is answered.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Guard, type Refusal } from './guard.js';
import type { Role } from './guard-role.js';
import type { LiveDebugger } from './part.js';
import { type PagePlayer, played } from './played.js';
import { reasonOf } from './reason.js';
import { keepNotes, notesOf, saved } from './saved.js';
import { Sockets } from './sockets.js';
import type { Subject } from './subject.js';

export interface DebuggerOptions {
  readonly subject: Subject;
  /** Folder of the built page. */
  readonly site: string;
  /** Finds what needs the application, as states. */
  readonly player: PagePlayer;
  /** Names by which the server is reached, besides the loopback address. */
  readonly hosts?: readonly string[];
  /** Origins of applications, besides those of this machine. */
  readonly origins?: readonly string[];
}

const ROOT = '/__tandem/';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json',
};
/** What the subject itself gives. */
const SUBJECT_NAMES: readonly string[] = ['recording', 'notes', 'save'];
/** What takes a body. */
const POSTED: readonly string[] = ['print', 'try', 'notes', 'save', 'open'];
/** What does something: no address alone does it. */
const ONLY_POSTED: readonly string[] = ['save', 'open'];
/** What a recording says is text to the page: nothing of it can be run, or ask another server. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** A part of a server. */
export class Debugger implements LiveDebugger {
  private readonly guard: Guard;
  private readonly sockets: Sockets;

  constructor(private readonly options: DebuggerOptions) {
    this.guard = new Guard(options.hosts ?? [], options.origins ?? []);
    this.sockets = new Sockets(options.subject, this.guard);
  }

  /** Path and query with the token of a role: the page, or where an application connects. */
  addressOf(role: Role): string {
    return `${ROOT}${role === 'viewer' ? '' : 'application'}${this.guard.queryOf(role)}`;
  }

  /** Answers what is for the debugger. @returns false when it is for somebody else */
  answer(request: { readonly url?: string | undefined }, response: object): boolean {
    if (!request.url?.startsWith(ROOT)) return false;
    void this.give(request as IncomingMessage, response as ServerResponse);
    return true;
  }

  /** WebSockets of the server that are for the debugger. */
  listenTo(server: { on(event: string, listener: (...values: never[]) => void): unknown }): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (request.url?.startsWith(ROOT)) this.sockets.take(request, socket, head);
    });
  }

  /** Also ends what is on its way. */
  async close(): Promise<void> {
    this.sockets.close();
    await this.options.player.close();
    await this.options.subject.close();
  }

  private async give(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refuse = ({ status, why }: Refusal) => void response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain' }).end(why);
    const stranger = this.guard.strange(request);
    if (stranger) return refuse(stranger);
    const url = URL.canParse(request.url ?? '', 'http://127.0.0.1') ? new URL(request.url!, 'http://127.0.0.1') : null;
    if (!url?.pathname.startsWith(ROOT)) return refuse({ status: 404, why: 'no such address' });
    const name = url.pathname.slice(ROOT.length);
    // What is asked about many messages does not fit an address.
    if (request.method !== 'GET' && !(request.method === 'POST' && POSTED.includes(name))) return refuse({ status: 405, why: 'only GET' });
    if (!SUBJECT_NAMES.includes(name) && !(name in played)) return this.givePage(name || 'index.html', response, refuse);
    const refused = this.guard.refuses('viewer', request, url.searchParams);
    if (refused) return refuse(refused);
    if (request.method !== 'POST' && ONLY_POSTED.includes(name)) return refuse({ status: 405, why: 'only POST' });
    try {
      if (SUBJECT_NAMES.includes(name)) await this.giveOfSubject(name, url.searchParams, request, response);
      else await this.givePlayed(name as keyof typeof played, url.searchParams, await bodyOf(request), response);
    } catch (error) {
      refuse({ status: 422, why: reasonOf(error) });
    }
  }

  private async giveOfSubject(name: string, query: URLSearchParams, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { subject } = this.options;
    const take = Number(query.get('take'));
    if (name === 'notes' && request.method === 'POST') await keepNotes(subject, take, await bodyOf(request));
    if (name === 'notes') {
      response.writeHead(200, { ...HEADERS, 'content-type': 'application/json' }).end(JSON.stringify(await notesOf(subject, take)));
      return;
    }
    const bytes = name === 'save' ? await saved(subject, take, await bodyOf(request)) : subject.bytes(take);
    response.writeHead(200, { ...HEADERS, 'content-type': 'application/octet-stream' });
    await pipeline(Readable.from(bytes), response).catch(() => response.destroy());
  }

  private async givePlayed(name: keyof typeof played, query: URLSearchParams, body: string, response: ServerResponse): Promise<void> {
    const { subject, player } = this.options;
    const text = await played[name](player, subject.file(Number(query.get('take'))), query, body);
    response.writeHead(200, { ...HEADERS, 'content-type': 'application/json' }).end(text);
  }

  /** The page alone has nothing to hide. */
  private async givePage(name: string, response: ServerResponse, refuse: (refusal: Refusal) => void): Promise<void> {
    const type = /^[\w.-]+$/.test(name) ? TYPES[extname(name)] : undefined;
    const bytes = type && (await readFile(join(this.options.site, name)).catch(() => null));
    if (!bytes) return refuse({ status: 404, why: 'no such file' });
    response.writeHead(200, { ...HEADERS, 'content-type': type }).end(bytes);
  }
}

/** Numbers of messages at which something is printed: a hundred thousand. Notes: a hundred pages. */
const BODY_BYTES_MAX = 1 << 20;

/** @throws Error when it is too long */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > BODY_BYTES_MAX) throw new Error(`a question has at most ${BODY_BYTES_MAX} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

export interface RunningDebugger {
  /** The page, with its token. */
  readonly url: URL;
  /** Where an application connects, with its token. */
  readonly application: URL;
  close(): Promise<void>;
}

export interface ServedDebuggerOptions extends DebuggerOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Address that it listens on: the loopback address when not given. */
  readonly host?: string;
}

/** A server of its own. @throws the error of `listen`, for example EADDRINUSE */
export async function startDebugger(options: ServedDebuggerOptions): Promise<RunningDebugger> {
  const { port, host = '127.0.0.1', hosts = [] } = options;
  const served = new Debugger({ ...options, hosts: [...hosts, host] });
  const server = createServer((request, response) => {
    if (!served.answer(request, response)) response.writeHead(404, { ...HEADERS, 'content-type': 'text/plain' }).end('no such address');
  });
  served.listenTo(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const at = `${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  return {
    url: new URL(`http://${at}${served.addressOf('viewer')}`),
    application: new URL(`ws://${at}${served.addressOf('application')}`),
    close: async () => {
      await served.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
