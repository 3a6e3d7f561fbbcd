/** The control plane without Proxy, as engines before 2016 have it: the old build's part in Comlink's place, in a context that has none. */
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { MessageChannel } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { CONTROL_CALLS } from '../../actors/contract/control.js';
import type * as PlainComlink from '../../host-shim/common/plain-comlink.js';

let plain: typeof PlainComlink;
const channels: MessageChannel[] = [];

/** Node's, which ends with the test. */
class Channel extends MessageChannel {
  constructor() {
    super();
    channels.push(this);
  }
}

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../../host-shim/common/plain-comlink.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'plain',
    target: 'es2015',
  });
  const context = createContext({ MessageChannel: Channel, Error });
  runInContext('delete globalThis.Proxy;', context);
  expect(runInContext('typeof Proxy', context)).toBe('undefined');
  plain = runInContext(`${outputFiles[0].text}; plain`, context) as typeof PlainComlink;
});

afterEach(() => {
  for (const { port1 } of channels.splice(0)) port1.close();
});

/** Both ends of a channel: one has the object, the other calls it. */
function connected<T extends object>(value: T): Record<string, (...input: unknown[]) => Promise<unknown>> {
  const { port1, port2 } = new Channel();
  plain.expose(value, port1 as unknown as PlainComlink.Endpoint);
  return plain.wrap(port2 as unknown as PlainComlink.Endpoint);
}

test('calls go over by their names, also those of a part, and answers come back to the call that they are for', async () => {
  const remote = connected({
    alive: async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms, ms)),
    control: { health: () => ['well'], crash: (party: string) => `${party} crashes` },
  });
  const { health, crash } = remote.control as unknown as typeof remote;
  expect(await Promise.all([remote.alive(20), remote.alive(1), health(), crash('focus')])).toEqual([20, 1, ['well'], 'focus crashes']);
});

test('a remote object has each call of the control plane', () => {
  const { control } = connected({}) as unknown as { control: object };
  expect(Object.keys(control)).toEqual(Object.keys(CONTROL_CALLS));
});

test('what a call throws arrives with its name, message and stack; so does a call that nobody answers to', async () => {
  class BreakpointError extends Error {
    override readonly name = 'BreakpointError';
  }
  const remote = connected({
    alive() {
      throw new BreakpointError('no such kind');
    },
    start: () => Promise.reject('a text'),
  });
  const error = await remote.alive().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'BreakpointError', message: 'no such kind', stack: expect.stringContaining('plain-comlink.test') });
  expect(await remote.start().catch(({ message }: Error) => message)).toBe('a text');
  await expect(remote.check()).rejects.toThrow();
});

test('an object that is marked goes over as a port, and its calls come back here', async () => {
  const reports: unknown[] = [];
  const events = { report: async (event: unknown) => reports.push(event) };
  const remote = connected({
    start: async (boot: unknown, events: { report(event: unknown): Promise<number> }) => [boot, await events.report({ type: 'changed' })],
  });
  expect(await remote.start({ vm: 'js' }, plain.proxy(events))).toEqual([{ vm: 'js' }, 1]);
  expect(reports).toEqual([{ type: 'changed' }]);
});

test('what a value names moves with it, there and back', async () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const remote = connected({
    prepare: (given: Uint8Array) =>
      plain.transfer(
        given.map((byte) => byte * 2),
        [],
      ),
    report: (given: Uint8Array) => plain.transfer(given, [given.buffer as ArrayBuffer]),
  });
  expect(await remote.prepare(plain.transfer(bytes, [bytes.buffer]))).toEqual(new Uint8Array([2, 4, 6]));
  expect(bytes.length).toBe(0);
  expect(await remote.report(new Uint8Array([7]))).toEqual(new Uint8Array([7]));
});
