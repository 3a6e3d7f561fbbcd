import { mortalHere } from './mortal-here.js';
import { mortalNode, nodePlatform } from './mortal-node.js';
import { vmFileSuite, vmLossSuite } from './vm-loss.js';
import { jsDefinition, wasmDefinition } from './world.js';

const module = new URL('../../dist/tests/guests/host/mirror.wasm', import.meta.url);

vmLossSuite('Node', mortalNode);
vmFileSuite('Node', mortalNode);
vmLossSuite('Node without threads', mortalHere(nodePlatform, { js: jsDefinition, wasm: wasmDefinition(module) }));
