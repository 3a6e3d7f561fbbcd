/** Where the handler of a message begins in the source of an actor, as far as that can be known. */
import { handlerNameOf, replyHandlerNameOf } from '../../actors/model/handler-names.js';
import type { Cast, Side } from './cast.js';

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
  const text = side === 'wasm' ? await cast.sourceMapOf(actor) : await cast.scriptMapOf(actor, handlers);
  return text === null ? '' : lineIn(JSON.parse(text) as WithSources, handlers);
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
  // A bundle has what a class extends before it, and its own handler is meant.
  for (let index = sources.length - 1; index >= 0; index--) {
    const source = sources[index];
    const lines = FOREIGN.test(source) ? [] : (sourcesContent[index] ?? '').split('\n');
    const at = lines.findIndex((line) => handlers.some((handler) => new RegExp(`^\\s*(?:override |public )?${handler}\\(`).test(line)));
    if (at >= 0) return `${source.replace(/^(\.\.\/)+/, '')}:${at + 1}`;
  }
  return '';
}
