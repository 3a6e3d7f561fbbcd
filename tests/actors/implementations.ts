/** The two implementations of an actor, as a VM starts them. The Wasm one must have been built (`npm run build`). */
import { readFileSync } from 'node:fs';
import type { ActorFactory } from '../../actors/contract/instance.js';
import { javaScriptActorFactory, type RunnableActor } from '../../actors/model/javascript-instance.js';
import { compileGuest, wasmActorFactory } from '../../host-shim/wasm/guest.js';
import type { BoundParty } from '../../protocol/bind.js';
import { tandemParties } from '../../protocol/generated/index.js';

export type Implementation = readonly [language: string, factory: ActorFactory];

export async function implementationsOf(
  schema: BoundParty,
  create: () => RunnableActor,
): Promise<readonly [Implementation, Implementation]> {
  const module = await compileGuest(readFileSync(new URL(`../../dist/wasm-actors/${schema.name}.wasm`, import.meta.url)));
  return [
    ['TypeScript', javaScriptActorFactory(schema, create, tandemParties)],
    ['AssemblyScript', wasmActorFactory(schema, module, undefined, tandemParties)],
  ];
}
