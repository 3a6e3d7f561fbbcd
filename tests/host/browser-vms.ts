/** The application of these tests in Chromium: its worker files are bundled (browser-entries.ts). */
import { jsDefinition, wasmDefinition } from './world.js';

const entryOf = (name: string): URL => new URL(`../../dist/tests/host-entries/browser/${name}.mjs`, import.meta.url);
const module = new URL('../../dist/tests/guests/host/mirror.wasm', import.meta.url);

export const vms = {
  js: { entry: entryOf('js'), load: async () => jsDefinition },
  wasm: { entry: entryOf('wasm'), load: async () => wasmDefinition(module) },
};

/** Worker file of a VM that obeys its test and not its host. */
export const obstinateEntry = entryOf('obstinate');
