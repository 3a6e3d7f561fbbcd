/** A separate process for scene in both languages, so that the engine has the same flags for both. Prints milliseconds per frame. */
import { readFile } from 'node:fs/promises';
import type { ActorFactory } from '../actors/contract/instance.js';
import { OutboxBuilder } from '../actors/model/outbox-builder.js';
import { compileGuest, wasmActorFactory } from '../host-shim/wasm/guest.js';
import { javaScriptActors } from '../js-actors/index.js';
import type { BoundMessage } from '../protocol/bind.js';
import type { Fields, InferFields } from '../protocol/fields.js';
import { tandemParties } from '../protocol/generated/index.js';
import { scene } from '../protocol/generated/scene.js';
import { race } from './rounds.js';
import { drawScreen } from './screen.js';

const FRAME_MICROS = 16_667;
/** Address of the display. */
const DISPLAY = 32;

/** Runs a scene of 2,000 nodes tick by tick. @returns milliseconds per frame */
function ticker(factory: ActorFactory, ticks: number): () => number {
  const instance = factory.create({});
  const outbox = new OutboxBuilder(DISPLAY);
  let frame = 0;
  let outputBytes = 0;
  const deliver = <S extends Fields>(message: BoundMessage<S>, fields: InferFields<S>) => {
    outbox.begin();
    outbox.append(message, message.owner, fields);
    instance.handle(outbox.bytes, 0, outbox.length);
    outputBytes += instance.output.end - instance.output.start;
  };
  const tick = () => deliver(scene.receives.tick, { frame: ++frame, timeMicros: frame * FRAME_MICROS });
  deliver(scene.receives.commit, drawScreen());
  tick();
  return () => {
    outputBytes = 0;
    const started = performance.now();
    for (let i = 0; i < ticks; i++) tick();
    const ms = (performance.now() - started) / ticks;
    if (outputBytes < ticks * 10_000) throw new Error('the picture did not change');
    return ms;
  };
}

const [rounds, ticks] = process.argv.slice(2).map(Number);
const module = await compileGuest(await readFile(new URL('../wasm-actors/scene.wasm', import.meta.url)));
const wasm = ticker(wasmActorFactory(scene, module, undefined, tandemParties), ticks);
const js = ticker(javaScriptActors.find(({ schema }) => schema.name === scene.name)!, ticks);
console.log(JSON.stringify(await race(rounds, { wasm, js })));
