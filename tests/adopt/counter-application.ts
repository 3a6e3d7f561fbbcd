/** The example's counter, with both its twins, as an application with a client. */
import { Counter } from '../../examples/counter/js-actors/counter.js';
import { counter } from '../../examples/counter/protocol/generated/counter.js';
import type { ApplicationDefinition } from '../../host-shim/common/application-definition.js';

const module = new URL('../../dist/examples/counter/wasm-actors/counter.wasm', import.meta.url);

/** @param guest where its module is, for who is not beside it */
export const createCounting = (guest: URL = module) =>
  ({
    actors: [{ schema: counter, create: () => new Counter(), guest: { module: guest } }],
    ports: [],
  }) as const satisfies ApplicationDefinition;
