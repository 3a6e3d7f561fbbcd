/** Connects an application to a debugger, from a process. */
import type { System } from '../../actors/application/supervised-system.js';
import { type DebugLink, type DebugLinkOptions, type DebugSocket, linkTo } from '../common/debug-link.js';

/**
 * Lets a debugger look on at a system: `npx tandem debug live` prints the address.
 * @param address of the server of the debugger, with its token for applications
 * @returns what ends it. Where no server is, the console says so
 */
export async function openDebugLink(system: System, address: string | URL, options: DebugLinkOptions = {}): Promise<DebugLink> {
  const { WebSocket } = await import('ws');
  return linkTo(system, new WebSocket(address) as unknown as DebugSocket, options);
}
