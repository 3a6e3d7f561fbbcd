/** Guests in Chromium: the same modules, and lines found from the stack traces of this browser. */
import { decode, encode } from '@msgpack/msgpack';
import { expect, it } from 'vitest';
import type { ActorInstance } from '../../actors/contract/instance.js';
import { compileGuest, type WasmInstance, wasmActorFactory } from '../../host-shim/wasm/guest.js';
import { readableMap } from '../../host-shim/wasm/readable-map.js';
import { concatenate, frame, framesIn } from './frames.js';
import { base } from './protocol/generated/base.js';
import { trap as trapActor } from './protocol/generated/trap.js';
import { catchTrap, trapInstance, WAYS, type Way } from './trap.js';

async function load(path: string): Promise<Response> {
  const response = await fetch(`/${path}`);
  expect(response.ok, `${path}: ${response.status}`).toBe(true);
  return response;
}
const loadModule = async (path: string): Promise<WebAssembly.Module> => compileGuest(await (await load(path)).arrayBuffer());

const TRAP = 'dist/tests/guests/trap/trap.wasm';
const bodies = ({ output }: ActorInstance) => framesIn(output.bytes, output.start, output.end).map(({ body }) => decode(body));

it('handles messages, and continues from a snapshot', async () => {
  const factory = wasmActorFactory(base, await loadModule('dist/tests/guests/base/base.wasm'));
  const first = factory.create({ scale: 1 });
  const say = frame(base.receives.say.kind, ['日本', 0.5, null]);
  first.handle(concatenate([say, say]), 0, 2 * say.length);
  expect(bodies(first)).toEqual([1, 2].map((count) => [count, false, count, '64 say 日本 nothing true']));
  const second = factory.create({});
  second.restore(first.snapshot());
  expect(second.snapshot()).toEqual(first.snapshot());
});

it.each(WAYS)('reports the line of AssemblyScript when it ends by %s', async (way: Way) => {
  const source = await (await load('tests/guests/trap/trap.ts?raw')).text();
  const module = await loadModule(TRAP);
  const instance = trapInstance(module, readableMap(await (await load(`${TRAP}.map`)).text()));
  const batch = concatenate([frame(trapActor.receives.add.kind, [4]), frame(trapActor.receives.trap.kind, [WAYS.indexOf(way)])]);
  const trap = catchTrap(() => instance.handle(batch, 0, batch.length));
  expect(trap.handled).toBe(1);
  expect(bodies(instance)).toEqual([[4]]);
  const [, file, line] = /^(.*):(\d+):\d+$/.exec(trap.position) ?? [];
  expect(file).toBe('tests/guests/trap/trap.ts');
  const text = JSON.parse(source.slice(source.indexOf('"'), source.lastIndexOf('"') + 1)) as string;
  expect(text.split('\n')[Number(line) - 1]).toContain(`// trap: ${way}`);
});

it('takes control calls through as-bind', async () => {
  const factory = wasmActorFactory(base, await loadModule('dist/tests/guests/base/base.wasm'));
  const snapshot = encode([[1, 0], [0, 0], 1, [['one 🎬'], 1, []]]);
  const { control } = factory.create({}) as WasmInstance;
  control!.restore(snapshot);
  expect(control!.snapshot()).toEqual(new Uint8Array(snapshot));
  expect(JSON.parse(control!.describe())).toMatchObject({ name: 'base', address: base.address });
});
