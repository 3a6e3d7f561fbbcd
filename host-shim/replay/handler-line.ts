/** Where the handler of a message begins in the source of an actor, as far as that can be known. */
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { handlersOf, methodIn, type WithSources } from '../common/handler-source.js';
import type { Cast, LocatedMethod, Side } from './cast.js';

/** Sources of the language's library and of the runtime are not the actor's. */
const FOREIGN = /^~lib\/|(^|\/)(kit|assembly|generated)\//;

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

function lineIn(map: WithSources, handlers: readonly string[]): string {
  const found = methodIn(map, handlers, (source) => !FOREIGN.test(source));
  return found ? `${inside(found.source)}:${found.line}` : '';
}

const inside = (source: string): string => source.replace(/^(\.\.\/)+/, '');
