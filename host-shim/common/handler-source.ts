/** Which method handles a message, and where it begins in the text of an actor's sources. */
import { handlerNameOf, replyHandlerNameOf } from '../../actors/model/handler-table.js';

const SYSTEM_HANDLERS: Readonly<Record<string, string>> = {
  timerFired: 'Timer',
  refresh: 'Refresh',
  requestFailed: 'RequestFailed',
  withdrawn: 'Withdrawn',
  ended: 'Ended',
};

/**
 * @param kind name of a message, as `focus.key` or `network.fetch.reply`
 * @returns names that its handler may have: of its own messages, of replies, and of topics that it follows
 */
export function handlersOf(actor: string, kind: string): readonly string[] {
  const [owner, name, reply] = kind.split('.');
  if (owner === 'system') return [`on${SYSTEM_HANDLERS[name] ?? name}`];
  if (reply) return [replyHandlerNameOf(name)];
  return owner === actor ? [handlerNameOf(name)] : [handlerNameOf(kind)];
}

/** Part of a source map. */
export interface WithSources {
  readonly sources?: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}

/**
 * @param isOwn whether a source is the actor's
 * @returns the name of the source and the line in which one of the methods begins; null when none does
 */
export function methodIn(
  { sources = [], sourcesContent = [] }: WithSources,
  methods: readonly string[],
  isOwn: (source: string) => boolean,
): { readonly source: string; readonly line: number } | null {
  if (methods.length === 0) return null;
  const beginning = new RegExp(`^[^\\S\\n]*(?:override |public )?(?:${methods.join('|')})\\(`, 'm');
  for (const [index, source] of sources.entries()) {
    const text = isOwn(source) ? (sourcesContent[index] ?? '') : '';
    const at = text.search(beginning);
    if (at >= 0) return { source, line: text.slice(0, at).split('\n').length };
  }
  return null;
}
