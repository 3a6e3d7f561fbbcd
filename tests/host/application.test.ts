/** An application on threads of Node: after one life ends, the next continues with the state in a folder. No thread of the former life stays. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Life } from '../../actors/application/application.js';
import { type Application, startApplication } from '../../actors/application/application.js';
import { decodeSnapshot } from '../../actors/contract/snapshot.js';
import { platformClock } from '../../host-shim/common/clock.js';
import { openTimerPort } from '../../host-shim/common/ports/timer.js';
import { platformTimers } from '../../host-shim/common/timers.js';
import { openStorage } from '../../host-shim/node/ports/storage.js';
import { mortalNode } from './mortal-node.js';
import { mirror, probe, relay } from './protocol/generated/index.js';
import { parties } from './world.js';

const ROUNDS = 100;

const folder = mkdtempSync(join(tmpdir(), 'tandem-application-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Number of this process's threads, as counted by the kernel. */
const threads = (): number => Number(/^Threads:\s+(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);

/** Games that the relay has finished, in all lives. */
class Arcade {
  application!: Application;
  private play: (bytes: number) => Promise<{ rounds: number; wrong: number }> = () => Promise.reject(new Error('nothing is open'));
  private begun: () => void = () => {};

  async open(life: Life): Promise<void> {
    const host = mortalNode.create((startThread) => startThread, true);
    openTimerPort(host.vm, host.timers);
    let finish: (result: { rounds: number; wrong: number }) => void = () => {};
    const port = host.vm.openPort<typeof probe>(probe, { onFinished: (result) => finish(result), onWoken() {} });
    const storage = await openStorage(folder);
    life.onEnd(() => storage.close());
    const actors = [
      { schema: relay, twins: { js: true, wasm: false }, persistent: true },
      { schema: mirror, twins: { js: true, wasm: true } },
    ];
    await life.startSystem(host, { parties, actors, placement: 'relay=js,mirror=wasm', storage, intensity: 0 });
    this.play = (bytes) =>
      new Promise((resolve) => {
        finish = resolve;
        port.send(relay.receives.start, { rounds: ROUNDS, bytes });
      });
  }

  async start(): Promise<void> {
    this.application = await startApplication({
      clock: platformClock,
      timers: platformTimers,
      open: (life) => this.open(life),
      onChange: (change) => {
        if (change.type === 'application' && change.state === 'running') this.begun();
      },
    });
  }

  async finish(bytes: number): Promise<void> {
    expect(await this.play(bytes)).toEqual({ rounds: ROUNDS, wrong: 0 });
  }

  /** Ends a life: the relay has no restart left. Resolves when the next life runs. */
  async endLife(): Promise<void> {
    const next = new Promise<void>((resolve) => {
      this.begun = resolve;
    });
    await this.application.system.crash('relay');
    void this.play(1);
    await next;
  }

  /** Bytes of a ball in the relay's last game. */
  async lastBytes(): Promise<number> {
    return decodeSnapshot(relay, await this.application.system.snapshot('relay')).state.bytes;
  }
}

test('lives on real threads', async () => {
  const former = new Arcade();
  await former.start();
  await former.application.stop();
  const before = threads();

  const arcade = new Arcade();
  await arcade.start();
  await arcade.finish(40);
  await arcade.application.system.persist();
  await arcade.finish(41);
  await arcade.application.system.persist();
  await arcade.endLife();
  expect(await arcade.lastBytes()).toBe(41);
  await arcade.endLife();
  expect(await arcade.lastBytes()).toBe(40);
  await arcade.endLife();
  expect(await arcade.lastBytes()).toBe(0);
  await arcade.finish(42);
  expect(arcade.application).toMatchObject({ state: 'running', lives: 4 });
  await arcade.application.stop();
  expect(arcade.application.state).toBe('stopped');
  expect(threads()).toBe(before);

  const later = new Arcade();
  await later.start();
  expect(await later.lastBytes()).toBe(42);
  await later.application.stop();
});
