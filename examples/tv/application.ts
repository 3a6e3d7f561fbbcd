/** The television application as VMs see it: the parties, the five actors in both languages, and the page. No platform. */
import type { ActorSpec, VmName } from 'tandem';
import type { Guest, VmDefinition } from 'tandem/node';
import { focus, history, metrics, network, scene, tandemParties } from 'tandem/protocol';

export const parties = tandemParties;
const schemas = [scene, focus, history, metrics, network];
export const ACTOR_NAMES: readonly string[] = schemas.map(({ name }) => name);

/** The page runs in the JavaScript VM; every other port is in the host's thread. */
export const portVms: Readonly<Record<string, VmName>> = { page: 'js' };

/** @param seed of the jitter between retries */
const optionsOf = (name: string, seed: number): ActorSpec['options'] => (name === 'network' ? { seed } : {});

/** Actors whose state is stored: history has the viewer's place, with focus and scroll of each entry. The rest follows from it. */
const PERSISTENT: readonly string[] = [history.name];

/** Little computation, and close to the page and to fetch: where the placement is mixed, a crossing is saved. */
const CLOSE_TO_PAGE: readonly string[] = [history.name, network.name];

export const actorSpecs = (seed: number): readonly ActorSpec[] =>
  schemas.map((schema) => ({
    schema,
    twins: { js: true, wasm: true },
    options: optionsOf(schema.name, seed),
    persistent: PERSISTENT.includes(schema.name),
    closeToPage: CLOSE_TO_PAGE.includes(schema.name),
  }));

/** @param base folder of the built modules */
export const guestsAt = (base: URL): readonly Guest[] =>
  schemas.map((schema) => ({ schema, module: new URL(`${schema.name}.wasm`, base), sourceMap: new URL(`${schema.name}.wasm.map`, base) }));

export const wasmDefinition = (base: URL): VmDefinition => ({ parties, guests: guestsAt(base) });
