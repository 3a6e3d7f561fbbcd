/** How long a VM may take to load, and then to answer: a late thread is ended. */
import { expect, test } from 'vitest';
import { DebuggerAwareDeadlines } from '../../host-shim/common/debugger-aware-deadlines.js';
import { LocalReports } from '../../host-shim/common/host-here.js';
import { Memories } from '../../host-shim/common/memories.js';
import { exposeVm, type StartVm } from '../../host-shim/common/service.js';
import { WorkerVm } from '../../host-shim/common/worker-vm.js';
import { LOAD_DEADLINE_MS } from '../../host-shim/limits.js';
import { createNodeHost } from '../../host-shim/node/index.js';
import { CONTROL_DEADLINE_MS } from '../../protocol/limits.js';
import { VirtualTime } from '../supervisor/virtual-time.js';
import { PortThread } from './port-thread.js';
import { parties } from './world.js';

const never = new Promise<never>(() => {});
const control = {} as Awaited<ReturnType<StartVm>>;

/** A thread on virtual time with a scripted other end. */
function open(load: () => Promise<void>, start: StartVm) {
  const time = new VirtualTime();
  const thread = new PortThread();
  exposeVm(thread.remote, async () => {
    await load();
    return start;
  });
  const deadlines = new DebuggerAwareDeadlines({ timers: time, clock: time, debugging: () => false });
  const limits = { deadlines, controlDeadlineMs: CONTROL_DEADLINE_MS, loadDeadlineMs: LOAD_DEADLINE_MS };
  const worker = new WorkerVm(thread, 'js', { wasm: false, failedOver: false, lifeLock: '' }, limits);
  const boot = { name: 'js', memory: new Memories('here').ofVm('js', false), spareInstances: false } as const;
  const vm = worker.start(boot, new LocalReports());
  vm.catch(() => {});
  return { time, thread, worker, vm };
}

test('a thread that loads longer than an answer may take starts all the same', async () => {
  let loaded = () => {};
  const loading = new Promise<void>((resolve) => {
    loaded = resolve;
  });
  const { time, thread, vm } = open(
    () => loading,
    async () => control,
  );
  await time.advance(LOAD_DEADLINE_MS - 1);
  loaded();
  const { terminate } = await vm;
  expect([thread.ended, time.pending]).toEqual([false, 0]);
  await terminate();
});

test('a thread that never loads is ended', async () => {
  const { time, thread, vm } = open(
    () => never,
    async () => control,
  );
  await time.advance(LOAD_DEADLINE_MS);
  await expect(vm).rejects.toMatchObject({ code: 'deadline', vm: 'js', call: 'prepare' });
  expect([thread.ended, time.pending]).toEqual([true, 0]);
});

test('a thread that has loaded and does not start is ended', async () => {
  const { time, thread, worker, vm } = open(
    async () => {},
    () => never,
  );
  await worker.prepared;
  await time.advance(CONTROL_DEADLINE_MS);
  await expect(vm).rejects.toMatchObject({ code: 'deadline', vm: 'js', call: 'start' });
  expect([thread.ended, time.pending]).toEqual([true, 0]);
});

test('a VM in its host’s thread that never loads does not start', async () => {
  const capabilities = { wasm: true, sharedMemory: true, workers: false };
  const source = { entry: new URL('file:///nowhere'), load: () => never };
  const host = createNodeHost({ capabilities, parties, vms: { js: source, wasm: source }, loadDeadlineMs: 10 });
  await expect(host.startVm('wasm', new LocalReports())).rejects.toMatchObject({ code: 'deadline', vm: 'wasm', call: 'prepare' });
});
