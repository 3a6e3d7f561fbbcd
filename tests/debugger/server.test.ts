/** The debugger's server gives the recording to who has its address, and to nobody else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Applications } from '../../debugger/server/applications.js';
import { debuggedPage, type LiveDebugger } from '../../debugger/server/index.js';
import { played } from '../../debugger/server/played.js';
import { type RunningDebugger, startDebugger } from '../../debugger/server/server.js';
import { FileSubject } from '../../debugger/server/subject.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-debugger-server-'));
let server: RunningDebugger;
let applications: RunningDebugger;
const unknown = async (): Promise<never> => Promise.reject(new Error('not asked here'));
const player = {
  async state(_file: string, number: number, actor: string) {
    if (number > 2) throw new Error('no such message');
    return { actor, before: null, after: `secret ${number}` };
  },
  origin: unknown,
  print: unknown,
  try: unknown,
  compare: unknown,
  test: unknown,
  code: unknown,
  open: unknown,
  close: async () => {},
};
const start = () => startDebugger({ subject: new FileSubject(join(folder, 'run.mcap')), site: folder, port: 0, player });

beforeAll(async () => {
  writeFileSync(join(folder, 'run.mcap'), 'secret');
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  server = await start();
  applications = await startDebugger({
    subject: new Applications(() => 'none'),
    site: folder,
    port: 0,
    player,
    origins: ['http://10.0.0.2:5173'],
  });
});
afterAll(async () => {
  await server.close();
  await applications.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** As no browser would ask: with any header, and a path as it is. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET', to = server): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: to.url.port, path, headers, method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (some: string) => void (text += some));
      response.on('end', () => resolve({ status: response.statusCode!, text, headers: response.headers }));
    });
    asked.on('error', reject).end();
  });
}

/** What a WebSocket hears first; empty when it is let in, and hears nothing. */
function heard(path: string, headers: Record<string, string> = {}, to = server): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${to.url.port}${path}`, { headers });
    const said = (text: string) => {
      resolve(text);
      socket.terminate();
    };
    socket.on('message', (data) => said(String(data)));
    socket.on('open', () => path.includes('/application') && said(''));
    socket.on('unexpected-response', (_request, { statusCode }) => said(`refused: ${statusCode}`));
    socket.on('error', reject);
  });
}

const token = () => server.url.searchParams.get('token')!;

test('whoever has the address gets the page and the recording', async () => {
  expect(await ask(`${server.url.pathname}${server.url.search}`)).toMatchObject({ status: 200, text: '<!doctype html>' });
  expect(await ask(`/__tandem/recording?take=1&token=${token()}`)).toMatchObject({ status: 200, text: 'secret' });
  const state = (number: number) => ask(`/__tandem/state?take=1&number=${number}&actor=focus&token=${token()}`);
  expect(await state(2)).toMatchObject({ status: 200, text: '{"actor":"focus","before":null,"after":"secret 2"}' });
  expect(await state(3)).toMatchObject({ status: 422, text: 'no such message' });
  expect(await heard(`/__tandem/view?token=${token()}`)).toMatch(/^\{"type":"status","status":\{"name":"run.mcap"/);
});

test('the token has 128 bits, and each server another', async () => {
  expect(token()).toMatch(/^[0-9a-f]{32}$/);
  const other = await start();
  expect(other.url.searchParams.get('token')).not.toBe(token());
  await other.close();
});

describe('nobody else does', () => {
  test.each([
    ['without a token', ''],
    ['with an empty one', '?token='],
    ['with another of the same length', `?token=${'0'.repeat(32)}`],
    ['with the beginning of the right one', () => `?token=${token().slice(0, 31)}`],
    ['with more than the right one', () => `?token=${token()}0`],
  ])('%s', async (_how, query) => {
    for (const name of ['recording', ...Object.keys(played)]) {
      const { status, text } = await ask(`/__tandem/${name}${typeof query === 'string' ? query : query()}`);
      expect([status, text.includes('secret')]).toEqual([401, false]);
    }
    expect(await heard(`/__tandem/view${typeof query === 'string' ? query : query()}`)).toBe('refused: 401');
  });

  test('an application, whose token lets it be looked at and not look', async () => {
    const query = applications.application.search;
    expect((await ask(`/__tandem/recording${query}&take=1`, {}, 'GET', applications)).status).toBe(401);
    expect(await heard(`/__tandem/view${query}`, {}, applications)).toBe('refused: 401');
    expect(await heard(`/__tandem/application?token=${applications.url.searchParams.get('token')}`, {}, applications)).toBe('refused: 401');
    expect(await heard(`/__tandem/application${query}`, {}, server)).toMatch(/^refused: 40[14]$/);
  });

  test.each(['http://evil.example', 'http://127.0.0.1.evil.example', 'http://localhost:1', 'null', 'http://10.0.0.2:5173'])(
    'a page of %s that has the token of the page',
    async (origin) => {
      expect(await heard(`/__tandem/view?token=${token()}`, { origin })).toBe('refused: 403');
      const { status, text } = await ask(`/__tandem/recording?take=1&token=${token()}`, { origin });
      expect([status, text.includes('secret')]).toEqual([403, false]);
    },
  );

  test.each([
    ['http://evil.example', 403],
    ['http://10.0.0.2:5174', 403],
    ['null', 403],
    ['http://10.0.0.2:5173', 0],
    ['http://localhost:5173', 0],
  ])('an application of %s, unless it is of this machine or was let in', async (origin, status) => {
    const { pathname, search } = applications.application;
    expect(await heard(`${pathname}${search}`, { origin }, applications)).toBe(status ? `refused: ${status}` : '');
  });

  test('a page that loads what it gives as its own', async () => {
    const { status } = await ask(`/__tandem/recording?take=1&token=${token()}`, { 'sec-fetch-site': 'cross-site' });
    expect(status).toBe(403);
  });

  test.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil.example', '10.0.0.1', 'localhost:x'])(
    'a page that reaches the server by the name "%s"',
    async (host) => {
      const { status, text } = await ask(`/__tandem/recording?take=1&token=${token()}`, { host });
      expect([status, text.includes('secret')]).toEqual([403, false]);
      expect(await heard(`/__tandem/view?token=${token()}`, { host })).toBe('refused: 403');
    },
  );

  test('another page cannot read, frame or run what it gives', async () => {
    const { headers } = await ask(`/__tandem/recording?take=1&token=${token()}`);
    expect(headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  });

  test('who asks for a file outside of the page', async () => {
    for (const path of [
      '/__tandem/../run.mcap',
      '/__tandem/..%2f..%2fetc%2fpasswd',
      '/__tandem/run.mcap',
      '/etc/passwd',
      '//x',
      '/__tandem/%00',
    ])
      expect([path, (await ask(path)).status]).toEqual([path, 404]);
  });

  test('who asks otherwise than with GET', async () => {
    expect((await ask(`/__tandem/recording?take=1&token=${token()}`, {}, 'POST')).status).toBe(405);
  });

  test('another machine: it listens on the loopback address alone', async () => {
    const addresses = Object.values(networkInterfaces()).flatMap((all = []) =>
      all.filter(({ internal, family }) => !internal && family === 'IPv4'),
    );
    for (const { address } of addresses) {
      const outcome = await new Promise((resolve) => {
        const socket = connect(Number(server.url.port), address);
        socket.once('connect', () => resolve('connected')).once('error', ({ message }) => resolve(message));
      });
      expect(outcome).toMatch(/ECONNREFUSED/);
    }
  });
});

test.each([
  ['<!doctype html>\n<title>t</title>', /^<!doctype html><meta name="tandem-debugger"[^>]*>\n<title>t<\/title>$/],
  ['<!doctype html><html><head lang="en"><title>', /^<!doctype html><html><head lang="en"><meta [^>]*><title>$/],
  ['<header>t</header>', /^<meta [^>]*><header>t<\/header>$/],
])('a page finds its debugger, also one without a head: %s', (html, expected) => {
  const looking = { addressOf: () => '/__tandem/application?token=0' } as unknown as LiveDebugger;
  expect(debuggedPage(html, looking)).toMatch(expected);
});
