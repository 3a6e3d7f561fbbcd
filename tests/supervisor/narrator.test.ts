import { afterEach, describe, expect, test, vi } from 'vitest';
import { narrate } from '../../actors/application/narration.js';
import { startSystem } from '../../actors/application/system.js';
import { ChangeFeed } from '../../actors/supervisor/change-feed.js';
import { consoleFor } from '../../host-shim/common/console.js';
import { CONSOLE_CHARACTERS_MAX, CONSOLE_LINES_MAX, CONSOLE_PERIOD_MS, CONTROL_DEADLINE_MS } from '../../protocol/limits.js';
import { noSecondVm, options } from './application.js';
import { ScriptedHost } from './scripted-host.js';
import { settle, VirtualTime } from './virtual-time.js';

async function narrated(more = {}) {
  const host = new ScriptedHost();
  const lines: string[] = [];
  host.warn = (line) => lines.push(line);
  const system = await startSystem(host, options({ intensity: 1_000, ...more }));
  return { host, lines, system };
}

describe('a line for developers', () => {
  test('a start and an end in order say nothing', async () => {
    const { system, lines } = await narrated();
    await system.stop();
    expect(lines).toEqual([]);
  });

  test('a crash says who, at what, and why', async () => {
    const { host, lines } = await narrated();
    host.vm('js').trap('anna');
    await settle();
    expect(lines).toEqual(['tandem: anna crashed at anna.work from page: unreachable executed']);
  });

  test('a VM that is lost, its actors, and what that makes of the system', async () => {
    const { host, lines } = await narrated(noSecondVm);
    host.vm('wasm').listener?.lost('exit code 1\nfar too late');
    await settle();
    expect(lines).toEqual([
      'tandem: VM wasm is lost: exit code 1 far too late',
      'tandem: actor bert is lost: VM wasm was lost: exit code 1 far too late',
      'tandem: the system is degraded',
    ]);
  });

  test('a VM whose thread does not start, before it is tried again', async () => {
    const { host, lines } = await narrated();
    host.startFailures.set('wasm', new Error('/wasm.js could not be loaded'));
    host.vm('wasm').die('exit code 1');
    await settle();
    expect(lines).toEqual([
      'tandem: VM wasm is restarting: exit code 1',
      'tandem: VM wasm did not start, and is tried again in 1000 ms: /wasm.js could not be loaded',
    ]);
  });

  test('a VM that nobody would have woken', async () => {
    const { host, lines } = await narrated();
    host.vm('js').listener?.report({ type: 'deaf', report: { vm: 'js', reason: 'reader', at: 0 } });
    await settle();
    expect(lines).toEqual([
      'tandem: VM js was deaf and has been woken: a link of it was awake, and nobody would have looked there. This is a defect of Tandem',
    ]);
  });

  test('an actor that emitted something else the second time', async () => {
    const { host, lines } = await narrated();
    const frame = { kindName: 'tick', target: '', body: '[1]', bytes: 53, firstBytes: new Uint8Array(53) };
    const message = { kindName: 'wake', source: 'clock', sequence: 3 };
    host.vm('js').listener?.report({
      type: 'divergent',
      report: { actor: 'anna', vm: 'js', epoch: 2, at: 0, message, first: frame, again: { ...frame, body: '[2]' } },
    });
    await settle();
    expect(lines).toEqual([
      'tandem: anna said something else as it handled messages again at wake from clock: it was tick [1], and is tick [2]. It may ask for the time or a random number, or its twins differ',
    ]);
  });

  test('no more lines than a person can read, and how many were left out', async () => {
    const { host, lines } = await narrated();
    for (let i = 0; i < CONSOLE_LINES_MAX + 5; i++) {
      host.vm('js').trapAndGoOn('anna');
      await settle();
    }
    expect(lines).toHaveLength(CONSOLE_LINES_MAX);
    await host.time.advance(CONSOLE_PERIOD_MS);
    host.vm('js').trapAndGoOn('anna');
    await settle();
    expect(lines.slice(CONSOLE_LINES_MAX)).toEqual([
      'tandem: 5 more lines were left out',
      'tandem: anna crashed at anna.work from page: unreachable executed',
    ]);
  });

  test('a line is bounded', async () => {
    const { host, lines } = await narrated(noSecondVm);
    host.vm('js').listener?.lost('x'.repeat(1_000_000));
    await settle();
    expect(lines[0].length).toBeLessThan(CONSOLE_CHARACTERS_MAX + 20);
  });
});

describe('what finds the words', () => {
  const DEGRADED = { type: 'system', state: 'degraded' } as const;
  /** @param come when it is loaded */
  function narrating(come: Promise<void>) {
    const time = new VirtualTime();
    const changes = new ChangeFeed(time, time);
    const lines: string[] = [];
    const loaded = <T>(part: Promise<T>) => come.then(() => part);
    const told = narrate({ clock: time, timers: time, warn: (line) => void lines.push(line), loaded }, changes);
    return { time, changes, lines, told };
  }

  test('may come late: nobody waits for it beyond a deadline, and what happened before is told then', async () => {
    let come: () => void = () => {};
    const { time, changes, lines, told } = narrating(new Promise((resolve) => (come = resolve)));
    changes.emit(DEGRADED);
    await time.advance(CONTROL_DEADLINE_MS);
    await told;
    expect(lines).toEqual(['tandem: failures are told here later: not loaded in 5000 ms']);
    changes.emit({ ...DEGRADED, state: 'failed' });
    come();
    await vi.waitFor(() => expect(lines.slice(1)).toEqual(['tandem: the system is degraded', 'tandem: the system is failed']), 60_000);
  });

  test('may not come: that is told in its place', async () => {
    const { changes, lines, told } = narrating(Promise.reject(new Error('404')));
    changes.emit(DEGRADED);
    await told;
    changes.emit(DEGRADED);
    expect(lines).toEqual(['tandem: failures are not told here: 404']);
  });
});

describe('whether a host has a console', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  test('it has in development, and not in production unless asked', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    expect(consoleFor('off')).toBeNull();
    consoleFor()?.('first');
    vi.stubEnv('NODE_ENV', 'production');
    expect(consoleFor()).toBeNull();
    consoleFor('on')?.('second');
    expect(warn.mock.calls).toEqual([['first'], ['second']]);
  });
});
