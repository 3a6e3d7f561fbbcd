/** The debugger as a part of a server of one's own: the page at `/__tandem/`, for an application that runs. The public API of `tandem/debugger`. */
import { Player } from '../player/player.js';
import { Applications } from './applications.js';
import type { LiveDebugger } from './part.js';
import { Debugger } from './server.js';
import { SITE } from './site.js';

export type { LiveDebugger } from './part.js';

export interface LiveDebuggerOptions {
  /** Module of the application, for states and tests; the one that the nearest package.json names when not given. */
  readonly application?: string | (() => string | undefined);
  /** What the page says while no application is there. */
  readonly missing?: string;
}

/** @returns what answers the requests of a server that are for the debugger */
export const createDebugger = ({ application, missing = MISSING }: LiveDebuggerOptions = {}): LiveDebugger =>
  new Debugger({ subject: new Applications(() => missing), site: SITE, player: new Player(application) });

/** A page of the application that finds its debugger: `openDebugLink(system, debuggerOf(document))` of `tandem/browser` connects it. */
export function debuggedPage(html: string, looking: LiveDebugger): string {
  const meta = `<meta name="tandem-debugger" content="${looking.addressOf('application')}" />`;
  // A page may leave out its head, which then begins by itself.
  const [before = ''] = /^[\s\S]*?<head(?:\s[^>]*)?>/i.exec(html) ?? /^\s*<!doctype[^>]*>/i.exec(html) ?? [];
  return before + meta + html.slice(before.length);
}

const MISSING = 'No application is here: open its page, which connects by itself.';
