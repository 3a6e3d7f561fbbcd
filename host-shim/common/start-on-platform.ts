/** `start` and `clientOf` of a platform with threads: Node and browsers. */
import type { ActorClients } from '../../actors/application/client/client-types.js';
import type { Capabilities } from '../../actors/contract/host.js';
import { LEAN_MEMORY, SMALL_FLIGHT_BYTES, SMALL_MEMORY } from '../limits.js';
import type { ApplicationDefinition } from './application-definition.js';
import { assertNumberedForThreads, partiesOf, vmSourcesOf } from './application-parts.js';
import { platformClock } from './clock.js';
import type { HostOptions, OneThreadHost } from './host-here.js';
import type { Profile } from './profile.js';
import { type Started, type StartOptions, sharedClientOf, startOn } from './start.js';
import { platformTimers } from './timers.js';

export interface StartPlatform<C extends Capabilities> {
  readonly detectCapabilities: () => C;
  readonly createHost: (options: HostOptions & { readonly capabilities: C }) => OneThreadHost;
  /** What a device of these capabilities is best served by; `full` when not given. */
  readonly profileFor?: (capabilities: C) => Profile;
  /** Names this device, the same at every start. */
  readonly deviceId: () => string;
}

const time = { clock: platformClock, timers: platformTimers };

/** The actors of an application, also before its start: what is sent then waits, and leaves in order. */
export const clientOf = <D extends ApplicationDefinition>(application: D): ActorClients<D['actors']> =>
  sharedClientOf(application, time).actors;

/** Spares and large memories are for those who ask for them: see `HostOptions`. */
export async function startWith<D extends ApplicationDefinition, C extends Capabilities>(
  platform: StartPlatform<C>,
  application: D,
  options: StartOptions & { readonly capabilities?: C },
): Promise<Started<D>> {
  const client = sharedClientOf(application, time);
  client.assertFree();
  const { capabilities = platform.detectCapabilities(), spares = false, spareInstances = false } = options;
  const { profile = platform.profileFor?.(capabilities) ?? 'full' } = options;
  const { memorySizes = profile === 'lean' ? LEAN_MEMORY : SMALL_MEMORY } = options;
  const { deviceId = platform.deviceId(), flightBytes = SMALL_FLIGHT_BYTES } = options;
  const { placement = application.placement ?? 'host' } = options;
  if (placement !== 'host' && capabilities.workers && application.workers) assertNumberedForThreads(application);
  const parties = partiesOf(application);
  const host = platform.createHost({
    ...options,
    capabilities,
    profile,
    spares,
    spareInstances,
    memorySizes,
    flightBytes,
    parties,
    vms: vmSourcesOf(application),
  });
  return startOn(host, application, client, { ...options, deviceId });
}
