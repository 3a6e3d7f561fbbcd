/** Batches of frames through a guest: large ones, malformed ones, and the content of snapshots. */
import { decode, encode } from '@msgpack/msgpack';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeSnapshot, encodeSnapshot } from '../../actors/contract/snapshot.js';
import { counter } from '../../examples/counter/protocol/generated/counter.js';
import { compileGuest, type WasmInstance, wasmActorFactory } from '../../host-shim/wasm/guest.js';
import { DecodeError } from '../../protocol/errors.js';
import { BODY_OFFSET, FOLLOWERS } from '../../protocol/frame.js';
import { concatenate, frame, frameOfBytes, framesIn, SENDER, SENT_AT } from './frames.js';
import { readModule } from './guests.js';

const MODULE = 'dist/examples/counter/wasm-actors/counter.wasm';
const { increment, read } = counter.receives;
const { changed } = counter.publishes;

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await compileGuest(readModule(MODULE));
});

const create = () => wasmActorFactory(counter, module).create({}) as WasmInstance;
const add = (by: number, sequence = 1) => frame(increment.kind, [by], { sequence });

function handle(instance: WasmInstance, ...frames: Uint8Array[]) {
  const batch = concatenate(frames);
  instance.handle(batch, 0, batch.length);
  return framesIn(instance.output.bytes, instance.output.start, instance.output.end);
}

describe('output', () => {
  it('is unstamped: it has kind, source, target, cause and the time of the handled frame', () => {
    const [first, second] = handle(create(), add(2, 7), frame(read.kind, [41], { source: 65, sequence: 8, sentAt: SENT_AT + 5 }));
    const unstamped = { source: counter.address, sequence: 0, epoch: 0 };
    expect(first.header).toEqual({
      ...unstamped,
      ...{ kind: changed.kind, target: FOLLOWERS, causeSource: SENDER, causeSequence: 7, sentAt: SENT_AT },
    });
    expect(decode(first.body)).toEqual([1, false, 2]);
    expect(second.header).toEqual({
      ...unstamped,
      ...{ kind: read.reply.kind, target: 65, causeSource: 65, causeSequence: 8, sentAt: SENT_AT + 5 },
    });
    expect(decode(second.body)).toEqual([41, 2]);
  });

  it('carries sequences and times beyond 32 bits', () => {
    const sequence = 2 ** 53 - 1;
    const [{ header }] = handle(create(), frame(increment.kind, [1], { sequence, sentAt: sequence - 1 }));
    expect(header).toMatchObject({ causeSequence: sequence, sentAt: sequence - 1 });
  });

  it('is right for a batch anywhere in the bytes', () => {
    const instance = create();
    const batch = concatenate([add(1), add(2), add(4)]);
    const padded = concatenate([new Uint8Array(13).fill(0xff), batch, new Uint8Array(9).fill(0xff)]);
    instance.handle(padded, 13, batch.length);
    expect(decode(framesIn(instance.output.bytes, instance.output.start, instance.output.end)[2].body)).toEqual([3, false, 7]);
  });

  it('of an empty batch is empty', () => {
    const instance = create();
    handle(instance, add(1));
    expect(handle(instance)).toEqual([]);
  });
});

describe('a large batch', () => {
  it('makes inbox and outbox grow', () => {
    const instance = create();
    const before = instance.memoryBytes;
    const frames = Array.from({ length: 20_000 }, () => add(1));
    const output = handle(instance, ...frames);
    expect(output).toHaveLength(20_000);
    expect(decode(output[19_999].body)).toEqual([20_000, false, 20_000]);
    expect(instance.memoryBytes).toBeGreaterThan(before);
    expect(decode(handle(instance, add(1))[0].body)).toEqual([20_001, false, 20_001]);
  });
});

describe('a malformed frame', () => {
  const good = add(1);
  const withByte = (at: number, value: number): Uint8Array => {
    const bytes = good.slice();
    bytes[at] = value;
    return bytes;
  };
  const cases: [string, Uint8Array, string, number, string][] = [
    ['of a kind that the actor does not receive', frame(0x7777, [1]), 'kind', 0, ''],
    ['whose body is no list', frame(increment.kind, 5), 'type', 0, 'increment'],
    ['with text for a number', frame(increment.kind, ['one']), 'type', 1, 'increment.by'],
    ['with a number out of range', frame(increment.kind, [-1]), 'range', 1, 'increment.by'],
    ['with a request number out of range', frame(read.kind, [2 ** 32]), 'range', 1, 'read.request'],
    ['cut in a number', frameOfBytes(increment.kind, new Uint8Array([0x91, 0xce, 0])), 'truncated', 1, 'increment.by'],
    ['with bytes after its end', frameOfBytes(increment.kind, concatenate([encode([1]), encode(2)])), 'trailing bytes', 2, 'increment'],
    ['with a wrong tag in its header', withByte(5, 0xce), 'header', 0, ''],
  ];

  it.each(cases)('%s is noted and skipped', (_name, malformed, problem, offset, field) => {
    const instance = create();
    const output = handle(instance, add(1), malformed, add(1));
    expect(output.map(({ body }) => decode(body))).toEqual([
      [1, false, 1],
      [2, false, 2],
    ]);
    expect(instance.malformed).toHaveLength(1);
    const [{ frame: index, error }] = instance.malformed;
    expect(index).toBe(1);
    expect(error).toBeInstanceOf(DecodeError);
    expect({ problem: error.problem, offset: error.offset, field: error.field }).toEqual({ problem, offset, field });
  });

  it('is forgotten with the next batch', () => {
    const instance = create();
    handle(instance, frame(0x7777, []));
    handle(instance, add(1));
    expect(instance.malformed).toEqual([]);
  });

  it('may be one of many', () => {
    const instance = create();
    const output = handle(instance, ...Array.from({ length: 100 }, (_, index) => (index % 2 ? frame(0x7777, []) : add(1))));
    expect(output).toHaveLength(50);
    expect(instance.malformed.map(({ frame: index }) => index)).toEqual(Array.from({ length: 50 }, (_, index) => 2 * index + 1));
  });

  it.each([
    ['longer than the batch', 2 ** 16],
    ['longer than a frame may be', 2 ** 31],
  ])('with a length %s ends the batch', (_name, length) => {
    const instance = create();
    const wrong = good.slice();
    new DataView(wrong.buffer).setUint32(0, length, true);
    expect(handle(instance, add(1), wrong, add(1))).toHaveLength(1);
    expect(instance.malformed.map(({ frame: index }) => index)).toEqual([1]);
    expect(handle(instance, add(1))).toHaveLength(1);
  });

  it.each(Array.from({ length: BODY_OFFSET + 2 }, (_, bytes) => bytes + 1))('with only %i bytes present ends the batch', (bytes) => {
    const instance = create();
    const cut = good.subarray(0, Math.min(bytes, good.length - 1));
    expect(handle(instance, add(1), cut)).toHaveLength(1);
    expect(instance.malformed).toHaveLength(1);
    expect(instance.malformed[0].error.problem).toBe('truncated');
  });
});

describe('system messages', () => {
  it('of a follower that lost track cause a fresh publication', () => {
    const [, fresh] = handle(create(), add(5), frame(0x0001, [changed.kind, 70], { source: 70 }));
    expect(fresh.header).toMatchObject({ kind: changed.kind, target: FOLLOWERS, causeSource: 70 });
    expect(decode(fresh.body)).toEqual([2, true, 5]);
  });

  it('without meaning for the actor do nothing', () => {
    const instance = create();
    expect(handle(instance, frame(0x0002, [1, read.kind, 0]), frame(0x0003, [1]))).toEqual([]);
    expect(instance.malformed).toEqual([]);
  });
});

describe('a snapshot', () => {
  it('has publication versions, replica versions, next request and state', () => {
    const instance = create();
    expect(decode(instance.snapshot())).toEqual([[0], [], 1, [0]]);
    handle(instance, add(300), add(1));
    expect(decode(instance.snapshot())).toEqual([[2], [], 1, [301]]);
  });

  it('can be read by the names of its schema', () => {
    const instance = create();
    handle(instance, add(300), add(1));
    const read = decodeSnapshot(counter, instance.snapshot());
    expect(read).toEqual({ publicationVersions: { changed: 2 }, replicaVersions: {}, nextRequest: 1, state: { count: 301 } });
    expect(encodeSnapshot(counter, read)).toEqual(instance.snapshot());
    expect(() => encodeSnapshot(counter, { ...read, publicationVersions: { changed: -1 } })).toThrow(
      'snapshot.publicationVersions: -1 is out of range',
    );
    expect(() => encodeSnapshot(counter, { ...read, state: { count: 0.5 } })).toThrow('snapshot.state.count: 0.5');
    expect(decodeSnapshot(counter, encode([[], [], 1, []]))).toMatchObject({ publicationVersions: { changed: 0 }, state: { count: 0 } });
  });

  it('continues in another instance', () => {
    const first = create();
    handle(first, add(300), add(1));
    const second = create();
    second.restore(first.snapshot());
    expect(second.snapshot()).toEqual(first.snapshot());
    expect(decode(handle(second, add(1))[0].body)).toEqual([3, false, 302]);
  });

  it('may come from an older actor, with fewer topics and fields, or from a newer one, with more', () => {
    const older = create();
    older.restore(encode([[], [], 1, []]));
    expect(decode(older.snapshot())).toEqual([[0], [], 1, [0]]);
    const newer = create();
    newer.restore(encode([[4, 9], [2], 3, [7, 'new']]));
    expect(decode(newer.snapshot())).toEqual([[4], [], 3, [7]]);
  });

  it.each<[string, Uint8Array, string]>([
    ['is no list', encode('x'), 'snapshot'],
    ['is too short', encode([[], [], 1]), 'snapshot'],
    ['has a wrong version', encode([['x'], [], 1, [0]]), 'snapshot.publicationVersions'],
    ['has a wrong state', encode([[0], [], 1, ['x']]), 'snapshot.state.count'],
    ['is cut', encode([[0], [], 1, [70_000]]).subarray(0, 6), 'snapshot.state'],
    ['has bytes after its end', concatenate([encode([[0], [], 1, [0]]), encode(1)]), 'snapshot'],
  ])('that %s is refused, and the instance ends', (_name, snapshot, field) => {
    const instance = create();
    let refusal: unknown;
    try {
      instance.restore(snapshot);
    } catch (thrown) {
      refusal = thrown;
    }
    expect(refusal).toBeInstanceOf(DecodeError);
    expect((refusal as DecodeError).field).toContain(field);
    const says = { name: 'DecodeError', field: expect.stringContaining(field) };
    expect(() => decodeSnapshot(counter, snapshot)).toThrow(expect.objectContaining(says));
    expect(() => instance.snapshot()).toThrow(/has ended/);
  });
});
