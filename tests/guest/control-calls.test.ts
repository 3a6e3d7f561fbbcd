/** The typed control calls of every AssemblyScript guest: bound to a running instance as the runtime does, and by as-bind itself. */
import { decode, encode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { decodeSnapshot } from '../../actors/contract/snapshot.js';
import { ABI_VERSION } from '../../host-shim/wasm/abi.js';
import type { ControlCalls } from '../../host-shim/wasm/control-calls.js';
import { instantiateSync } from '../../host-shim/wasm/converters.js';
import { compileGuest, wasmActorFactory } from '../../host-shim/wasm/guest.js';
import type { WasmInstance } from '../../host-shim/wasm/instance.js';
import { PROTOCOL_VERSION } from '../../protocol/version.js';
import { frame } from './frames.js';
import { builtGuests, readModule } from './guests.js';
import { base } from './protocol/generated/base.js';

const imports = { env: { abort: () => expect.fail('abort'), progress() {} } };
const module = await compileGuest(readModule('dist/tests/guests/base/base.wasm'));
const factory = wasmActorFactory(base, module);

describe.each(builtGuests())('%s by as-bind', (path) => {
  const calls = instantiateSync(readModule(path), imports).exports as unknown as ControlCalls;

  it('describes itself', () => {
    const description = JSON.parse(calls.describe()) as Record<string, unknown>;
    expect(description).toEqual({
      name: path.split('/').at(-1)!.replace('.wasm', ''),
      address: expect.any(Number),
      abiVersion: ABI_VERSION,
      protocolVersion: PROTOCOL_VERSION,
    });
  });

  it('takes a number, gives a snapshot and takes it back', () => {
    calls.configure('nobody knows this', 1);
    const snapshot = calls.snapshot();
    expect(decode(snapshot)).toHaveLength(4);
    calls.restore(snapshot);
    expect(calls.snapshot()).toEqual(snapshot);
  });
});

describe('bound to a running instance', () => {
  const create = (options = {}) => factory.create(options) as WasmInstance;
  const say = frame(base.receives.say.kind, ['ü 🎬', 1, null]);

  it('see the effects of messages', () => {
    const instance = create();
    instance.handle(say, 0, say.length);
    const snapshot = instance.control!.snapshot();
    expect(snapshot).toEqual(instance.snapshot());
    const other = create();
    other.control!.restore(snapshot);
    expect(other.snapshot()).toEqual(snapshot);
  });

  it('pass on the configuration of an actor', () => {
    const state = (instance: WasmInstance) => decodeSnapshot(base, instance.snapshot()).state;
    expect(state(create({ scale: 2.5 }))).toMatchObject({ heard: [], scale: 2.5 });
    expect(state(create({ 'scale 🎬': 2.5 }))).toMatchObject({ heard: [], scale: 1 });
  });

  it('carry values larger than the memory', () => {
    const heard = Array.from({ length: 20_000 }, (_, line) => `line ${line}`);
    const large = encode([[7, 0], [0, 0], 1, [heard, 1, []]]);
    const instance = create();
    const before = instance.memoryBytes;
    instance.control!.restore(large);
    expect(instance.memoryBytes).toBeGreaterThan(before);
    instance.handle(say, 0, say.length);
    expect(instance.output.end).toBeGreaterThan(instance.output.start);
    instance.control!.restore(large);
    expect(instance.control!.snapshot()).toEqual(large);
    expect(instance.snapshot()).toEqual(large);
  });
});
