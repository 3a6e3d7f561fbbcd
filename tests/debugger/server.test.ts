/** The debugger's server gives the recording to who has its address, and to nobody else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningDebugger, startDebugger } from '../../debugger/server/server.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-debugger-server-'));
let server: RunningDebugger;
const stateAt = async (number: number, actor: string) => {
  if (number > 2) throw new Error('no such message');
  return JSON.stringify({ secret: `${actor} ${number}` });
};

beforeAll(async () => {
  writeFileSync(join(folder, 'run.mcap'), 'secret');
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  server = await startDebugger({ recording: join(folder, 'run.mcap'), site: folder, port: 0, stateAt });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** As no browser would ask: with any header, and a path as it is. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: server.url.port, path, headers, method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (some: string) => void (text += some));
      response.on('end', () => resolve({ status: response.statusCode!, text, headers: response.headers }));
    });
    asked.on('error', reject).end();
  });
}

const token = () => server.url.searchParams.get('token')!;

test('whoever has the address gets the page and the recording', async () => {
  expect(await ask(`${server.url.pathname}${server.url.search}`)).toMatchObject({ status: 200, text: '<!doctype html>' });
  expect(await ask(`/__tandem/recording?token=${token()}`)).toMatchObject({ status: 200, text: 'secret' });
  expect(await ask(`/__tandem/name?token=${token()}`)).toMatchObject({ status: 200, text: 'run.mcap' });
  expect(await ask(`/__tandem/state?number=2&actor=focus&token=${token()}`)).toMatchObject({ status: 200, text: '{"secret":"focus 2"}' });
  expect(await ask(`/__tandem/state?number=3&actor=focus&token=${token()}`)).toMatchObject({ status: 422, text: 'no such message' });
});

test('the token has 128 bits, and each server another', async () => {
  expect(token()).toMatch(/^[0-9a-f]{32}$/);
  const other = await startDebugger({ recording: join(folder, 'run.mcap'), site: folder, port: 0, stateAt });
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
    for (const name of ['recording', 'name', 'state']) {
      const { status, text } = await ask(`/__tandem/${name}${typeof query === 'string' ? query : query()}`);
      expect([status, text.includes('secret')]).toEqual([401, false]);
    }
  });

  test.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil.example', '10.0.0.1', 'localhost:x'])(
    'a page that reaches the server by the name "%s"',
    async (host) => {
      const { status, text } = await ask(`/__tandem/recording?token=${token()}`, { host });
      expect([status, text.includes('secret')]).toEqual([403, false]);
    },
  );

  test('another page cannot read, frame or run what it gives', async () => {
    const { headers } = await ask(`/__tandem/recording?token=${token()}`);
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
    expect((await ask(`/__tandem/recording?token=${token()}`, {}, 'POST')).status).toBe(405);
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
