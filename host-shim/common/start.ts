/**
 * Starts an application with its client, in one call.
 *
 *   const { basket, system } = await start(application, { placement: 'js' });
 *
 * The catch: an application has one client, so that a module may send before the start. It runs once at a time.
 */
import { Client, type ClientTime } from '../../actors/application/client/client.js';
import type { ActorClients } from '../../actors/application/client/client-types.js';
import type { System } from '../../actors/application/supervised-system.js';
import { type SystemOptions, startSystem } from '../../actors/application/system.js';
import type { Host } from '../../actors/contract/host.js';
import type { Vm } from '../../actors/vm/vm.js';
import { timer } from '../../protocol/generated/timer.js';
import type { ApplicationDefinition } from './application-definition.js';
import { actorSpecsOf, clientIn, partiesOf } from './application-parts.js';
import type { HostOptions } from './host-here.js';
import { openTimerPort } from './ports/timer.js';

/** What a start may decide otherwise than the application's definition. */
export interface StartOptions extends Partial<Omit<SystemOptions, 'parties' | 'actors'>>, Partial<Omit<HostOptions, 'parties' | 'vms'>> {
  /** Opens ports of the application in this thread, beside the client: called before anything starts. */
  readonly ports?: (vm: Vm) => void;
}

/** A running application: its actors by name, and the system. */
export type Started<D extends ApplicationDefinition> = ActorClients<D['actors']> & { readonly system: System };

/** A host with a VM in this thread, on which ports are opened. */
export interface StartHost extends Host {
  readonly vm: Vm;
}

/** What a started application's object has besides its actors. */
const TAKEN = ['system', 'host'];

/** @throws Error for names that make no sense */
export function createClient<D extends ApplicationDefinition>(application: D, time: ClientTime): Client<D['actors']> {
  const taken = application.actors.find(({ schema }) => TAKEN.includes(schema.name));
  if (taken) throw new Error(`an actor may not be named ${taken.schema.name}: what a start gives has another ${taken.schema.name}`);
  return new Client(application.actors, clientIn(partiesOf(application)), time);
}

const clients = new WeakMap<object, unknown>();

/** The one client of an application on a platform. */
export function sharedClientOf<D extends ApplicationDefinition>(application: D, time: ClientTime): Client<D['actors']> {
  const known = clients.get(application) as Client<D['actors']> | undefined;
  if (known) return known;
  const client = createClient(application, time);
  clients.set(application, client);
  return client;
}

/**
 * Opens the client, the timer port if an actor may use it, and the ports of the application; then starts the system.
 * @throws what `startSystem` throws; then everything was closed again
 */
export async function startOn<D extends ApplicationDefinition>(
  host: StartHost,
  application: D,
  client: Client<D['actors']>,
  options: StartOptions,
): Promise<Started<D>> {
  const { placement = application.placement ?? 'host', onTrap = application.onTrap } = options;
  const parties = partiesOf(application);
  try {
    if (parties.some(({ address }) => address === timer.address)) openTimerPort(host.vm, host.timers);
    options.ports?.(host.vm);
    client.open(host.vm);
    const system = await startSystem(host, { ...options, parties, actors: actorSpecsOf(application), placement, onTrap });
    return { ...client.actors, system } as Started<D>;
  } catch (error) {
    client.close();
    await host.local.terminate();
    throw error;
  }
}
