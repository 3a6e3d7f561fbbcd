/**
 * Serves the debugger page and a recording to the browser of whoever started it, and to nobody else:
 *
 *   http://127.0.0.1:PORT/__tandem/?token=...
 *
 * It listens on the loopback address alone. Every web page may send requests there, too. So a request needs the token, which only the printed
 * address has; and its `Host` must be this machine's, or a page could reach it by a name of its own that leads here (DNS rebinding).
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface DebuggerServerOptions {
  /** Path of the recording. */
  readonly recording: string;
  /** Folder of the built page. */
  readonly site: string;
  /** 0 for any free port. */
  readonly port: number;
  /**
   * State of an actor before and after a message, as JSON.
   * @throws Error that says why it is not known
   */
  readonly stateAt: (number: number, actor: string) => Promise<string>;
}

export interface RunningDebugger {
  /** With the token. */
  readonly url: URL;
  close(): Promise<void>;
}

/** 128 bits. */
const TOKEN_BYTES = 16;
const ROOT = '/__tandem/';
/** Only for who has the token. */
const SECRET = ['name', 'recording', 'state'];
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json',
};
/** What a recording says is text to the page: nothing of it can be run, or ask another server. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** @throws the error of `listen`, for example EADDRINUSE */
export async function startDebugger(options: DebuggerServerOptions): Promise<RunningDebugger> {
  const token = randomBytes(TOKEN_BYTES).toString('hex');
  const server = createServer((request, response) => void answer(options, token, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}${ROOT}?token=${token}`),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(options: DebuggerServerOptions, token: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refuse = (status: number, why: string) => void response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain' }).end(why);
  if (!isHere(request.headers.host)) return refuse(403, 'not for this host name');
  if (request.method !== 'GET') return refuse(405, 'only GET');
  const url = URL.canParse(request.url ?? '', 'http://127.0.0.1') ? new URL(request.url!, 'http://127.0.0.1') : null;
  if (!url?.pathname.startsWith(ROOT)) return refuse(404, 'no such address');
  const name = url.pathname.slice(ROOT.length);
  if (!SECRET.includes(name)) return servePage(options.site, name || 'index.html', response, refuse);
  if (!isEqual(url.searchParams.get('token') ?? '', token)) return refuse(401, 'the token is missing, or is not that of this server');
  if (name === 'name') return void response.writeHead(200, { ...HEADERS, 'content-type': 'text/plain' }).end(basename(options.recording));
  if (name === 'state') return giveState(options, url.searchParams, response, refuse);
  response.writeHead(200, { ...HEADERS, 'content-type': 'application/octet-stream' });
  await pipeline(createReadStream(options.recording), response).catch(() => response.destroy());
}

async function giveState(
  { stateAt }: DebuggerServerOptions,
  query: URLSearchParams,
  response: ServerResponse,
  refuse: (status: number, why: string) => void,
): Promise<void> {
  try {
    const json = await stateAt(Number(query.get('number')), query.get('actor') ?? '');
    response.writeHead(200, { ...HEADERS, 'content-type': 'application/json' }).end(json);
  } catch (error) {
    refuse(422, error instanceof Error ? error.message : String(error));
  }
}

/** The page alone has nothing to hide. */
async function servePage(
  site: string,
  name: string,
  response: ServerResponse,
  refuse: (status: number, why: string) => void,
): Promise<void> {
  const type = /^[\w.-]+$/.test(name) ? TYPES[extname(name)] : undefined;
  const bytes = type && (await readFile(join(site, name)).catch(() => null));
  if (!bytes) return refuse(404, 'no such file');
  response.writeHead(200, { ...HEADERS, 'content-type': type }).end(bytes);
}

const isHere = (host = ''): boolean => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);

/** In the same time, whatever is wrong. */
function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
