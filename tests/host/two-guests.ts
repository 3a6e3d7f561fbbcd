/** An application of two actors in Wasm, for every host. The test chooses the module of one. */
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import { Counter } from '../../examples/counter/js-actors/counter.js';
import { button, counter } from '../../examples/counter/protocol/generated/index.js';
import type { VmDefinition } from '../../host-shim/common/definition.js';
import { javaScriptActors } from '../../js-actors/index.js';
import { metrics } from '../../protocol/generated/metrics.js';
import { tandemParties } from '../../protocol/index.js';

export const parties = [...tandemParties, button, counter];

const BOTH = { js: true, wasm: true };
export const ACTORS = [
  { schema: metrics, twins: BOTH },
  { schema: counter, twins: BOTH },
];

export const jsDefinition: VmDefinition = {
  parties,
  actors: [...javaScriptActors, javaScriptActorFactory(counter, () => new Counter(), parties)],
};

/** @param module of the counter @param folder of the build */
export const wasmDefinition = (module: URL, folder: URL): VmDefinition => ({
  parties,
  guests: [
    { schema: metrics, module: new URL('wasm-actors/metrics.wasm', folder) },
    { schema: counter, module, sourceMap: new URL('no-such.map', folder) },
  ],
});

export { button, counter };
