/** An application that is looked at as it runs: it records while somebody looks, and does only what it lets be done. */
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Applications } from '../../debugger/server/applications.js';
import { type RunningDebugger, startDebugger } from '../../debugger/server/server.js';
import type { Status } from '../../debugger/server/subject.js';
import { type DebugLinkOptions, linkTo } from '../../host-shim/common/debug-link.js';
import { openDebugLink } from '../../host-shim/node/debug-link.js';
import { Bodies } from '../../trace/bodies.js';
import type { RecordingSink } from '../../trace/index.js';
import { MemoryFile, messagesOf, openRecording, Schemas, type TraceStep } from '../../trace/index.js';
import { ALIVE_MISSED_MAX, ALIVE_MS, GOES_ON } from '../../trace/live.js';
import { openBank } from '../runtime/bank.js';
import { bank } from '../runtime/protocol/generated/index.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function serve(): Promise<RunningDebugger> {
  const unknown = async (): Promise<never> => Promise.reject(new Error('not asked here'));
  const player = {
    state: unknown,
    origin: unknown,
    print: unknown,
    try: unknown,
    compare: unknown,
    test: unknown,
    code: unknown,
    open: unknown,
    close: async () => {},
  };
  const server = await startDebugger({ subject: new Applications(() => 'nobody is here'), site: '', port: 0, player });
  ends.push(() => server.close());
  return server;
}

/** A system whose recording a test writes. */
class Recorded {
  sink: RecordingSink | null = null;
  crashed: string[] = [];
  async record(sink: RecordingSink) {
    this.sink = sink;
    const stop = async () => {
      await this.sink?.close();
      this.sink = null;
    };
    return { level: 'frames' as const, startedAt: 0, stop };
  }
  paused: object | null = null;
  changed: (change: { type: string }) => void = () => {};
  onChange(listener: (change: { type: string }) => void) {
    this.changed = listener;
    return () => {};
  }
  async resume() {
    this.paused = null;
  }
  async health() {
    return { state: 'running' };
  }
  async crash(party: string) {
    this.crashed.push(party);
  }
}

async function connect(server: RunningDebugger, options: DebugLinkOptions = {}): Promise<Recorded> {
  const system = new Recorded();
  const link = await openDebugLink(system as never, server.application, { name: 'bank', ...options });
  ends.push(() => link.close());
  return system;
}

interface Page {
  readonly statuses: readonly Status[];
  ask(question: unknown): Promise<unknown>;
  close(): void;
}

function look(server: RunningDebugger): Page {
  const address = new URL(`view${server.url.search}`, server.url);
  address.protocol = 'ws:';
  const socket = new WebSocket(address);
  const statuses: Status[] = [];
  const answers: ((word: { value?: unknown; error?: string }) => void)[] = [];
  socket.on('message', (data) => {
    const word = JSON.parse(String(data));
    if (word.type === 'status') statuses.push(word.status);
    else answers.shift()!(word);
  });
  ends.push(async () => socket.terminate());
  const ask = (question: unknown) =>
    new Promise((resolve) => {
      answers.push(({ value, error }) => resolve(error ?? value));
      socket.send(JSON.stringify({ type: 'ask', id: answers.length, question }));
    });
  return { statuses, ask, close: () => socket.close() };
}

const bytes = (text: string) => new TextEncoder().encode(text);

test('nothing is recorded before somebody looks; then its bytes come as they are written', async () => {
  const server = await serve();
  const system = await connect(server);
  expect(system.sink).toBeNull();
  const page = look(server);
  await expect.poll(() => system.sink).not.toBeNull();
  await expect.poll(() => page.statuses.at(-1)).toMatchObject({ name: 'bank', take: 1, isConnected: true, acts: true });
  await system.sink!.write(bytes('one'));
  const response = await fetch(new URL(`recording${server.url.search}&take=1`, server.url));
  const reader = response.body!.getReader();
  const text = async () => new TextDecoder().decode((await reader.read()).value);
  expect(await text()).toBe('one');
  await system.sink!.write(bytes('two'));
  expect(await text()).toBe('two');
  await reader.cancel();
});

test('where the application itself has ended the recording, pages are told, and one that comes then begins another', async () => {
  const server = await serve();
  const system = await connect(server);
  const page = look(server);
  await expect.poll(() => system.sink).not.toBeNull();
  const first = system.sink!;
  system.sink = null;
  await first.close();
  await expect.poll(() => page.statuses.at(-1)?.problem).toMatch(/has ended this recording/);
  const next = look(server);
  await expect.poll(() => next.statuses.at(-1)).toMatchObject({ take: 2, problem: '' });
  // One that was told of the recording before would load itself again.
  expect(next.statuses.map(({ take }) => take)).not.toContain(1);
  await expect.poll(() => system.sink).not.toBeNull();
});

test('a page that comes before the application says what to do, and shows it when it comes', async () => {
  const server = await serve();
  const page = look(server);
  await expect.poll(() => page.statuses.at(-1)).toMatchObject({ isConnected: false, take: null, problem: 'nobody is here' });
  expect(await page.ask({ what: 'health' })).toBe('nobody is here');
  const system = await connect(server);
  await expect.poll(() => page.statuses.at(-1)).toMatchObject({ name: 'bank', take: 1, problem: '' });
  await expect.poll(() => system.sink).not.toBeNull();
});

test('pages are told that an application stands; it goes on when its debugger has gone', async () => {
  const server = await serve();
  const page = look(server);
  const system = await connect(server);
  await expect.poll(() => system.sink).not.toBeNull();
  expect(page.statuses.at(-1)?.standing).toEqual(GOES_ON);
  const paused = { why: 'asked', detail: '', position: '', vm: null, message: null, next: null, vms: [] };
  system.paused = paused;
  system.changed({ type: 'paused' });
  await expect.poll(() => page.statuses.at(-1)?.standing).toEqual({ ...GOES_ON, paused });
  await ends.pop()!();
  expect(system.paused).toBeNull();
  await expect.poll(() => page.statuses.at(-1)).toMatchObject({ isConnected: false, standing: { paused: null } });
});

test('what stands goes on as soon as the last page is closed, while it is still recorded for a page that is loaded again', async () => {
  const server = await serve();
  const [page, other] = [look(server), look(server)];
  const system = await connect(server);
  await expect.poll(() => system.sink).not.toBeNull();
  system.paused = { why: 'asked', detail: '', position: '', vm: null, message: null, next: null, vms: [] };
  system.changed({ type: 'paused' });
  await expect.poll(() => other.statuses.at(-1)?.standing.paused).not.toBeNull();
  page.close();
  await other.ask({ what: 'health' });
  expect(system.paused).not.toBeNull();
  other.close();
  await expect.poll(() => [system.paused, system.sink === null]).toEqual([null, false]);
});

test('what stands goes on when the server is silent: five signs of life may be missed, and one that comes begins anew', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  ends.push(async () => void vi.useRealTimers());
  const socket = Object.assign(new EventTarget(), { binaryType: '', send() {}, close() {} });
  const system = new Recorded();
  const linked = linkTo(system as never, socket as never, { name: 'bank' });
  socket.dispatchEvent(new Event('open'));
  const link = await linked;
  const paused = { why: 'asked', detail: '', position: '', vm: null, message: null, next: null, vms: [] };
  system.paused = paused;
  vi.advanceTimersByTime(ALIVE_MISSED_MAX * ALIVE_MS);
  socket.dispatchEvent(new MessageEvent('message', { data: JSON.stringify({ type: 'alive' }) }));
  vi.advanceTimersByTime(ALIVE_MISSED_MAX * ALIVE_MS);
  await Promise.resolve();
  expect(system.paused).toBe(paused);
  vi.advanceTimersByTime(ALIVE_MS);
  await expect.poll(() => system.paused).toBeNull();
  await link.close();
});

test('a page or an application that says what makes no sense is refused, and the server goes on', async () => {
  const server = await serve();
  const page = look(server);
  await expect.poll(() => page.statuses.length).toBe(1);
  for (const question of [null, undefined, 'pause', {}, { what: 7 }]) expect(await page.ask(question)).toMatch(/is no question/);
  const strange = new WebSocket(server.application);
  await new Promise((resolve) => strange.on('open', resolve));
  const standing = [null, 'up', {}, { points: 'x' }, { points: [7] }, { points: [], paused: 7 }];
  for (const each of standing) strange.send(JSON.stringify({ type: 'stands', standing: each }));
  strange.send(JSON.stringify({ type: 'hello', name: 'strange' }));
  await expect.poll(() => page.statuses.at(-1)).toMatchObject({ name: 'strange', standing: GOES_ON });
  strange.terminate();
});

test('of two pages that travel, the one that is left has its picture on the screen', async () => {
  const server = await serve();
  const [first, second] = [look(server), look(server)];
  const frames: (number | undefined)[] = [];
  const screen = { show: (picture: { frame: number } | null) => frames.push(picture?.frame), redraw: () => {} };
  await connect(server, { screen: screen as never });
  const picture = (frame: number) => ({
    what: 'show',
    picture: { frame, width: 1, height: 1, animating: false, items: '', clips: '', omitted: 0, strings: [] },
  });
  await expect.poll(() => [first, second].map(({ statuses }) => statuses.at(-1)?.isConnected)).toEqual([true, true]);
  await first.ask(picture(1));
  await second.ask(picture(2));
  second.close();
  await expect.poll(() => frames).toEqual([1, 2, 1]);
  await first.ask({ what: 'show', picture: null });
  expect(frames).toEqual([1, 2, 1, undefined]);
  first.close();
});

test('who looks on may ask and act; where the application does not let it act, only ask', async () => {
  const server = await serve();
  const page = look(server);
  const first = await connect(server);
  await expect.poll(() => first.sink).not.toBeNull();
  expect(await page.ask({ what: 'health' })).toEqual({ state: 'running' });
  expect(await page.ask({ what: 'crash', party: 'bank' })).toBeNull();
  expect(first.crashed).toEqual(['bank']);
  const second = await connect(server, { act: false });
  await expect.poll(() => second.sink).not.toBeNull();
  await expect.poll(() => first.sink).toBeNull();
  expect(page.statuses.at(-1)).toMatchObject({ take: 2, acts: false });
  expect(await page.ask({ what: 'health' })).toEqual({ state: 'running' });
  expect(await page.ask({ what: 'crash', party: 'bank' })).toMatch(/does not let a debugger act/);
  expect(second.crashed).toEqual([]);
});

test('in a production build nobody acts, unless that is switched on', async () => {
  vi.stubEnv('NODE_ENV', 'production');
  const server = await serve();
  const page = look(server);
  const system = await connect(server);
  await expect.poll(() => system.sink).not.toBeNull();
  expect(await page.ask({ what: 'crash', party: 'bank' })).toMatch(/act: true/);
  vi.unstubAllEnvs();
});

test('an application that goes leaves what it recorded, and nobody waits for its answers', async () => {
  const server = await serve();
  const page = look(server);
  const system = await connect(server);
  system.health = () => new Promise(() => {});
  await expect.poll(() => system.sink).not.toBeNull();
  await system.sink!.write(bytes('last'));
  const asked = page.ask({ what: 'health' });
  await ends.pop()!();
  expect(await asked).toBe('the application has gone');
  await expect.poll(() => page.statuses.at(-1)).toMatchObject({ isConnected: false, take: 1 });
  expect(await (await fetch(new URL(`recording${server.url.search}&take=1`, server.url))).text()).toBe('last');
});

test('what is redacted does not leave: no field, no digest of it, no state', async () => {
  const world = await openBank({ placement: 'bank=wasm,watcher=js' });
  const file = new MemoryFile();
  const recording = await world.until(world.system.record(file, { level: 'frames', redact: ['bank.deposit.amount'] }));
  for (let i = 0; i < 3; i++) world.teller.send(bank.receives.deposit, { account: 1, amount: 777_777 });
  await world.pass(2000);
  await world.until(recording.stop());
  const opened = await openRecording(file);
  const steps: TraceStep[] = [];
  for await (const some of opened.steps()) steps.push(...some);
  expect(steps.some((step) => (step.type === 'snapshot' && step.snapshot) || (step.type === 'started' && step.begin))).toBe(false);
  const secret = Buffer.from([0xce, 0x00, 0x0b, 0xde, 0x31]);
  const deposits = steps.flatMap((step) => ('kind' in step && step.kind === bank.receives.deposit.kind ? [step] : []));
  expect(deposits.filter(({ type }) => type === 'handled')).toHaveLength(3);
  for (const step of deposits) {
    if (step.type === 'emitted') expect(step.digest).toBeNull();
    if ('frame' in step && step.frame) expect(Buffer.from(step.frame).includes(secret)).toBe(false);
  }
  const bodies = new Bodies(new Schemas(opened.facts.parties));
  for await (const messages of messagesOf(opened))
    for (const message of messages)
      if (message.kind === bank.receives.deposit.kind) expect(bodies.of(message)).toEqual({ account: 1, amount: 0 });
  await expect(world.until(world.system.record(new MemoryFile(), { redact: ['bank.deposit.amuont'] }))).rejects.toThrow(
    /bank.deposit has no field amuont: it has account, amount/,
  );
  await expect(world.until(world.system.record(new MemoryFile(), { redact: ['bank.deposti.amount'] }))).rejects.toThrow(
    /there is no kind bank.deposti/,
  );
  await world.until(world.system.stop());
});
