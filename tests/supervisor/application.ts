/** A small application for the supervisor's tests: three actors and a port. */

import type { System } from '../../actors/application/supervised-system.js';
import type { SystemOptions } from '../../actors/application/system.js';
import { type ActorSpec, startSystem } from '../../actors/application/system.js';
import type { Capabilities } from '../../actors/contract/host.js';
import type { PartySchema } from '../../protocol/schema.js';
import { ADDRESSES, ScriptedHost } from './scripted-host.js';

const party = (role: 'actor' | 'port', name: string, address: number): PartySchema => ({
  role,
  name,
  address,
  receives: {},
  publishes: {},
  follows: [],
  sendsTo: [],
  watches: [],
});

export const page = party('port', 'page', 34);
export const [anna, bert, carl] = Object.entries(ADDRESSES).map(([name, address]) => party('actor', name, address));

export const order = (schema: PartySchema, more: Partial<ActorSpec> = {}): ActorSpec => ({
  schema,
  twins: { js: true, wasm: true },
  ...more,
});

export const options = (more: Partial<SystemOptions> = {}): SystemOptions => ({
  parties: [page, anna, bert, carl],
  actors: [order(anna), order(bert), order(carl)],
  placement: 'anna=js,bert=wasm,carl=js',
  intensity: 2,
  periodMs: 1000,
  // What the supervisors decide is seen of all actors alike when none fails over.
  circuit: null,
  ...more,
});

/** A VM that is lost stays lost. */
export const noSecondVm: Partial<SystemOptions> = { vmIntensity: { intensity: 0, periodMs: 1000 } };

export async function started(
  more: Partial<SystemOptions> = {},
  capabilities?: Capabilities,
): Promise<{ host: ScriptedHost; system: System }> {
  const host = new ScriptedHost(capabilities);
  const system = await startSystem(host, options(more));
  return { host, system };
}

export const statusOf = (system: System, actor: string) => {
  const status = system.actors.find((candidate) => candidate.actor === actor);
  if (!status) throw new Error(`no actor ${actor}`);
  return status;
};
