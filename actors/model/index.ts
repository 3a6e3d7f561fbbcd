/** What actors and ports are written with, and no more: what a VM's worker loads of the runtime beside the VM. The public API of `tandem/model`. */

export { Actor, type Handlers, type RequestToken } from './actor.js';
export { UnknownHandlerError } from './handler-names.js';
export { javaScriptActorFactory, type RunnableActor } from './javascript-instance.js';
export { OutputError } from './outbox-builder.js';
export type { Incoming, PortHandlers, PortParty } from './port-handlers.js';
