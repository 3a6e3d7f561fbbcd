/** An application with only the trap actor, on the simulated host: in the Wasm VM, with the port that sends to it. */

import type { System } from '../../actors/application/supervised-system.js';
import { startSystem } from '../../actors/application/system.js';
import type { Port } from '../../actors/vm/port/port.js';
import { createSimHost, type SimHost } from '../../host-shim/sim/index.js';
import { tandemParties } from '../../protocol/generated/index.js';
import { parties as ownParties, trap, trapper } from './protocol/generated/index.js';

const parties = [...tandemParties, ...ownParties];
const module = new URL('../../dist/tests/guests/trap/trap.wasm', import.meta.url);
const guests = [{ schema: trap, module, sourceMap: new URL('trap.wasm.map', module) }];

export interface TrapStage {
  readonly host: SimHost;
  readonly system: System;
  readonly port: Port<typeof trapper>;
  /** Sums that the port has received. */
  readonly sums: number[];
  /** Bytes of everything else that it has received. */
  readonly fillings: number[];
}

export async function openTrapStage(intensity: number, spareInstances = true): Promise<TrapStage> {
  const vms = { js: { load: async () => ({ parties }) }, wasm: { load: async () => ({ parties, guests }) } };
  const host = createSimHost({ seed: 1, parties, vms, spareInstances });
  const sums: number[] = [];
  const fillings: number[] = [];
  const port = host.vm.openPort(trapper, {
    onSum: ({ sum }) => void sums.push(sum),
    onFilling: ({ bytes }) => void fillings.push(bytes.length),
  });
  const actors = [{ schema: trap, twins: { js: false, wasm: true } }];
  const system = await startSystem(host, { parties, actors, placement: 'wasm', intensity });
  return { host, system, port, sums, fillings };
}
