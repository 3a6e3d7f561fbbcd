/** The chaos application as its VMs see it. */
import { javaScriptActorFactory } from '../actors/model/javascript-instance.js';
import type { Guest, VmDefinition } from '../host-shim/common/definition.js';
import type { BoundParty } from '../protocol/bind.js';
import { timer } from '../protocol/generated/timer.js';
import { couriers } from './couriers.js';
import { Courier } from './js-actors/courier.js';
import { parties as ownParties } from './protocol/generated/index.js';

export const parties: readonly BoundParty[] = [timer, ...ownParties];

export const jsFactories = couriers.map((courier) => javaScriptActorFactory(courier, () => new Courier(courier) as never, parties));

/** @param folder of the built Wasm actors */
export const guestsIn = (folder: URL): Guest[] =>
  couriers.map((schema) => ({
    schema,
    module: new URL(`${schema.name}.wasm`, folder),
    sourceMap: new URL(`${schema.name}.wasm.map`, folder),
  }));

export const jsDefinition: VmDefinition = { parties, actors: jsFactories };

/** @param folder of the built Wasm actors */
export const wasmDefinition = (folder: URL): VmDefinition => ({ parties, guests: guestsIn(folder) });
