/** Names of handlers, and the refusal of names that nobody would ever call. */
import type { BoundParty } from '../../protocol/bind.js';

const capitalize = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** @param path name of a message, or of a topic as `owner.topic` */
export const handlerNameOf = (path: string): string => `on${path.split('.').map(capitalize).join('')}`;
export const replyHandlerNameOf = (request: string): string => `${handlerNameOf(request)}Reply`;

/** A misspelt handler: no schema names it, so it would never be called. */
class UnknownHandlerError extends Error {
  override readonly name = 'UnknownHandlerError';
  constructor(
    /** Name of the actor or port. */
    readonly party: string,
    readonly handler: string,
    /** Names of handlers that are almost the same. */
    readonly near: readonly string[],
  ) {
    const meant = near.length ? `: is it meant to be ${near.join(' or ')}?` : '';
    super(`${handler} of ${party} would never be called, for no schema names it${meant}`);
  }
}

/** How many letters of two near names may differ. */
const NEAR_LETTERS_MAX = 3;

/** @param named all handlers that the party may have. @throws UnknownHandlerError */
export function assertHandlersNamed(party: string, handlers: object, named: readonly string[]): void {
  const unknown = handlersOf(handlers).find((name) => !named.includes(name));
  if (unknown === undefined) return;
  throw new UnknownHandlerError(
    party,
    unknown,
    named.filter((name) => lettersBetween(name.toLowerCase(), unknown.toLowerCase()) <= NEAR_LETTERS_MAX),
  );
}

/** Names of all methods that look like handlers, also of inherited ones. */
function handlersOf(object: object): string[] {
  const names: string[] = [];
  for (let at: object | null = object; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (/^on[A-Z]/.test(name) && typeof Object.getOwnPropertyDescriptor(at, name)?.value === 'function') names.push(name);
    }
  }
  return names;
}

/** How many letters must be inserted, left out or replaced to turn one name into the other. */
function lettersBetween(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let i = 1; i <= left.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= right.length; j++)
      row.push(Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (left[i - 1] === right[j - 1] ? 0 : 1)));
  }
  return row[right.length];
}

/** Names of the handlers for the messages that a party receives, and for the topics that it follows. */
export const namedBy = ({ receives, follows }: Pick<BoundParty, 'receives' | 'follows'>): string[] =>
  [...Object.keys(receives), ...follows].map(handlerNameOf);
