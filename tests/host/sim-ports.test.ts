/** The ports of the simulation: those of the other hosts, on a virtual clock. */
import { expect, it } from 'vitest';
import type { RequestOptions } from '../../actors/vm/port/port.js';
import { Random } from '../../bus/random.js';
import { createSimHost, openDisplay, openFetchPort, openInput } from '../../host-shim/sim/index.js';
import { network } from '../../protocol/generated/network.js';
import { Stage, stageDefinition, TWO_BOXES } from './port-stage.js';

const source = { load: async () => stageDefinition };
const getOf = (url: string) => ({
  url,
  method: 'GET' as const,
  headers: [],
  body: new Uint8Array(0),
  cache: { maxAgeMs: 0, staleMs: 0 },
  priority: 0,
  retries: 0,
  timeoutMs: 0,
});
const createHost = () => createSimHost({ seed: 1, parties: stageDefinition.parties, vms: { js: source, wasm: source } });

it('ticks the scene on the virtual clock, and moves focus by keys', async () => {
  const host = createHost();
  const stage = await Stage.start(host);
  const display = openDisplay(host.vm, { clock: host.clock, timers: host.timers });
  const input = openInput(host.vm);
  display.start();
  stage.commit(TWO_BOXES);
  await host.pass(1_000);
  display.stop();
  expect(display.picture).toMatchObject({ itemCount: 3, width: 200, height: 100 });
  for (const key of ['right', 'left'] as const) input.press(key);
  input.back();
  await host.pass(100);
  expect(stage.focused).toEqual([1, 2, 1]);
  expect(stage.leaveRequests).toBe(1);
  await stage.end();
});

it('answers a fetch after its latency, unless the answer is not wanted any more', async () => {
  const host = createHost();
  const stage = await Stage.start(host);
  const asked: string[] = [];
  openFetchPort(host.vm, {
    timers: host.timers,
    random: new Random(1),
    latencyMs: { min: 50, max: 100 },
    answer: ({ url }) => {
      asked.push(url);
      return { status: 200, body: Uint8Array.of(asked.length) };
    },
  });
  const from = host.clock.nowMicros();
  const reply = await host.until(stage.page.request(network.receives.request, getOf('/films')));
  expect(reply).toMatchObject({ status: 200, failure: 'none', body: Uint8Array.of(1) });
  expect(host.clock.nowMicros() - from).toBeGreaterThanOrEqual(50_000);
  const unwanted = stage.page.request(network.receives.request, getOf('/posters'));
  stage.page.send(network.receives.cancel, { request: 2 });
  expect(await host.until(unwanted)).toMatchObject({ failure: 'cancelled' });
  await host.pass(1_000);
  expect(asked).toEqual(['/films']);
  await stage.end();
});

it('makes no further attempt of a fetch that its requester has cancelled, or whose deadline has passed', async () => {
  const host = createHost();
  const stage = await Stage.start(host);
  const asked: string[] = [];
  openFetchPort(host.vm, {
    timers: host.timers,
    random: new Random(1),
    latencyMs: { min: 5, max: 5 },
    answer: ({ url }) => {
      asked.push(url);
      return { status: 503, body: new Uint8Array(0) };
    },
  });
  const controller = new AbortController();
  const ask = (url: string, options: RequestOptions) =>
    stage.page.request(network.receives.request, { ...getOf(url), retries: 4 }, options);
  const aborted = ask('/aborted', { signal: controller.signal });
  const late = ask('/late', { deadlineMs: 30 });
  const patient = ask('/patient', {});
  const outcomes = Promise.allSettled([aborted, late, patient]);
  await host.pass(30);
  controller.abort();
  expect(await host.until(outcomes)).toMatchObject([
    { reason: { code: 'aborted' } },
    { reason: { code: 'deadline' } },
    { value: { status: 503, attempts: 5 } },
  ]);
  expect(asked.filter((url) => url !== '/patient')).toEqual(['/aborted', '/late']);
  expect(asked.filter((url) => url === '/patient').length).toBe(5);
  await stage.end();
});
