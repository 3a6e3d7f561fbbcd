/** The counter with a defect in one of its twins: in JavaScript it takes thirteen for twelve. */
import { javaScriptActorFactory } from '../../../actors/model/javascript-instance.js';
import { parties, wasmDefinition } from '../../../examples/counter/application.js';
import { Counter } from '../../../examples/counter/js-actors/counter.js';
import { counter } from '../../../examples/counter/protocol/generated/index.js';
import type { ReplayApplication } from '../../../host-shim/replay/index.js';

class DefectiveCounter extends Counter {
  override onIncrement({ by }: Parameters<Counter['onIncrement']>[0]): void {
    super.onIncrement({ by: by === 13 ? 12 : by });
  }
}

export const application: ReplayApplication = {
  parties,
  actors: [{ schema: counter, twins: { js: true, wasm: true } }],
  javascript: [javaScriptActorFactory(counter, () => new DefectiveCounter(), parties)],
  guests: wasmDefinition(new URL('../../../dist/examples/counter/wasm-actors/', import.meta.url)).guests!,
};
