import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createNodeHost, openDisplay, openFetchPort, openInput, openTelemetryPort, type Picture } from '../../host-shim/node/index.js';
import { readHeader } from '../../protocol/frame.js';
import { fetch as fetchSchema } from '../../protocol/generated/fetch.js';
import { metrics } from '../../protocol/generated/metrics.js';
import { network } from '../../protocol/generated/network.js';
import { TEXT_ITEM, VIEW_ITEM } from '../../protocol/ports/display.js';
import { RESPONSE_BODY_BYTES_MAX } from '../../protocol/ports/fetch.js';
import { traceparentOf } from '../../trace/export/ids.js';
import { everythingHere, Stage, stageDefinition, TWO_BOXES } from './port-stage.js';

const source = { entry: new URL('file:///unused'), load: async () => stageDefinition };
const createHost = () =>
  createNodeHost({ capabilities: everythingHere, parties: stageDefinition.parties, vms: { js: source, wasm: source } });

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function startStage(openPorts?: (stage: Stage) => void): Promise<Stage> {
  const stage = await Stage.start(createHost(), openPorts);
  ended.push(() => stage.end());
  return stage;
}

async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<{ server: Server; url: URL }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ended.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { server, url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`) };
}

describe('display without a screen', () => {
  it('ticks the scene and keeps its picture', async () => {
    const pictures: Picture[] = [];
    let painted = () => {};
    const first = new Promise<void>((resolve) => {
      painted = resolve;
    });
    const stage = await startStage(({ host }) => {
      const display = openDisplay(host.vm, {
        clock: host.clock,
        timers: host.timers,
        onPicture: (picture) => {
          pictures.push(picture);
          if (picture.itemCount === 3) painted();
        },
      });
      display.start();
      ended.push(() => display.stop());
    });
    stage.commit(TWO_BOXES);
    await first;
    const [picture] = pictures;
    expect(picture).toMatchObject({ width: 200, height: 100, animating: false, omitted: 0 });
    expect(picture.clipAt(0)).toEqual({ x: 0, y: 0, width: 200, height: 100, radius: 0 });
    const items = Array.from({ length: picture.itemCount }, (_, index) => ({ ...picture.itemAt(index) }));
    expect(items).toMatchObject([
      { node: 1, type: VIEW_ITEM, clip: 0, colour: 0xff0000ff, x: 10, y: 10, width: 80, height: 40, opacity: 1, radius: 0 },
      { node: 2, type: VIEW_ITEM, colour: 0x00ff00ff, radius: 8 },
      { node: 3, type: TEXT_ITEM, colour: 0xffffffff, fontSize: 20, lineHeight: 25, lines: 1, textAlign: 0, fontWeight: 400 },
    ]);
    expect(picture.stringOf(3)).toBe('Tandem');
  });

  it('tells when something begins to move, and when everything is at rest', async () => {
    const animating: boolean[] = [];
    let rested = () => {};
    const rest = new Promise<void>((resolve) => {
      rested = resolve;
    });
    let display: ReturnType<typeof openDisplay>;
    const stage = await startStage(({ host }) => {
      display = openDisplay(host.vm, {
        clock: host.clock,
        timers: host.timers,
        onAnimating: (moves) => {
          animating.push(moves);
          if (!moves) rested();
        },
      });
    });
    stage.commit(TWO_BOXES);
    stage.commit({
      animations: [{ node: 1, property: 'x', from: null, to: 50, durationMs: 40, delayMs: 0, x1: 0, y1: 0, x2: 1, y2: 1, repeat: 0 }],
    });
    display!.start();
    ended.push(() => display.stop());
    await rest;
    expect(animating).toEqual([true, false]);
    expect(display!.picture.itemAt(0)).toMatchObject({ node: 1, x: 50 });
  });
});

describe('scripted input', () => {
  it('moves focus by keys, and goes back by the platform’s own way', async () => {
    let input: ReturnType<typeof openInput>;
    const stage = await startStage(({ host }) => {
      input = openInput(host.vm);
      const display = openDisplay(host.vm, { clock: host.clock, timers: host.timers });
      display.start();
      ended.push(() => display.stop());
    });
    stage.commit(TWO_BOXES);
    await stage.until(() => stage.focused.length === 1);
    input!.press('right');
    await stage.until(() => stage.focused.length === 2);
    input!.press('left');
    await stage.until(() => stage.focused.length === 3);
    expect(stage.focused).toEqual([1, 2, 1]);
    input!.back();
    await stage.until(() => stage.leaveRequests === 1);
  });
});

describe('fetch port', () => {
  const request = {
    method: 'GET' as const,
    headers: [],
    body: new Uint8Array(0),
    cache: { maxAgeMs: 0, staleMs: 0 },
    priority: 0,
    retries: 0,
    timeoutMs: 0,
  };
  const startFetching = (baseUrl: URL) => startStage(({ host }) => void openFetchPort(host.vm, { fetch, baseUrl }));

  it('carries method, headers and body there, and status, headers and body back', async () => {
    const { url } = await serve((incoming, response) => {
      response.writeHead(201, { 'x-method': incoming.method, 'x-asked': incoming.headers['x-question'], 'x-long': 'l'.repeat(4000) });
      incoming.pipe(response);
    });
    const stage = await startFetching(url);
    const body = Uint8Array.from({ length: 1000 }, (_, index) => index);
    const reply = await stage.page.request(network.receives.request, {
      ...request,
      url: '/films?page=1',
      method: 'POST',
      headers: [{ name: 'x-question', value: 'why' }],
      body,
    });
    expect(reply).toMatchObject({ status: 201, failure: 'none', error: '', body });
    const headers = new Map(reply.headers.map(({ name, value }) => [name, value]));
    expect(headers.get('x-method')).toBe('POST');
    expect(headers.get('x-asked')).toBe('why');
    expect(headers.has('x-long')).toBe(false);
  });

  it('names the message in the header traceparent, as an export of the run does, when it is asked to', async () => {
    const seen: unknown[] = [];
    const { url } = await serve((incoming, response) => {
      seen.push(incoming.headers.traceparent);
      response.end();
    });
    const expected: string[] = [];
    const stage = await startStage(({ host }) => {
      openFetchPort(host.vm, { fetch, baseUrl: url, traceparent: true });
      const begun = (party: number, frame: Uint8Array) =>
        void (party === fetchSchema.address && expected.push(traceparentOf(readHeader(frame, 0), party)));
      ended.push(host.vm.tap.listen({ begun }));
    });
    await stage.page.request(network.receives.request, { ...request, url: '/' });
    const own = '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01';
    await stage.page.request(network.receives.request, { ...request, url: '/own', headers: [{ name: 'Traceparent', value: own }] });
    expect(seen).toEqual([expected[0], own]);
    expect(seen[0]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    await (await startFetching(url)).page.request(network.receives.request, { ...request, url: '/without' });
    expect(seen[2]).toBeUndefined();
  });

  it('says why there is no answer', async () => {
    const { url, server } = await serve((incoming, response) => {
      if (incoming.url === '/large') response.end(new Uint8Array(RESPONSE_BODY_BYTES_MAX + 1));
      if (incoming.url === '/broken') response.destroy();
      // '/silent' is never answered.
    });
    const stage = await startFetching(url);
    const ask = (path: string, timeoutMs = 0) => stage.page.request(network.receives.request, { ...request, url: path, timeoutMs });
    expect(await ask('/large')).toMatchObject({ status: 0, failure: 'too-large' });
    expect(await ask('/broken')).toMatchObject({ status: 0, failure: 'unreachable' });
    expect(await ask('http://a b/')).toMatchObject({ status: 0, failure: 'invalid' });
    expect(await ask('/silent', 50)).toMatchObject({ status: 0, failure: 'timeout' });
    expect(server.listening).toBe(true);
  });

  it('passes on the platform’s words about a failure: its causes, also for a body that breaks off', async () => {
    const { url } = await serve((incoming, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half');
      if (incoming.url === '/cut') setImmediate(() => response.destroy());
      // '/slow' is never completed.
    });
    const nobody = createServer();
    await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve));
    const { port } = nobody.address() as AddressInfo;
    await new Promise((resolve) => nobody.close(resolve));
    const stage = await startFetching(url);
    const ask = (path: string, timeoutMs = 0) => stage.page.request(network.receives.request, { ...request, url: path, timeoutMs });
    const refused = await ask(`http://127.0.0.1:${port}/`);
    expect(refused).toMatchObject({ status: 0, failure: 'unreachable', error: `fetch failed: connect ECONNREFUSED 127.0.0.1:${port}` });
    expect(await ask('/cut')).toMatchObject({ status: 0, failure: 'unreachable', error: expect.stringMatching(/^terminated: .+/) });
    expect(await ask('/slow', 50)).toMatchObject({ status: 0, failure: 'timeout', error: 'no answer in 50 ms' });
  });

  it('answers also an answer that cannot be sent, and an error without a message', async () => {
    const half = '\u{1f600}'.slice(0, 1);
    const answers: Readonly<Record<string, () => unknown>> = {
      '/half': () => Promise.reject(new Error(`${'x'.repeat(10)}${half}`)),
      '/cut': () => Promise.reject(new Error(`${'x'.repeat(159)}\u{1f600}`)),
      '/mute': () => Promise.reject(Object.assign(new Error('mute'), { message: { toString: null } })),
      '/status': async () => ({ status: 70_000, headers: [], body: null }),
      '/nothing': async () => undefined,
    };
    const answer = ((asked: Request) => answers[new URL(asked.url).pathname]()) as unknown as typeof fetch;
    const stage = await startStage(({ host }) => void openFetchPort(host.vm, { fetch: answer, baseUrl: new URL('http://here/') }));
    const ask = (path: string) => stage.page.request(network.receives.request, { ...request, url: path });
    expect(await ask('/half')).toMatchObject({ status: 0, failure: 'unreachable', error: 'x'.repeat(10) });
    expect(await ask('/cut')).toMatchObject({ status: 0, failure: 'unreachable', error: 'x'.repeat(159) });
    for (const path of ['/mute', '/status', '/nothing']) expect(await ask(path)).toMatchObject({ status: 0, failure: 'unreachable' });
  });

  /** A server that never answers `/silent`, is down for other paths, and records what reached it. */
  async function startSilent() {
    const reached: string[] = [];
    let told = () => {};
    let open = 0;
    const { url } = await serve((incoming, response) => {
      reached.push(incoming.url as string);
      open++;
      response.on('close', () => {
        open--;
        told();
      });
      if (incoming.url !== '/silent') response.writeHead(503).end();
      told();
    });
    const until = async (isSo: () => boolean): Promise<void> => {
      while (!isSo()) {
        await new Promise<void>((resolve) => {
          told = resolve;
        });
      }
    };
    return { url, reached, until, isOpen: () => open > 0 };
  }

  it('ends the exchange when the answer is not wanted any more, and makes no further attempt', async () => {
    const { url, reached, until, isOpen } = await startSilent();
    const stage = await startFetching(url);
    const ask = (path: string, retries: number, signal?: AbortSignal) =>
      stage.page.request(network.receives.request, { ...request, url: path, retries }, { signal });
    const [silent, down] = [new AbortController(), new AbortController()];
    const refusals = Promise.allSettled([ask('/silent', 4, silent.signal), ask('/silent', 4, silent.signal), ask('/down', 4, down.signal)]);
    await until(() => reached.length === 2);
    silent.abort();
    down.abort();
    for (const outcome of await refusals) expect(outcome).toMatchObject({ reason: { code: 'aborted' } });
    await until(() => !isOpen());
    // Its two attempts with their pauses take longer than another request's pause before the second attempt.
    expect(await ask('/patient', 2)).toMatchObject({ status: 503, attempts: 3 });
    expect(reached.filter((path) => path !== '/patient').sort()).toEqual(['/down', '/silent']);
  });

  it('ends its exchanges when it closes', async () => {
    const { url, until, isOpen } = await startSilent();
    const stage = await startFetching(url);
    const answer = stage.page.request(network.receives.request, { ...request, url: '/silent' });
    const outcome = expect(answer).rejects.toMatchObject({ code: 'closed' });
    await until(isOpen);
    await stage.end();
    await until(() => !isOpen());
    await outcome;
  });
});

describe('telemetry port', () => {
  it('sends what metrics has gathered to a backend', async () => {
    let heard: (post: { path: string; type: string | undefined; body: string }) => void = () => {};
    const post = new Promise<{ path: string; type: string | undefined; body: string }>((resolve) => {
      heard = resolve;
    });
    const { url } = await serve((incoming, response) => {
      const pieces: Buffer[] = [];
      incoming.on('data', (piece) => pieces.push(piece));
      incoming.on('end', () => {
        response.end('{}');
        heard({ path: incoming.url ?? '', type: incoming.headers['content-type'], body: Buffer.concat(pieces).toString() });
      });
    });
    const stage = await startStage(({ host }) => {
      openTelemetryPort(host.vm, {
        fetch,
        timers: host.timers,
        backendUrl: new URL('otlp/', url),
        resource: { 'service.name': 'test' },
        timeoutMs: 60_000,
      });
    });
    stage.page.send(metrics.receives.count, { name: 'films.opened', by: 3 });
    const { path, type, body } = await post;
    expect(path).toBe('/otlp/v1/metrics');
    expect(type).toBe('application/json');
    expect(JSON.parse(body).resourceMetrics[0].scopeMetrics[0].metrics[0]).toMatchObject({
      name: 'films.opened',
      sum: { dataPoints: [{ asInt: '3' }] },
    });
  });
});
