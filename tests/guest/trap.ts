/** The guest of tests/guests/trap, and the schema it stands for. */
import { ActorTrap } from '../../actors/instance.js';
import { type WasmInstance, wasmActorFactory } from '../../host-shim/wasm/guest.js';
import type { BoundParty } from '../../protocol/bind.js';
import { actor, i32, struct } from '../../protocol/schema.js';

const TRAP_ADDRESS = 99;
export const trapSchema = actor({
  name: 'trap',
  address: TRAP_ADDRESS,
  state: struct('TrapState', { sum: i32 }),
  receives: {},
}) as unknown as BoundParty;

/** Bodies: [number to add], [way to trap], [objects to drop], [bytes to send], [megabytes to send, one a frame]. */
export const KIND = { add: 0x4001, trap: 0x4002, litter: 0x4003, fill: 0x4004, flood: 0x4005, sum: 0x4010, filling: 0x4011 } as const;

/** Ways to trap, by number: the test guest has the same list. */
export const WAYS = [
  'unreachable',
  'memory',
  'table',
  'signature',
  'division',
  'overflow',
  'conversion',
  'stack',
  'allocation',
  'abort',
  'index',
] as const;
export type Way = (typeof WAYS)[number];

export function trapInstance(module: WebAssembly.Module, sourceMap?: string, options: Record<string, number> = {}): WasmInstance {
  return wasmActorFactory(trapSchema, module, sourceMap).create(options) as WasmInstance;
}

/** @throws Error when `run` does not trap */
export function catchTrap(run: () => void): ActorTrap {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof ActorTrap) return thrown;
    throw thrown;
  }
  throw new Error('it did not trap');
}
