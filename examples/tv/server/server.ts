/**
 * The local server of the television: the built page, the modules, the catalogue with a latency like a home network's, and a
 * telemetry backend. It sends the headers for cross-origin isolation, without which a browser gives no shared memory.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { Catalogue } from '../catalogue/catalogue.js';
import { TelemetrySink } from './telemetry-sink.js';

export interface ServerOptions {
  readonly catalogue: Catalogue;
  /** 0 for any that is free. */
  readonly port: number;
  readonly latencyMs: { readonly min: number; readonly max: number };
  /** Folder of the built page; null serves the catalogue alone. */
  readonly root: string | null;
}

export interface RunningServer {
  readonly url: URL;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.map': 'application/json',
};

const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** @throws the error of `listen`, as EADDRINUSE */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const telemetry = new TelemetrySink();
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (telemetry.answer(path, request, response)) return;
    if (path.startsWith('/api/')) answerApi(options, path, response);
    else void serveFile(options.root, path, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), close: () => close(server) };
}

function close(server: Server): Promise<void> {
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

/** `?plain` leaves the isolation headers out: to see the page as a device without shared memory does. */
async function serveFile(root: string | null, path: string, response: ServerResponse): Promise<void> {
  const url = new URL(path, 'http://server');
  const file = root && join(root, normalize(url.pathname === '/' ? '/index.html' : decodeURIComponent(url.pathname)));
  const found = file && file.startsWith(root) && (await stat(file).catch(() => null))?.isFile();
  if (!found) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end(`no such file: ${url.pathname}\n`);
    return;
  }
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  const isolation = url.searchParams.has('plain') ? {} : ISOLATION;
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache', ...isolation });
  createReadStream(file).pipe(response);
}
