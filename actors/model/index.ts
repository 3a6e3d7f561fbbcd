/**
 * Everything that actors and ports are written with, and no more: the part of the runtime that a VM's worker loads beside the VM. The
 * public API of `tandem/model`.
 */

export { Actor, type Handlers, type RequestToken } from './actor.js';
export { UnknownHandlerError } from './handler-names.js';
export { javaScriptActorFactory, type RunnableActor } from './javascript-instance.js';
export { OutputError } from './outbox-builder.js';
export type { Incoming, PortHandlers, PortParty } from './port-handlers.js';
