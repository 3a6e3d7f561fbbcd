/** Runs the counter on real threads: `node dist/examples/counter/run.js js`, or `wasm` for the Wasm VM. */
import { startSystem } from 'tandem';
import { createNodeHost, detectCapabilities } from 'tandem/node';
import { jsDefinition, parties, wasmDefinition } from './application.js';
import { button, counter } from './protocol/generated/index.js';

const [placement = 'wasm'] = process.argv.slice(2);
const host = createNodeHost({
  capabilities: detectCapabilities(),
  parties,
  vms: {
    js: { entry: new URL('./js-vm.js', import.meta.url), load: async () => jsDefinition },
    wasm: {
      entry: new URL('./wasm-vm.js', import.meta.url),
      load: async () => wasmDefinition(new URL('./wasm-actors/', import.meta.url)),
    },
  },
});
const port = host.vm.openPort(button, {
  onCounterChanged({ count }: { count: number }) {
    console.log(`the counter shows ${count}`);
  },
});
const system = await startSystem(host, { parties, actors: [{ schema: counter, twins: { js: true, wasm: true } }], placement });

for (const by of [1, 2, 3]) port.send(counter.receives.increment, { by });
await system.crash('counter');
port.send(counter.receives.increment, { by: 4 });
const { count } = await port.request(counter.receives.read, {});
const [{ vm }] = system.actors;
const { traps } = await system.counters();
console.log(`counted to ${count} in the ${vm} VM, traps: ${traps}`);
await system.stop();
