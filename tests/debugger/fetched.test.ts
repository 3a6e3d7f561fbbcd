/** A recording that is fetched: from the address that was named and no other, as much as is allowed, and gone at the end. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { FetchedSubject, type FetchLimits, isAddress } from '../../debugger/server/fetched.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/runs/monday.mcap?secret=1`;
}

const failure = (address: string, limits: FetchLimits = {}) =>
  FetchedSubject.fetch(address, limits).then(
    () => null,
    ({ name, code, message }) => ({ name, code, message }),
  );

test('its bytes are in a file, which goes with it; its name is that of the address, without the query', async () => {
  const subject = await FetchedSubject.fetch(await serve((_, response) => response.end('a recording')));
  expect(subject.status).toMatchObject({ name: 'monday.mcap', isLive: false, keepsNotes: false, take: 1 });
  expect(readFileSync(subject.file(1), 'utf8')).toBe('a recording');
  await subject.close();
  expect(existsSync(subject.file(1))).toBe(false);
});

test('what is no recording’s address, or another answer, is an error that says why', async () => {
  expect(await failure('ftp://127.0.0.1/run.mcap')).toMatchObject({ name: 'RecordingFetchError', code: 'address' });
  expect(await failure('http://')).toMatchObject({ code: 'address' });
  expect(await failure('http://me:secret@127.0.0.1/run.mcap')).toMatchObject({
    code: 'address',
    message: expect.not.stringContaining('secret'),
  });
  expect(await failure(await serve((_, response) => response.writeHead(404).end('no')))).toMatchObject({
    code: 'refused',
    message: expect.stringContaining('404'),
  });
  const gone = await serve((request) => request.socket.destroy());
  expect(await failure(gone)).toMatchObject({ code: 'unreachable' });
  const cut = await serve((request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('a');
    setTimeout(() => request.socket.destroy(), 20);
  });
  expect(await failure(cut)).toMatchObject({ code: 'unreachable' });
});

test('an address that leads on is told, and what it leads to is not asked', async () => {
  let asked = 0;
  const inner = await serve((_, response) => response.end(String(++asked)));
  const outer = await serve((_, response) => response.writeHead(302, { location: inner }).end());
  expect(await failure(outer)).toMatchObject({ code: 'redirected', message: expect.stringContaining(inner) });
  expect(asked).toBe(0);
});

test('more than is allowed is not taken, whether it is said before or not; nor is waited for ever', async () => {
  const said = await serve((_, response) => response.writeHead(200, { 'content-length': '11' }).end('a'.repeat(11)));
  expect(await failure(said, { bytesMax: 10 })).toMatchObject({ code: 'large' });
  const unsaid = await serve((_, response) => response.write('a'.repeat(11)));
  expect(await failure(unsaid, { bytesMax: 10 })).toMatchObject({ code: 'large' });
  const silent = await serve((_, response) => response.writeHead(200).write('a'));
  expect(await failure(silent, { idleMs: 50 })).toMatchObject({ code: 'idle' });
  const ended = new AbortController();
  const waiting = FetchedSubject.fetch(silent, { signal: ended.signal });
  ended.abort(new Error('Ctrl-C'));
  await expect(waiting).rejects.toThrow('Ctrl-C');
});

test('a file’s name is no address', () => {
  expect(['http://a/run.mcap', 'https://a', 'ftp://a'].map(isAddress)).toEqual([true, true, true]);
  expect(['run.mcap', 'C:\\runs\\run.mcap', './http:/run', 'live'].map(isAddress)).toEqual([false, false, false, false]);
});
