/** Loads an implementation of an actor while its VM runs, for a person who edits it. */
import type { ActorFactory } from '../../actors/contract/instance.js';
import { type ApplicationDefinition, javaScriptTwinOf } from './application-definition.js';
import type { VmDefinition } from './definition.js';
import { Guests, type LoadGuest } from './guests.js';
import { NOTHING_KNOWN } from './known-guests.js';

/**
 * @param vm for which it is
 * @param address of a module that exports `application`. An address that was loaded before gives what it gave then
 * @returns undefined when the application has no twin of the actor for this VM
 * @throws Error when it does not load, or its guest cannot be run
 */
export async function loadImplementation(
  vm: string,
  actor: string,
  address: string,
  parties: VmDefinition['parties'],
  platform: LoadGuest,
): Promise<ActorFactory | undefined> {
  if (vm === 'host') return undefined;
  const module = await import(/* @vite-ignore */ /* webpackIgnore: true */ address);
  const { application } = module as { readonly application?: ApplicationDefinition };
  const found = application?.actors.find(({ schema }) => schema.name === actor);
  if (!found) throw new Error(`${address} exports no application with an actor ${actor}`);
  const { schema, guest } = found;
  if (vm === 'js') return javaScriptTwinOf(found, parties);
  if (!guest) return undefined;
  const guests = new Guests(parties, platform);
  await guests.load([{ schema, ...guest }], NOTHING_KNOWN);
  guests.checkAll();
  if (guests.unfit.length > 0) throw new Error(guests.unfit[0].reason);
  return guests.factories[0];
}
