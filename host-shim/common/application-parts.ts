/** What an application's definition gives to its VMs, its system and its client. */

import { CLIENT_NAME, clientSchemaOf } from '../../actors/application/client/client-schema.js';
import type { ActorSpec } from '../../actors/application/system.js';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import type { BoundParty } from '../../protocol/bind.js';
import type { ApplicationDefinition } from './application-definition.js';
import type { VmDefinition, WorkerName } from './definition.js';
import type { VmSources } from './host.js';

/** All actors and ports of an application, the client among them. */
export function partiesOf({ actors, ports, clientAddress }: ApplicationDefinition): readonly BoundParty[] {
  const own = [...actors.map(({ schema }) => schema), ...ports];
  return [
    ...own,
    clientSchemaOf(
      actors.map(({ schema }) => schema),
      own,
      clientAddress,
    ),
  ];
}

/** The port by which the page speaks to the actors. */
export const clientIn = (parties: readonly BoundParty[]): BoundParty => parties.find(({ name }) => name === CLIENT_NAME)!;

/** The content of the VM `js`. */
function jsDefinitionOf(application: ApplicationDefinition): VmDefinition {
  const parties = partiesOf(application);
  const actors = application.actors.flatMap(({ schema, create }) => (create ? [javaScriptActorFactory(schema, create, parties)] : []));
  return { parties, actors };
}

/** The content of the VM `wasm`. */
function wasmDefinitionOf(application: ApplicationDefinition): VmDefinition {
  const guests = application.actors.flatMap(({ schema, guest }) => (guest ? [{ schema, ...guest }] : []));
  return { parties: partiesOf(application), guests };
}

/** The content of a VM. */
export const definitionOf = (application: ApplicationDefinition, vm: WorkerName): VmDefinition =>
  vm === 'js' ? jsDefinitionOf(application) : wasmDefinitionOf(application);

/** Where the VMs of an application come from. */
export const vmSourcesOf = (application: ApplicationDefinition): VmSources => ({
  js: { entry: application.workers?.js, load: async () => definitionOf(application, 'js') },
  wasm: { entry: application.workers?.wasm, load: async () => definitionOf(application, 'wasm') },
});

/** The actors as a system starts them. */
export const actorSpecsOf = ({ actors, rolloutPercent }: ApplicationDefinition): readonly ActorSpec[] =>
  actors.map(({ create, guest, ...spec }) => ({ rolloutPercent, ...spec, twins: { js: create !== undefined, wasm: guest !== undefined } }));
