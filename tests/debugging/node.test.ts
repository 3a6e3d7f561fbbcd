/**
 * Breakpoints by source line in an AssemblyScript actor on Node's threads, through the protocol of its inspector. While the thread is
 * stopped, nothing is late and nobody is judged; then all goes on.
 */
import { close as closeInspector, open as openInspector, Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
import { jsDefinition, parties, wasmDefinition } from '../../examples/counter/application.js';
import { button, counter } from '../../examples/counter/protocol/generated/index.js';
import { createNodeHost, detectCapabilities } from '../../host-shim/node/index.js';
import { buildGuests } from '../../tools/guests.js';
import { ownGuestLibrary } from '../../tools/own-package.js';
import { AttachedWorker } from '../e2e/devtools.js';
import { breakAtLine, localsOf } from './source-breakpoint.js';

const dist = new URL('../../dist/', import.meta.url);
const SOURCE = 'examples/counter/wasm-actors/counter.ts';
/** Folder of the module for a debugger. */
const guests = new URL('tests/debugging/', dist);

/** A worker file that is nowhere: the Wasm VM with that module. */
const WASM_ENTRY = new URL(
  `data:text/javascript,${encodeURIComponent(`
  import { runVm } from '${new URL('host-shim/node/vm-worker.js', dist)}';
  import { wasmDefinition } from '${new URL('examples/counter/application.js', dist)}';
  runVm(wasmDefinition(new URL('${guests}')));
`)}`,
);
const HANG_MS = 300;
const DEADLINE_MS = 300;
/** Longer than both, and than a thread has to stand still to count as stopped. */
const STOPPED_MS = 1_500;

const session = new Session();
const threads: AttachedWorker[] = [];

const post = (method: string, params: object = {}): Promise<unknown> =>
  new Promise((resolve, reject) => session.post(method, params, (error, result) => (error ? reject(error) : resolve(result))));

/** What `NodeWorker` tells of a thread. */
interface Told {
  readonly params: { readonly sessionId: string; readonly message: string; readonly workerInfo: { readonly title: string } };
}

beforeAll(async () => {
  await buildGuests({
    root: fileURLToPath(new URL('../../', import.meta.url)),
    sources: [SOURCE],
    modulePath: () => 'dist/tests/debugging/counter.wasm',
    library: ownGuestLibrary(),
    debug: true,
  });
  openInspector(0);
  session.connect();
  const attached = new Map<string, AttachedWorker>();
  session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }: Told) => {
    const thread = new AttachedWorker(workerInfo.title, (message) => post('NodeWorker.sendMessageToWorker', { sessionId, message }));
    attached.set(sessionId, thread);
    threads.push(thread);
    void thread.send('Debugger.enable');
  });
  session.on('NodeWorker.receivedMessageFromWorker', ({ params }: Told) => attached.get(params.sessionId)!.receive(params.message));
  await post('NodeWorker.enable', { waitForDebuggerOnStart: false });
});

afterAll(async () => {
  await post('NodeWorker.disable');
  session.disconnect();
  closeInspector();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('a thread stops at a line of AssemblyScript, a local can be read, and nothing is late meanwhile', async () => {
  const changes: SystemChange[] = [];
  const host = createNodeHost({
    capabilities: detectCapabilities(),
    parties,
    spares: false,
    controlDeadlineMs: DEADLINE_MS,
    console: 'on',
    vms: {
      js: { entry: new URL('examples/counter/js-vm.js', dist), load: async () => jsDefinition },
      wasm: { entry: WASM_ENTRY, load: async () => wasmDefinition(guests) },
    },
  });
  const port = host.vm.openPort(button, { onCounterChanged() {} });
  const actors = [{ schema: counter, twins: { js: true, wasm: true } }];
  const onChange = (change: SystemChange) => void changes.push(change);
  const system = await startSystem(host, { parties, actors, placement: 'wasm', hangMs: HANG_MS, onChange });
  const thread = threads.find(({ url }) => url.includes('wasm'))!;
  const isGuest = ({ scriptLanguage, sourceMapURL }: AttachedWorker['scripts'][number]) => scriptLanguage === 'WebAssembly' && sourceMapURL;
  const script = thread.scripts.find(isGuest)!;
  const id = await breakAtLine(thread, script, SOURCE, 'this.state.count += message.by');
  port.send(counter.receives.increment, { by: 41 });
  const answer = port.request(counter.receives.read, {}, { deadlineMs: DEADLINE_MS });
  await expect.poll(() => thread.pauses.length).toBe(1);
  expect(thread.pauses[0].hitBreakpoints).toEqual([id]);
  const { callFrames } = thread.pauses[0];
  expect(callFrames[0].functionName).toContain('Counter#onIncrement');
  // An object of AssemblyScript is its address in the memory; the fields of a message come after its kind and target.
  expect(Object.keys(await localsOf(thread, thread.pauses[0]))).toEqual(['$this', '$message']);
  const expression = 'new DataView(memories[0].buffer).getUint32($message.value + 4, true)';
  const { callFrameId } = callFrames[0];
  expect(await thread.send('Debugger.evaluateOnCallFrame', { callFrameId, expression })).toMatchObject({ result: { value: 41 } });
  await pause(STOPPED_MS);
  await thread.send('Debugger.resume');
  expect(await answer).toEqual({ count: 41 });
  expect(system.actors[0]).toMatchObject({ vm: 'wasm', state: 'running', restarts: 0 });
  expect(changes.filter(({ type }) => type === 'crash' || type === 'control')).toEqual([]);
  await system.stop();
});
