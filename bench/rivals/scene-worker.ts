/** Scene in a plain worker: after a crash it needs everything again. Answers each delivery once it is handled. */
import { readFile } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import { compileGuest, wasmActorFactory } from '../../host-shim/wasm/guest.js';
import { tandemParties } from '../../protocol/generated/index.js';
import { scene } from '../../protocol/generated/scene.js';

const module = await compileGuest(await readFile(new URL('../../wasm-actors/scene.wasm', import.meta.url)));
const instance = wasmActorFactory(scene, module, undefined, tandemParties).create({});

parentPort?.on('message', (frames: Uint8Array) => {
  instance.handle(frames, 0, frames.length);
  parentPort?.postMessage(instance.output.end - instance.output.start);
});
