/** From an application's definition to a VM that is driven: the same in a worker and in the host's thread. */
import type { ActorFactory } from '../../actors/instance.js';
import { Vm } from '../../actors/vm/vm.js';
import type { VmOptions } from '../../actors/vm/vm-options.js';
import { compileGuest, wasmActorFactory } from '../wasm/guest.js';
import { platformClock } from './clock.js';
import type { Guest, VmDefinition } from './definition.js';
import type { Platform } from './platform.js';
import { platformTimers } from './timers.js';
import { openLink, type TransportPair } from './transport.js';

async function loadGuest(guest: Guest, parties: VmDefinition['parties'], load: Platform['load']): Promise<ActorFactory> {
  const [module, sourceMap] = await Promise.all([
    load(guest.module).then(compileGuest),
    guest.sourceMap && load(guest.sourceMap).then((bytes) => new TextDecoder().decode(bytes)),
  ]);
  return wasmActorFactory(guest.schema, module, sourceMap, parties);
}

export interface LoadedDefinition {
  readonly definition: VmDefinition;
  readonly factories: readonly ActorFactory[];
}

/** @throws when a guest's module cannot be read or is not one */
export async function loadFactories(definition: VmDefinition, wasm: boolean, load: Platform['load']): Promise<readonly ActorFactory[]> {
  const guests = wasm ? (definition.guests ?? []) : [];
  return [...(definition.actors ?? []), ...(await Promise.all(guests.map((guest) => loadGuest(guest, definition.parties, load))))];
}

/** What differs from one VM to another. */
export interface VmParts extends Omit<VmOptions, 'parties' | 'clock' | 'timers' | 'openLink' | 'loop' | 'carrier'> {
  readonly definition: VmDefinition;
}

export function createVm({ definition, ...parts }: VmParts): Vm {
  const vm = new Vm({
    ...parts,
    parties: definition.parties,
    clock: platformClock,
    timers: platformTimers,
    openLink: (transport, unreleased) => openLink(transport as TransportPair, unreleased),
  });
  definition.ports?.(vm);
  return vm;
}
