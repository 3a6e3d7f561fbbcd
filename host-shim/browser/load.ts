import { compileGuest } from '../wasm/guest.js';
import { withSourceMapAt } from '../wasm/source-map-address.js';

async function fetched(url: URL): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response;
}

/** @throws when the server does not answer with the file */
export async function load(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await fetched(url)).arrayBuffer());
}

/**
 * Compiles from a stream where possible: such a module has its URL in the debugger, and the relative address of its source map works.
 * A module made of bytes is called `wasm://wasm/<hash>`, and gets the whole address of its map.
 * @throws when the server does not answer with the file, or the file is no guest
 */
export async function compile(url: URL): Promise<WebAssembly.Module> {
  const response = await fetched(url);
  const type = response.headers.get('Content-Type') ?? '';
  const streams = 'compileStreaming' in WebAssembly && /^application\/wasm\b/i.test(type);
  return compileGuest(streams ? response : withSourceMapAt(new Uint8Array(await response.arrayBuffer()), url), type);
}
