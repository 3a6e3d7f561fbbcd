/** The guest of tests/guests/trap. */
import { ActorTrap } from '../../actors/contract/instance.js';
import { type WasmInstance, wasmActorFactory } from '../../host-shim/wasm/guest.js';
import type { MapSource } from '../../host-shim/wasm/positions.js';
import { trap } from './protocol/generated/trap.js';

/**
 * Ways to trap, by number: the test guest has the same list. They come from the specification's tests (test/core: unreachable, traps,
 * memory_trap, bulk, call_indirect, int_exprs, conversions, memory_grow, and exhaustion in call) and from AssemblyScript: failed
 * allocation, and `abort`, which is an exception from an import.
 */
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
  'store',
  'copy',
  'fill',
  'absent',
  'remainder',
  'long division',
  'long overflow',
  'not a number',
  'long conversion',
  'growth',
  'leak',
  'greed',
] as const;
export type Way = (typeof WAYS)[number];

export function trapInstance(module: WebAssembly.Module, sourceMap?: MapSource, options: Record<string, number> = {}): WasmInstance {
  return wasmActorFactory(trap, module, sourceMap).create(options) as WasmInstance;
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
