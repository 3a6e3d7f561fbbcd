/** The application of these tests in Chromium: its worker files are bundled (browser-entries.ts). */
import { jsDefinition, wasmDefinition } from './world.js';

const entryOf = (name: string): URL => new URL(`../../dist/tests/host-entries/browser/${name}.mjs`, import.meta.url);
const module = new URL('../../dist/tests/guests/host/mirror.wasm', import.meta.url);

export const vms = {
  js: { entry: entryOf('js'), load: async () => jsDefinition },
  wasm: { entry: entryOf('wasm'), load: async () => wasmDefinition(module) },
};

/** Of a VM that does what its test tells it, not what its host does. */
export const obstinateEntry = entryOf('obstinate');
