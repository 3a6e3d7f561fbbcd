/** The guest ABI: every built module against the golden list, both sides' numbers, and what is refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { counter } from '../../examples/counter/protocol/generated/index.js';
import { ABI_VERSION, CELL, CELL_COUNT, GuestError, MALFORMED_CELLS, NO_FAULT } from '../../host-shim/wasm/abi.js';
import { compileGuest, wasmActorFactory } from '../../host-shim/wasm/guest.js';
import type { BoundParty } from '../../protocol/bind.js';
import { ERROR_CODES } from '../../protocol/errors.js';
import type { Fields } from '../../protocol/fields.js';
import { timer } from '../../protocol/generated/timer.js';
import { u32 } from '../../protocol/schema.js';
import golden from '../../wasm-actors/abi.golden.json' with { type: 'json' };
import { concatenate, frame, framesIn } from './frames.js';
import { builtGuests, readModule, root } from './guests.js';
import { plainGuest } from './plain-guest.js';
import { trap as trapActor } from './protocol/generated/trap.js';
import { catchTrap } from './trap.js';

const guests = builtGuests();

const signatures = (module: WebAssembly.Module): Record<string, string> => {
  const [section] = WebAssembly.Module.customSections(module, 'as-bind_bindings');
  const { exportedFunctions } = JSON.parse(new TextDecoder().decode(section)) as {
    exportedFunctions: Record<string, { returnType: string; parameters: string[] }>;
  };
  const text = Object.entries(exportedFunctions).map(([name, { parameters, returnType }]) => [
    name,
    `(${parameters.join(', ')}): ${returnType}`,
  ]);
  return Object.fromEntries(text);
};

it('has all guests to test', () => {
  for (const name of ['scene', 'focus', 'history', 'metrics', 'network']) expect(guests).toContain(`dist/wasm-actors/${name}.wasm`);
  expect(guests).toContain('dist/tests/guests/trap/trap.wasm');
});

describe.each(guests)('%s', (path) => {
  const module = new WebAssembly.Module(readModule(path));

  it('imports and exports what the golden list says', () => {
    expect(WebAssembly.Module.imports(module).map(({ module: from, name, kind }) => `${kind} ${from}.${name}`)).toEqual(golden.imports);
    expect(
      WebAssembly.Module.exports(module)
        .map(({ name, kind }) => `${kind} ${name}`)
        .sort(),
    ).toEqual(golden.exports);
    expect(signatures(module)).toEqual(golden.controlCalls);
  });

  it('is found by its name, and reports that name', async () => {
    const name = path.split('/').at(-1)!.replace('.wasm', '');
    const schema = { ...trapActor, name } as BoundParty;
    await compileGuest(readModule(path));
    let refusal: unknown;
    try {
      wasmActorFactory({ ...schema, address: 0 } as BoundParty, module);
    } catch (thrown) {
      refusal = thrown;
    }
    expect(refusal).toBeInstanceOf(GuestError);
    expect((refusal as GuestError).problem).toBe('other actor');
    expect((refusal as GuestError).message).toContain(`the module is ${name} at `);
  });
});

describe('both sides of the ABI', () => {
  const cells = readFileSync(join(root, 'wasm-actors/kit/cells.ts'), 'utf8');
  const numbers = new Map([...cells.matchAll(/const (\w+): \w+ = (\w+);/g)].map(([, name, value]) => [name, Number(value)]));
  const constantCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

  it('have the same cells', () => {
    for (const [name, index] of Object.entries(CELL)) expect([name, numbers.get(constantCase(name))]).toEqual([name, index]);
    expect(Object.keys(CELL)).toHaveLength(CELL_COUNT);
    expect(numbers.get('CELL_COUNT')).toBe(CELL_COUNT);
    expect(numbers.get('NO_FAULT')).toBe(NO_FAULT);
    expect(numbers.get('ABI_VERSION')).toBe(ABI_VERSION);
  });

  it('have the same records', () => {
    const records = readFileSync(join(root, 'wasm-actors/kit/malformed.ts'), 'utf8');
    expect(Number(/RECORD_BYTES: u32 = (\d+)/.exec(records)?.[1])).toBe(4 * MALFORMED_CELLS);
  });

  it('have the same error codes', () => {
    const system = readFileSync(join(root, 'protocol/generated/assembly/system.ts'), 'utf8');
    expect(Number(/ERROR_CODE_COUNT = (\d+)/.exec(system)?.[1])).toBe(ERROR_CODES.length);
    expect(Number(/ERROR_CODE_ENDED = (\d+)/.exec(system)?.[1])).toBe(ERROR_CODES.indexOf('ended'));
  });

  it('are documented in docs/GUEST-ABI.md', () => {
    const page = readFileSync(join(root, 'docs/GUEST-ABI.md'), 'utf8');
    expect(page).toContain(`# The guest ABI, version ${ABI_VERSION}`);
    for (const entry of golden.exports) expect(page).toContain(`\`${entry.split(' ')[1]}`);
  });
});

function refusalOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return null;
}

describe('a module is refused that', () => {
  const problemOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => {
    try {
      wasmActorFactory(trapActor, await compileGuest(bytes));
    } catch (error) {
      if (error instanceof GuestError) return error.message;
      throw error;
    }
    return 'accepted';
  };

  it('is no module at all', async () => {
    expect(await problemOf(new Uint8Array([1, 2, 3]))).toMatch(/^not a module: /);
  });

  it('needs more than the engine has, which is named once and in words, unless it is no module anyway', async () => {
    const old = new WebAssembly.CompileError('Compiling wasm function failed: unexpected section @+8');
    vi.spyOn(WebAssembly, 'compile').mockRejectedValue(old);
    expect(await problemOf(plainGuest())).toBe(`not a module: ${old.message}`);
    // Those of Chromium 64: a copy within the memory, and an operator of sign extension.
    const { validate } = WebAssembly;
    const lacks = (bytes: Uint8Array) => [0xfc0a, 0x00c0].some((code) => bytes.some((byte, i) => ((byte << 8) | bytes[i + 1]) === code));
    vi.spyOn(WebAssembly, 'validate').mockImplementation((bytes) => !lacks(bytes as Uint8Array) && validate(bytes));
    expect(await problemOf(plainGuest())).toBe('engine: its WebAssembly has no bulk memory, no sign extension');
    expect(await problemOf(new TextEncoder().encode('<!doctype html>'))).toBe(`not a module: ${old.message}`);
  });

  it('has another ABI version', async () => {
    expect(await problemOf(plainGuest({ abiVersion: 0 }))).toBe('abi version: the module has 0, this runtime 1');
    expect(await problemOf(plainGuest({ abiVersion: 2 }))).toBe('abi version: the module has 2, this runtime 1');
  });

  it.each(['tandem_abi_version', 'tandem_cells', 'tandem_reserve', 'tandem_handle', 'tandem_snapshot', 'tandem_restore'])(
    'lacks %s',
    async (name) => {
      expect(await problemOf(plainGuest({ without: name }))).toBe(`missing export: function ${name}`);
    },
  );

  it.each(['env.now', 'env.seed', 'wasi_snapshot_preview1.clock_time_get'])('imports %s', async (name) => {
    expect(await problemOf(plainGuest({ imports: name }))).toBe(`forbidden import: function ${name}`);
  });

  it('was built for another schema, of its own or of a partner', () => {
    const module = new WebAssembly.Module(readModule('dist/examples/counter/wasm-actors/counter.wasm'));
    const { increment } = counter.receives;
    const changed = (fields: Fields) =>
      ({ ...counter, receives: { ...counter.receives, increment: { ...increment, fields } } }) as BoundParty;
    const otherState = { ...counter, state: { ...counter.state, type: 'bin' } } as BoundParty;
    for (const schema of [changed({ ...increment.fields, more: u32 }), changed({ times: u32 }), otherState]) {
      expect(refusalOf(() => wasmActorFactory(schema, module))).toMatchObject({
        problem: 'other schema',
        message: 'other schema: counter was built for another schema of counter: run npx tandem build',
      });
    }
    const otherTimer = { ...timer, receives: { ...timer.receives, cancel: { ...timer.receives.cancel, fields: {} } } } as BoundParty;
    expect(refusalOf(() => wasmActorFactory(counter, module, undefined, [counter, otherTimer]))).toMatchObject({
      message: 'other schema: counter was built for another schema of timer: run npx tandem build',
    });
    expect(refusalOf(() => wasmActorFactory(counter, module, undefined, [counter, timer]))).toBeNull();
  });

  it('is configured but has no configuration', async () => {
    const factory = wasmActorFactory(trapActor, await compileGuest(plainGuest()));
    expect(() => factory.create({ seed: 1 })).toThrow(/missing export: configure, for seed/);
  });
});

describe('a guest of another language, written from docs/GUEST-ABI.md alone', () => {
  const batch = concatenate([frame(0x4001, [1]), frame(0x4001, [2]), frame(0x4001, [3])]);

  it('runs, keeps its state and restores it', async () => {
    const factory = wasmActorFactory(trapActor, await compileGuest(plainGuest()));
    const first = factory.create({});
    first.handle(batch, 0, batch.length);
    expect(first.output.bytes.slice(first.output.start, first.output.end)).toEqual(batch);
    expect(first.snapshot()).toEqual(new Uint8Array([0x94, 0x90, 0x90, 0, 3]));
    const second = factory.create({});
    second.restore(first.snapshot());
    second.handle(batch, 0, batch.length);
    expect(second.snapshot()[4]).toBe(6);
  });

  it('traps like any other', async () => {
    const instance = wasmActorFactory(trapActor, await compileGuest(plainGuest())).create({});
    instance.armFault(1);
    const trap = catchTrap(() => instance.handle(batch, 0, batch.length));
    expect(trap.handled).toBe(1);
    expect(trap.position).toBe('');
    expect(framesIn(instance.output.bytes, instance.output.start, instance.output.end)).toHaveLength(1);
  });
});
