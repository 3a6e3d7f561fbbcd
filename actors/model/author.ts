/**
 * All that the file of an actor imports: the language of schemas, and what its twin in TypeScript is written with. The public API of
 * `tandem/actor`.
 */

export type { MessageOf as Message, PublicationOf as Publication, StateOf as State } from '../../protocol/schema.js';
export * from '../../protocol/schema.js';
export { Actor, type Handlers, type RequestToken } from './actor.js';
export { type Wrappable, wrap } from './wrapped.js';
