/** Serves the example without a bundler: its files, and the packages that its import map names, as they are. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { importMapOf } from 'tandem/tools';
import type { Plugin } from 'vite';
import { framed } from './gallery.js';
import { EXAMPLES } from './list.js';

const NAME = 'plain';
const FOLDER = import.meta.dirname;
const ROOT = resolve(FOLDER, '../..');
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.html': 'text/html' };

async function page(): Promise<string> {
  const example = EXAMPLES.find(({ name }) => name === NAME)!;
  const map = await importMapOf({ root: ROOT, entries: [`examples/small/${NAME}/main.js`] });
  const html = framed(example, await readFile(join(FOLDER, NAME, 'index.html'), 'utf8'));
  return html.replace('<!--importmap-->', `<script type="importmap">${JSON.stringify(map, null, 2)}</script>`);
}

/** @returns the file that an address means, if it is one of the example or of a package */
function fileOf(path: string): string | null {
  if (path === '/page.css') return join(FOLDER, path);
  const file = path.startsWith(`/${NAME}/`) ? join(FOLDER, path) : /^\/(dist|node_modules)\//.test(path) ? join(ROOT, path) : '';
  return TYPES[extname(file)] && existsSync(file) ? file : null;
}

async function serve({ url = '', headers }: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> {
  // Only for its own page: the others are served by Vite.
  const fromHere = url.startsWith(`/${NAME}/`) || /\/(plain|dist|node_modules)\//.test(headers.referer ?? '');
  const isPage = url === `/${NAME}/`;
  const file = isPage ? '' : fileOf(url);
  if (!fromHere || file === null) return next();
  const type = isPage ? 'text/html' : (TYPES[extname(file)] ?? 'text/css');
  response.setHeader('Content-Type', type);
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  response.end(isPage ? await page() : await readFile(file));
}

const handle = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) =>
  void serve(request, response, next).catch(next);

export const unbundledPlugin = (): Plugin => ({
  name: 'unbundled',
  configureServer: ({ middlewares }) => void middlewares.use(handle),
  configurePreviewServer: ({ middlewares }) => void middlewares.use(handle),
});
