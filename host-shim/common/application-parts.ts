/** What an application's definition gives to its VMs, its system and its client. */

import { CLIENT_NAME, clientSchemaOf } from '../../actors/application/client/client-schema.js';
import type { ActorSpec } from '../../actors/application/system.js';
import type { Side } from '../../actors/contract/states.js';
import { type BoundParty, isNumbered, UnboundError } from '../../protocol/bind.js';
import { bindForRun } from '../../protocol/interpret.js';
import { type ApplicationDefinition, javaScriptTwinOf } from './application-definition.js';
import type { VmDefinition } from './definition.js';
import type { VmSources } from './host-here.js';

interface Parties {
  readonly all: readonly BoundParty[];
  /** One that had no numbers but for this run. */
  readonly unnumbered: BoundParty | undefined;
}

/** Made once: a run gives numbers once. */
const known = new WeakMap<ApplicationDefinition, Parties>();

/** All actors and ports of an application, bound, the client among them. */
export const partiesOf = (application: ApplicationDefinition): readonly BoundParty[] => bindingOf(application).all;

/** @throws UnboundError: threads number by themselves, and not alike */
export function assertNumberedForThreads(application: ApplicationDefinition): void {
  const { unnumbered } = bindingOf(application);
  if (unnumbered) throw new UnboundError(unnumbered.name);
}

function bindingOf(application: ApplicationDefinition): Parties {
  const made = known.get(application) ?? bindParties(application);
  known.set(application, made);
  return made;
}

function bindParties({ actors, ports = [], clientAddress }: ApplicationDefinition): Parties {
  const own = [...actors.map(({ schema }) => schema), ...ports];
  const unnumbered = own.find((party) => !isNumbered(party));
  bindForRun(own);
  const client = clientSchemaOf(
    actors.map(({ schema }) => schema),
    own,
    clientAddress,
  );
  return { all: [...own, client], unnumbered };
}

/** The port by which the page speaks to the actors. */
export const clientIn = (parties: readonly BoundParty[]): BoundParty => parties.find(({ name }) => name === CLIENT_NAME)!;

/** The content of the VM `js`. */
function jsDefinitionOf(application: ApplicationDefinition): VmDefinition {
  const parties = partiesOf(application);
  return { parties, actors: application.actors.flatMap((actor) => javaScriptTwinOf(actor, parties) ?? []) };
}

/** The content of the VM `wasm`. */
function wasmDefinitionOf(application: ApplicationDefinition): VmDefinition {
  const guests = application.actors.flatMap(({ schema, guest }) => (guest ? [{ schema, ...guest }] : []));
  return { parties: partiesOf(application), guests };
}

/** The content of a VM. */
export const definitionOf = (application: ApplicationDefinition, vm: Side): VmDefinition =>
  vm === 'js' ? jsDefinitionOf(application) : wasmDefinitionOf(application);

/** Where the VMs of an application come from. */
export const vmSourcesOf = (application: ApplicationDefinition): VmSources => ({
  js: { entry: application.workers?.js, load: async () => definitionOf(application, 'js') },
  wasm: { entry: application.workers?.wasm, load: async () => definitionOf(application, 'wasm') },
});

/** The actors as a system starts them. */
export const actorSpecsOf = ({ actors, rolloutPercent }: ApplicationDefinition): readonly ActorSpec[] =>
  actors.map(({ create, load, guest, ...spec }) => ({
    rolloutPercent,
    ...spec,
    twins: { js: (create ?? load) !== undefined, wasm: guest !== undefined },
  }));
