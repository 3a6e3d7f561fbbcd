/** Connects an application to a debugger, from a page. */
import type { System } from '../../actors/application/supervised-system.js';
import { loadPart } from '../../actors/contract/host.js';
import type { DebugLink, DebugLinkOptions, DebugSocket } from '../common/debug-link.js';

/**
 * Lets a debugger look on at a system: `npx tandem debug live` prints the address.
 * @param address of the server of the debugger, with its token for applications
 * @returns what ends it. Where no server is, the console says so
 * @throws LoadError
 */
export async function openDebugLink(system: System, address: string | URL, options: DebugLinkOptions = {}): Promise<DebugLink> {
  // Most pages are looked at by nobody, and do not load it.
  const { linkTo } = await loadPart({}, 'the link to a debugger', import('../common/debug-link.js'));
  return linkTo(system, new WebSocket(address) as unknown as DebugSocket, options);
}

/**
 * Where the server of this page says that its debugger is, as `npm start` and the plugin for Vite do in development.
 * @returns null when it says nothing
 */
export function debuggerOf(page: Document): URL | null {
  const content = page.querySelector<HTMLMetaElement>('meta[name=tandem-debugger]')?.content;
  if (!content) return null;
  const url = new URL(content, page.baseURI);
  url.protocol = url.protocol.replace('http', 'ws');
  return url;
}
