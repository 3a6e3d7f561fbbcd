/** Applications that come and go at the very moment in which another one, or a page, does. */
import { EventEmitter } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { Applications } from '../../debugger/server/applications.js';
import type { Status } from '../../debugger/server/subject.js';
import { type ToApplication, wordOf } from '../../trace/live.js';

const applications: Applications[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const each of applications.splice(0)) await each.close();
});

const opened = (): Applications => {
  const made = new Applications(() => 'nobody is here');
  applications.push(made);
  return made;
};

/** An application as its server sees it: it records as soon as it is asked to, and ends when it is asked to. */
class Application extends EventEmitter {
  readonly heard: ToApplication['type'][] = [];
  /** What it has not ended yet, though it is asked to. */
  lingers = false;

  constructor(
    server: Applications,
    private readonly name: string,
  ) {
    super();
    server.add(this as unknown as WebSocket);
    this.say({ type: 'hello', name, acts: false, hasScreen: false });
  }

  say(word: object): void {
    this.emit('message', Buffer.from(JSON.stringify(word)), false);
  }

  send(text: string): void {
    const word = wordOf<ToApplication>(text)!;
    this.heard.push(word.type);
    if (word.type === 'record') this.emit('message', Buffer.from(`begun by ${this.name}`), true);
    if (word.type === 'stop' && !this.lingers) this.end();
  }

  end(): void {
    this.say({ type: 'ended', problem: '' });
  }

  terminate(): void {}
}

async function contentOf(server: Applications): Promise<string> {
  const { take } = server.status;
  for await (const piece of server.bytes(take!)) return Buffer.from(piece).toString();
  return '';
}

test('an application that begins again while its former connection closes is recorded once, and from its beginning', async () => {
  const server = opened();
  const takes = new Set<Status['take']>();
  server.look(({ take }) => void takes.add(take));
  let application = new Application(server, 'run 1');
  for (let run = 2; run < 20; run++) {
    await expect.poll(() => application.heard).toContain('record');
    const former = application;
    application = new Application(server, `run ${run}`);
    former.emit('close');
    await expect.poll(() => application.heard).toContain('record');
    await expect.poll(() => server.status.take).toBe(run);
    expect(await contentOf(server)).toBe(`begun by run ${run}`);
    expect(application.heard.filter((word) => word === 'record')).toHaveLength(1);
  }
  expect(Math.max(...[...takes].map(Number))).toBe(19);
});

test('of two applications that come at the same time the newer is recorded, in a file of its own', async () => {
  const server = opened();
  server.look(() => {});
  const [first, second] = [new Application(server, 'first'), new Application(server, 'second')];
  await expect.poll(() => second.heard).toContain('record');
  expect(await contentOf(server)).toBe('begun by second');
  second.emit('close');
  await expect.poll(() => first.heard).toContain('record');
  await expect.poll(() => contentOf(server)).toBe('begun by first');
});

test('a page that comes while the recording is being ended, since nobody looked, gets another one', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const server = opened();
  const leave = server.look(() => {});
  const application = new Application(server, 'run');
  await vi.waitFor(() => expect(application.heard).toContain('record'), 60_000);
  leave();
  application.lingers = true;
  await vi.runAllTimersAsync();
  expect(application.heard).toContain('stop');
  server.look(() => {});
  application.end();
  await vi.waitFor(() => expect(application.heard.filter((word) => word === 'record')).toHaveLength(2), 60_000);
  expect(server.status).toMatchObject({ take: 2, problem: '' });
});
