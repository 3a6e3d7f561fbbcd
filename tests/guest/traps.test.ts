/** Every way in which a module can end gives an ActorTrap with the line of AssemblyScript, and the instance is never entered again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '@msgpack/msgpack';
import { beforeAll, describe, expect, it } from 'vitest';
import { counter } from '../../examples/counter/protocol/generated/counter.js';
import { compileGuest, type WasmInstance, wasmActorFactory } from '../../host-shim/wasm/guest.js';
import { GuestAbort } from '../../host-shim/wasm/positions.js';
import { concatenate, frame, framesIn, SENDER } from './frames.js';
import { readModule, readSourceMap, root } from './guests.js';
import { trap as trapActor } from './protocol/generated/trap.js';
import { catchTrap, trapInstance, WAYS, type Way } from './trap.js';

const MODULE = 'dist/tests/guests/trap/trap.wasm';
const SOURCE = 'tests/guests/trap/trap.ts';

/** V8's message for each way. */
const REASONS: Readonly<Record<Way, RegExp>> = {
  unreachable: /unreachable/,
  memory: /memory access out of bounds/,
  table: /table index is out of bounds/,
  signature: /signature mismatch/,
  division: /divide by zero/,
  overflow: /divide result unrepresentable/,
  conversion: /float unrepresentable in integer range/,
  stack: /Maximum call stack size exceeded/,
  allocation: /^out of memory/,
  abort: /asked to abort/,
  index: /Index out of range/,
  store: /memory access out of bounds/,
  copy: /memory access out of bounds/,
  fill: /memory access out of bounds/,
  absent: /null function/,
  remainder: /remainder by zero/,
  'long division': /divide by zero/,
  'long overflow': /divide result unrepresentable/,
  'not a number': /float unrepresentable in integer range/,
  'long conversion': /float unrepresentable in integer range/,
  growth: /unreachable/,
  leak: /^out of memory/,
  greed: /^out of memory/,
};

function lineOf(way: Way): number {
  const lines = readFileSync(join(root, SOURCE), 'utf8').split('\n');
  return lines.findIndex((line) => line.endsWith(`// trap: ${way}`)) + 1;
}

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await compileGuest(readModule(MODULE));
});

const add = (number: number) => frame(trapActor.receives.add.kind, [number]);
const trapBy = (way: Way) => frame(trapActor.receives.trap.kind, [WAYS.indexOf(way)]);

const bodies = (instance: WasmInstance): unknown[] =>
  framesIn(instance.output.bytes, instance.output.start, instance.output.end).map(({ body }) => decode(body));

describe.each(WAYS)('%s', (way) => {
  it('ends the incarnation, but keeps the output of earlier frames of the batch', () => {
    const instance = trapInstance(module, readSourceMap(MODULE));
    const batch = concatenate([add(10), add(20), trapBy(way), add(30)]);
    const trap = catchTrap(() => instance.handle(batch, 0, batch.length));
    expect(trap.message).toMatch(REASONS[way]);
    expect(trap.handled).toBe(2);
    expect(bodies(instance)).toEqual([[10], [30]]);
    expect(trap.position).toMatch(new RegExp(`^${SOURCE}:${lineOf(way)}:\\d+$`));
  });

  it('is never entered again', () => {
    const instance = trapInstance(module);
    const batch = trapBy(way);
    catchTrap(() => instance.handle(batch, 0, batch.length));
    expect(instance.memoryBytes).toBe(0);
    const ended = /this incarnation of trap has ended/;
    expect(() => instance.handle(batch, 0, batch.length)).toThrow(ended);
    expect(() => instance.snapshot()).toThrow(ended);
    expect(() => instance.restore(new Uint8Array(8))).toThrow(ended);
    expect(() => instance.armFault(0)).toThrow(ended);
    expect(() => instance.control).toThrow(ended);
    instance.dispose();
  });
});

describe('the cause of a trap', () => {
  const causeOf = (way: Way): unknown => {
    const batch = trapBy(way);
    return catchTrap(() => trapInstance(module).handle(batch, 0, batch.length)).cause;
  };

  it('is a RuntimeError, or a RangeError for an exhausted stack, or message and place of an abort', () => {
    expect(causeOf('memory')).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(causeOf('stack')).toBeInstanceOf(RangeError);
    const abort = causeOf('abort');
    expect(abort).toBeInstanceOf(GuestAbort);
    expect((abort as GuestAbort).position).toMatch(new RegExp(`^${SOURCE}:${lineOf('abort')}:\\d+$`));
  });

  it('in the library is reported at the line that called it', () => {
    const abort = causeOf('index');
    expect((abort as GuestAbort).position).toMatch(/^~lib\/array\.ts/);
  });
});

describe('a trap outside of a batch', () => {
  it('in a control call ends the incarnation, too', () => {
    const instance = trapInstance(module);
    const { control } = instance;
    expect(() => control!.restore(new Uint8Array([0xc1]))).toThrow(/not a snapshot of this actor/);
    expect(instance.memoryBytes).toBe(0);
    expect(() => control!.describe()).toThrow();
  });

  it('by a batch too large for the memory happens before anything is handled or emitted', () => {
    const instance = trapInstance(module);
    instance.handle(add(1), 0, add(1).length);
    const huge = new Uint8Array(80 << 20);
    const trap = catchTrap(() => instance.handle(huge, 0, huge.length));
    expect(trap.handled).toBe(0);
    expect(bodies(instance)).toEqual([]);
  });
});

describe('the output before a trap', () => {
  it('is found even if the outbox has moved since', () => {
    const instance = trapInstance(module);
    instance.armFault(1);
    const batch = concatenate([add(10), frame(trapActor.receives.fill.kind, [500_000])]);
    expect(catchTrap(() => instance.handle(batch, 0, batch.length)).handled).toBe(1);
    expect(bodies(instance)).toEqual([[10]]);
  });
});

describe('an armed fault', () => {
  it.each([0, 1, 2])('strikes after the handler of frame %i has done its work', (nth) => {
    const instance = trapInstance(module);
    instance.armFault(nth);
    const batch = concatenate([add(1), add(1), add(1), add(1)]);
    const trap = catchTrap(() => instance.handle(batch, 0, batch.length));
    expect(trap.message).toMatch(/unreachable/);
    expect(trap.handled).toBe(nth);
    expect(bodies(instance)).toEqual([[1], [2], [3]].slice(0, nth));
  });

  it('is reported with the line of the handler, after which it struck in the kit', async () => {
    const file = 'dist/examples/counter/wasm-actors/counter.wasm';
    const instance = wasmActorFactory(counter, await compileGuest(readModule(file)), readSourceMap(file)).create({});
    instance.armFault(1);
    const { increment, read } = counter.receives;
    const batch = concatenate([frame(read.kind, [1]), frame(increment.kind, [1])]);
    const trap = catchTrap(() => instance.handle(batch, 0, batch.length));
    const [path, line] = trap.position.split(':');
    expect(path).toBe('examples/counter/wasm-actors/counter.ts');
    expect(readFileSync(join(root, path), 'utf8').split('\n')[Number(line) - 1]).toContain('onIncrement(');
  });

  it('is reported with the kit’s line where that is not known', () => {
    const instance = trapInstance(module, readSourceMap(MODULE));
    instance.armFault(0);
    const trap = catchTrap(() => instance.handle(add(1), 0, add(1).length));
    const kit = readFileSync(join(root, 'wasm-actors/kit/turn.ts'), 'utf8').split('\n');
    expect(trap.position).toMatch(/^wasm-actors\/kit\/turn\.ts:/);
    expect(kit[Number(trap.position.split(':')[1]) - 1]).toContain('unreachable()');
  });

  it('counts across batches', () => {
    const instance = trapInstance(module);
    instance.armFault(2);
    for (let i = 0; i < 2; i++) instance.handle(add(1), 0, add(1).length);
    expect(catchTrap(() => instance.handle(add(1), 0, add(1).length)).handled).toBe(0);
  });

  it('can be withdrawn', () => {
    const instance = trapInstance(module);
    instance.armFault(0);
    instance.armFault(-1);
    instance.handle(add(5), 0, add(5).length);
    expect(bodies(instance)).toEqual([[5]]);
  });
});

describe('the output of a handler', () => {
  const fill = (bytes: number) => frame(trapActor.receives.fill.kind, [bytes]);

  it('has frames of at most a megabyte', () => {
    const instance = trapInstance(module);
    const largest = (1 << 20) - 50 - 1 - 5;
    instance.handle(fill(largest), 0, fill(largest).length);
    expect(instance.output.end - instance.output.start).toBe(1 << 20);
    expect(catchTrap(() => instance.handle(fill(largest + 1), 0, fill(1).length + 4)).message).toMatch(/larger than FRAME_BYTES_MAX/);
  });

  it('is at most four megabytes', () => {
    const instance = trapInstance(module);
    const flood = (frames: number) => frame(trapActor.receives.flood.kind, [frames]);
    instance.handle(flood(4), 0, flood(4).length);
    expect(framesIn(instance.output.bytes, instance.output.start, instance.output.end)).toHaveLength(4);
    const trap = catchTrap(() => instance.handle(flood(5), 0, flood(5).length));
    expect(trap.message).toMatch(/more than HANDLER_OUTPUT_BYTES_MAX/);
    expect(bodies(instance)).toEqual([]);
  });

  it('does not count against the next', () => {
    const instance = trapInstance(module);
    const batch = concatenate(Array.from({ length: 5 }, () => fill(900_000)));
    instance.handle(batch, 0, batch.length);
    expect(framesIn(instance.output.bytes, instance.output.start, instance.output.end).map(({ header }) => header.target)).toEqual(
      new Array(5).fill(SENDER),
    );
  });

  it('ends the batch when all handlers together reach four megabytes: the rest is handed in again', () => {
    const instance = trapInstance(module);
    const handle = (batch: Uint8Array) => {
      instance.handle(batch, 0, batch.length);
      return framesIn(instance.output.bytes, instance.output.start, instance.output.end).length;
    };
    const flood = frame(trapActor.receives.flood.kind, [3]);
    const batch = concatenate(new Array(32).fill(flood));
    let left = batch;
    const emitted: number[] = [];
    do {
      emitted.push(handle(left));
      left = batch.subarray(batch.length - instance.left * flood.length);
    } while (instance.left > 0);
    expect(emitted).toEqual(new Array(16).fill(6));
    expect(instance.memoryBytes).toBeLessThan(32 << 20);
    expect([handle(flood), instance.left]).toEqual([3, 0]);
  });
});
