/** Where the handler of a message begins in the source of an actor, as far as that can be known. */
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { handlerNameOf, replyHandlerNameOf } from '../../actors/model/handler-names.js';
import type { Cast, LocatedMethod, Side } from './cast.js';

/** Sources of the language's library and of the runtime are not the actor's. */
const FOREIGN = /^~lib\/|(^|\/)(kit|assembly|generated)\//;

interface WithSources {
  readonly sources?: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}

/**
 * @param kind name of the message that is handled, as `focus.key`
 * @returns as `wasm-actors/focus.ts:120`; empty when it is not known
 */
export async function handlerLine(cast: Cast, actor: string, side: Side, kind: string): Promise<string> {
  const handlers = handlersOf(actor, kind);
  if (side === 'js') return methodLine(await cast.methodOf(actor, handlers), handlers);
  const map = await cast.sourceMapOf(actor);
  return map === null ? '' : lineIn(JSON.parse(map) as WithSources, handlers);
}

/** By the function's own place: in a bundle are others of the same name. A script without a map is searched, as what runs may not be its text. */
function methodLine(found: LocatedMethod | null, handlers: readonly string[]): string {
  if (!found) return '';
  const { place, map, text } = found;
  if (map === null) return lineIn({ sources: [new URL(place.script).pathname], sourcesContent: [text] }, handlers);
  const { source, line } = originalPositionFor(new TraceMap(map), { line: place.line + 1, column: place.column });
  return source === null ? '' : `${inside(source)}:${line}`;
}

/** Names that the handler may have: of its own messages, of replies, and of topics that it follows. */
function handlersOf(actor: string, kind: string): readonly string[] {
  const [owner, name, reply] = kind.split('.');
  if (owner === 'system') return [`on${SYSTEM_HANDLERS[name] ?? name}`];
  if (reply) return [replyHandlerNameOf(name)];
  return owner === actor ? [handlerNameOf(name)] : [handlerNameOf(kind)];
}

const SYSTEM_HANDLERS: Readonly<Record<string, string>> = {
  timerFired: 'Timer',
  refresh: 'Refresh',
  requestFailed: 'RequestFailed',
  withdrawn: 'Withdrawn',
  ended: 'Ended',
};

function lineIn({ sources = [], sourcesContent = [] }: WithSources, handlers: readonly string[]): string {
  for (const [index, source] of sources.entries()) {
    const lines = FOREIGN.test(source) ? [] : (sourcesContent[index] ?? '').split('\n');
    const at = lines.findIndex((line) => handlers.some((handler) => new RegExp(`^\\s*(?:override |public )?${handler}\\(`).test(line)));
    if (at >= 0) return `${inside(source)}:${at + 1}`;
  }
  return '';
}

const inside = (source: string): string => source.replace(/^(\.\.\/)+/, '');
