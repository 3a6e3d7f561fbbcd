/** Makes a driven VM from an application's definition, in a worker or in the host's thread. */
import type { UnfitGuest } from '../../actors/contract/host.js';
import type { ActorFactory } from '../../actors/contract/instance.js';
import { Vm } from '../../actors/vm/vm.js';
import type { VmOptions } from '../../actors/vm/vm-options.js';
import { chanceGuard } from './chance-guard.js';
import type { VmDefinition, WorkerName } from './definition.js';
import type { GuestMemory } from './guest-memory.js';
import type { Guests, LoadGuest } from './guests.js';
import type { KnownGuests } from './known-guests.js';
import type { Rings } from './rings.js';
import { platformBeat } from './timers.js';
import { openLink, type TransportPair } from './transport.js';

export interface LoadedDefinition {
  readonly definition: VmDefinition;
  readonly factories: readonly ActorFactory[];
  readonly unfit: readonly UnfitGuest[];
}

/** Loads the guests of a VM without entering them. @returns null when it has none: then nothing that is for guests is loaded */
export async function loadGuests(
  { parties, guests: defined = [] }: VmDefinition,
  wasm: boolean,
  platform: LoadGuest,
  known: KnownGuests,
): Promise<Guests | null> {
  if (!wasm || defined.length === 0) return null;
  const { Guests } = await import('./guests.js');
  const guests = new Guests(parties, platform);
  await guests.load(defined, known);
  return guests;
}

/**
 * Loads the code of actors that is in files of its own, all at once.
 * @param wanted names of the parties that are to be in the VM. Never rejects: what does not load says so when its actor starts
 */
export async function loadTwins({ actors = [] }: VmDefinition, wanted: readonly string[] = []): Promise<void> {
  await Promise.allSettled(actors.map(async ({ schema, load }) => wanted.includes(schema.name) && load?.()));
}

/** Factories of a VM's actors, to be called once all guests have been checked. */
export const factoriesOf = ({ actors = [] }: VmDefinition, guests: Guests | null): readonly ActorFactory[] => [
  ...actors,
  ...(guests?.factories ?? []),
];

/** Loads a VM in the host's own thread, where nothing can end a guest that loops while it starts. */
export async function loadHere(
  name: WorkerName,
  definition: VmDefinition,
  wasm: boolean,
  platform: LoadGuest,
  memory: GuestMemory,
): Promise<LoadedDefinition> {
  const guests = await loadGuests(definition, wasm, platform, memory.of(name));
  guests?.checkAll();
  if (guests) memory.keep(name, guests.modules);
  return { definition, factories: factoriesOf(definition, guests), unfit: guests?.unfit ?? [] };
}

/** The options that differ between VMs. */
export interface VmParts
  extends Omit<
    VmOptions,
    'parties' | 'listener' | 'loadConditionOf' | 'guard' | 'findSite' | 'loadImplementation' | 'beat' | 'openLink' | 'loop'
  > {
  readonly definition: VmDefinition;
  /** What loads an implementation anew, if it has to. */
  readonly platform: LoadGuest;
  /** Carriers of links between threads; undefined while there is no other thread. */
  readonly rings: () => Rings | undefined;
}

export function createVm({ definition, platform, rings, ...parts }: VmParts): Vm {
  const vm = new Vm({
    ...parts,
    parties: definition.parties,
    listener: definition.listener,
    beat: platformBeat,
    loadConditionOf: async () => (await import('./condition.js')).conditionOf,
    guard: chanceGuard,
    findSite: platform.findSite,
    async loadImplementation(actor, address) {
      const { loadImplementation } = await import('./implementation.js');
      return loadImplementation(parts.name, actor, address, definition.parties, platform);
    },
    openLink: (transport, unreleased) => openLink(transport as TransportPair, unreleased, rings()),
  });
  definition.ports?.(vm);
  return vm;
}
