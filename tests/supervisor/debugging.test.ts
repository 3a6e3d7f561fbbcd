/** What a debugger asks for is loaded then; meanwhile the system may have ended. */
import { expect, test } from 'vitest';
import type { Host } from '../../actors/contract/host.js';
import { ChangeFeed } from '../../actors/supervisor/change-feed.js';
import { Debugging } from '../../actors/supervisor/debugging.js';
import { Directory, type Phase } from '../../actors/supervisor/directory.js';
import { Tracing } from '../../actors/supervisor/trace/tracing.js';
import { VirtualTime } from './virtual-time.js';

test('a system that ends while the part for pauses is loaded does not stand', async () => {
  const time = new VirtualTime();
  const directory = Object.assign(new Directory([]), { phase: 'up' as const });
  const debugging = new Debugging({ timers: time } as Partial<Host> as Host, directory, new ChangeFeed(time, time));
  const asked = debugging.load();
  await debugging.end();
  await expect((await asked).begin()).rejects.toMatchObject({ name: 'PauseError', code: 'state' });
  expect(debugging.part?.paused).toBeNull();
});

test('a system that ends while what follows a trace is loaded says that it is not traced', async () => {
  const time = new VirtualTime();
  const directory = Object.assign(new Directory([]), { phase: 'up' as Phase });
  const tracing = new Tracing({ timers: time } as Partial<Host> as Host, directory, new ChangeFeed(time, time));
  const asked = tracing.trace({ level: 'frames' });
  directory.phase = 'ending';
  await expect(asked).rejects.toMatchObject({ name: 'SupervisionError', code: 'state' });
});

test('a part that does not load is a typed error, which says what it is and why', async () => {
  const time = new VirtualTime();
  const cause = new TypeError('Failed to fetch https://tv.example/pausing.js');
  const host: Partial<Host> = { timers: time, loaded: () => Promise.reject(cause) };
  const debugging = new Debugging(host as Host, new Directory([]), new ChangeFeed(time, time));
  await expect(debugging.load()).rejects.toMatchObject({
    name: 'LoadError',
    part: 'what makes an application stand',
    message: `what makes an application stand could not be loaded: ${cause.message}`,
    cause,
  });
  await expect(debugging.load('what sets breakpoints')).rejects.toMatchObject({ name: 'LoadError', part: 'what sets breakpoints' });
});
