/** The application as its VMs see it: its parties, and the implementations in each VM. */
import { javaScriptActorFactory } from 'tandem/actor';
import type { VmDefinition } from 'tandem/node';
import { tandemParties } from 'tandem/protocol';
import { Counter } from './js-actors/counter.js';
import { counter, parties as ownParties } from './protocol/generated/index.js';

export const parties = [...tandemParties, ...ownParties];

export const jsDefinition: VmDefinition = { parties, actors: [javaScriptActorFactory(counter, () => new Counter(), parties)] };

/** @param folder of the built Wasm actors */
export const wasmDefinition = (folder: URL): VmDefinition => ({
  parties,
  guests: [{ schema: counter, module: new URL('counter.wasm', folder), sourceMap: new URL('counter.wasm.map', folder) }],
});
