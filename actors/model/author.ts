/**
 * All that the file of an actor or port imports: the language of schemas, and what its twin in TypeScript is written with. The public API of
 * `tandem/actor`.
 */

export type { ErrorCode } from '../../protocol/errors.js';
export type { MessageOf as Message, PublicationOf as Publication, ReplyOf as Reply, StateOf as State } from '../../protocol/fields.js';
export type { EndReason } from '../../protocol/generated/system.js';
export {
  actor,
  bin,
  bool,
  choice,
  dynamic,
  type Field,
  f64,
  type Infer,
  i8,
  i16,
  i32,
  list,
  map,
  message,
  optional,
  type PartySchema,
  port,
  publication,
  request,
  str,
  struct,
  u8,
  u16,
  u32,
  u53,
} from '../../protocol/schema.js';
export { Actor, type Handlers, type RequestToken } from './actor.js';
export type { Incoming, PortHandlers } from './handlers.js';
export { javaScriptActorFactory, lazyJavaScriptActorFactory } from './javascript-instance.js';
export { type Wrappable, wrap } from './wrapped.js';
