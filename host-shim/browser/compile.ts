import { compileGuest } from '../wasm/guest.js';
import { withSourceMapAt } from '../wasm/source-map-address.js';

/**
 * Compiles from a stream where possible: such a module has its URL in the debugger, and the relative address of its source map works.
 * A module made of bytes is called `wasm://wasm/<hash>`, and gets the whole address of its map.
 * @throws GuestError when the file is no guest
 */
export async function compileAnswer(response: Response, url: URL): Promise<WebAssembly.Module> {
  const type = response.headers.get('Content-Type') ?? '';
  const streams = 'compileStreaming' in WebAssembly && response.body && /^application\/wasm\b/i.test(type);
  return compileGuest(streams ? response : withSourceMapAt(new Uint8Array(await response.arrayBuffer()), url), type);
}
