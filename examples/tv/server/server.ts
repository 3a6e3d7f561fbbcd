/**
 * The local server of the television: the built page, the modules, the catalogue with the latency of a home network, and a
 * telemetry backend. It sends the headers for cross-origin isolation, because browsers give no shared memory without them.
 */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { debuggedPage, type LiveDebugger } from 'tandem/debugger';
import type { Catalogue } from '../catalogue/catalogue.js';
import { TelemetrySink } from './telemetry-sink.js';

export interface ServerOptions {
  readonly catalogue: Catalogue;
  /** 0 for any free port. */
  readonly port: number;
  readonly latencyMs: { readonly min: number; readonly max: number };
  /** Folder of the built page; null serves the catalogue alone. */
  readonly root: string | null;
  /** Makes a file of the page before it is looked for, where that has not been done yet. What it throws is the answer, with status 500. */
  readonly prepare?: (path: string) => Promise<void>;
  /** Called for each file of the page that is sent, with its path. */
  readonly onFile?: (path: string) => void;
  /** Looks at the television as it runs; nothing does when not given. */
  readonly debugger?: LiveDebugger;
}

export interface RunningServer {
  readonly url: URL;
  /** The page of the debugger, with its token; null when there is none. */
  readonly debugger: URL | null;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.map': 'application/json',
};

/** A file whose name changes with its content. */
const HASHED = /-[A-Z0-9]{8}\.(?:js|css)$/;

const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** @throws the error of `listen`, for example EADDRINUSE */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const telemetry = new TelemetrySink();
  const server = createServer((request, response) => {
    if (options.debugger?.answer(request, response)) return;
    const url = toUrl(request.url);
    if (!url) response.writeHead(400, { 'content-type': 'text/plain' }).end('no such address\n');
    else if (telemetry.answer(url.pathname, request, response)) return;
    else if (url.pathname.startsWith('/api/')) answerApi(options, `${url.pathname}${url.search}`, response);
    else void serveFile(options, url, request.headers['if-none-match'], response);
  });
  options.debugger?.listenTo(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    url,
    debugger: options.debugger ? new URL(options.debugger.addressOf('viewer'), url) : null,
    close: () => close(server, options.debugger),
  };
}

async function close(server: Server, ended: LiveDebugger | undefined): Promise<void> {
  await ended?.close();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function answerApi({ catalogue, latencyMs }: ServerOptions, path: string, response: ServerResponse): void {
  const { status, body } = catalogue.answer(path);
  const delayMs = latencyMs.min + Math.random() * (latencyMs.max - latencyMs.min);
  const timer = setTimeout(() => {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...ISOLATION }).end(body);
  }, delayMs);
  response.on('close', () => clearTimeout(timer));
}

const toUrl = (path = '/'): URL | null => (URL.canParse(path, 'http://server') ? new URL(path, 'http://server') : null);

/**
 * A browser keeps a file, and its compiled code: one with a hash in its name for good, any other until it has asked whether it is still the same.
 * `?plain` leaves out the isolation headers, to see the page like a device without shared memory.
 */
async function serveFile(
  { root, prepare, onFile, debugger: looking }: ServerOptions,
  url: URL,
  kept: string | undefined,
  response: ServerResponse,
): Promise<void> {
  const file = root && fileOf(root, url.pathname);
  const failed = await prepare?.(url.pathname).then(() => null, String);
  if (failed) {
    response.writeHead(500, { 'content-type': 'text/plain' }).end(`${failed}\n`);
    return;
  }
  const found = file ? await stat(file).catch(() => null) : null;
  if (!file || !found?.isFile()) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end(`no such file: ${url.pathname}\n`);
    return;
  }
  onFile?.(file);
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  const isolation = url.searchParams.has('plain') ? {} : ISOLATION;
  if (looking && type.startsWith('text/html')) {
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', ...isolation });
    return void response.end(debuggedPage(await readFile(file, 'utf8'), looking));
  }
  const etag = `"${found.size.toString(16)}-${Math.trunc(found.mtimeMs).toString(16)}"`;
  const headers = { etag, 'cache-control': HASHED.test(url.pathname) ? 'max-age=31536000, immutable' : 'no-cache', ...isolation };
  if (kept === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { 'content-type': type, ...headers });
  // A client that disconnects ends its response and nothing else.
  await pipeline(createReadStream(file), response).catch(() => response.destroy());
}

/** @returns null for an invalid path, or one that leads out of `root` */
function fileOf(root: string, path: string): string | null {
  try {
    const file = join(root, normalize(path === '/' ? '/index.html' : decodeURIComponent(path)));
    return file.startsWith(join(root, sep)) ? file : null;
  } catch {
    return null;
  }
}
