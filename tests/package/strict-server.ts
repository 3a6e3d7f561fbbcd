/** A server of files as the simplest one is, with a content security policy that forbids eval. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.map': 'application/json',
  '.json': 'application/json',
};
export const STRICT = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/** An import map stands in the page, which the policy allows by its hash. */
function policyOf(bytes: Buffer): string {
  const [, map] = /<script type="importmap">([\s\S]*?)<\/script>/.exec(bytes.toString()) ?? [];
  return map === undefined ? STRICT : `${STRICT} 'sha256-${createHash('sha256').update(map).digest('base64')}'`;
}

/** Serves a folder as the simplest server would: no header for isolation, and no eval. */
export async function serveStrictly(folder: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = pathname === '/' ? '/index.html' : pathname;
    readFile(join(folder, path)).then(
      (bytes) => response.writeHead(200, { 'Content-Type': TYPES[extname(path)], 'Content-Security-Policy': policyOf(bytes) }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}
