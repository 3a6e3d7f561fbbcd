/** The twins of the example, compared as readers would compare their own. */
import { beforeAll, it } from 'vitest';
import type { ActorFactory } from '../../actors/contract/instance.js';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import { Counter } from '../../examples/counter/js-actors/counter.js';
import { counter } from '../../examples/counter/protocol/generated/counter.js';
import { compileGuest, wasmActorFactory } from '../../host-shim/wasm/guest.js';
import { compareTwins } from '../actors/twins.js';
import { readModule } from './guests.js';

let js: ActorFactory;
let wasm: ActorFactory;
beforeAll(async () => {
  js = javaScriptActorFactory(counter, () => new Counter(), [counter]);
  wasm = wasmActorFactory(counter, await compileGuest(readModule('dist/examples/counter/wasm-actors/counter.wasm')));
});

it('are equal over random messages', () => {
  const { increment, read } = counter.receives;
  compareTwins({
    name: counter.name,
    address: counter.address,
    js: () => js.create({}),
    wasm: () => wasm.create({}),
    sequence: (random) => () =>
      random.chance(0.7)
        ? { message: increment, fields: { by: random.chance(0.1) ? 0xffff_ffff : random.integer(1000) } }
        : { message: read, fields: {}, first: random.integer(2 ** 32) },
    sequences: 100,
  });
});
