/** Definitions for the VMs of the hostile guest. Threads load this file, so it has no code that makes modules. */
import type { ActorFactory } from '../../actors/contract/instance.js';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import type { VmDefinition } from '../../host-shim/common/definition.js';
import { wasmActorFactory } from '../../host-shim/wasm/guest.js';
import type { BoundParty } from '../../protocol/bind.js';
import { tandemParties } from '../../protocol/generated/index.js';
import { base, parties as ownParties, trap } from './protocol/generated/index.js';
import { TrapTwin } from './trap-twin.js';

export const parties: readonly BoundParty[] = [...tandemParties, ...ownParties];

export const jsDefinition: VmDefinition = { parties, actors: [javaScriptActorFactory(trap, () => new TrapTwin(), parties)] };

/** @param neighbour module of the honest guest */
export const wasmDefinition = (hostile: WebAssembly.Module, neighbour: WebAssembly.Module): VmDefinition => ({
  parties,
  actors: [hostileFactory(hostile), wasmActorFactory(base, neighbour, undefined, parties)],
});

const hostileFactory = (module: WebAssembly.Module): ActorFactory => wasmActorFactory(trap, module, undefined, parties);
