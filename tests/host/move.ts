/** The contract of every host when an actor moves from thread to thread under traffic: each ball comes back once, intact and in order. */
import { afterEach, describe, expect, it } from 'vitest';
import type { System } from '../../actors/application/supervised-system.js';
import { startSystem } from '../../actors/application/system.js';
import type { Capabilities } from '../../actors/contract/host.js';
import type { PlatformHost } from '../../host-shim/common/host.js';
import { openTimerPort } from '../../host-shim/common/ports/timer.js';
import { mirror, probe, relay } from './protocol/generated/index.js';
import { parties } from './world.js';

const MOVES = 12;
const BALLS_BYTES = 400_000;

class MovingGame {
  private readonly probe;
  private readonly system: Promise<System>;
  private finished: (result: { rounds: number; wrong: number }) => void = () => {};

  constructor(host: PlatformHost) {
    openTimerPort(host.vm, host.timers);
    this.probe = host.vm.openPort<typeof probe>(probe, { onFinished: (result) => this.finished(result), onWoken() {} });
    const actors = [
      { schema: relay, twins: { js: true, wasm: false } },
      { schema: mirror, twins: { js: true, wasm: true } },
    ];
    this.system = startSystem(host, { parties, actors, placement: 'mirror=wasm' });
  }

  /** Throws balls again and again until `over`. */
  async play(bytes: number, over: () => boolean): Promise<void> {
    const rounds = Math.round(BALLS_BYTES / bytes);
    await this.system;
    do {
      const result = new Promise((resolve) => {
        this.finished = resolve;
      });
      this.probe.send(relay.receives.start, { rounds, bytes });
      expect(await result).toEqual({ rounds, wrong: 0 });
    } while (!over());
  }

  /** Number of moves there and back. */
  async moveMirror(times: number): Promise<void> {
    const system = await this.system;
    for (let i = 0; i < times; i++) {
      await system.moveActor('mirror', i % 2 === 0 ? 'js' : 'wasm');
      await new Promise((resolve) => setTimeout(resolve, 3 * i));
    }
  }

  async counters() {
    return (await this.system).counters();
  }

  async mirror() {
    return (await this.system).actors.find(({ actor }) => actor === 'mirror');
  }

  async end(): Promise<void> {
    await (await this.system).stop();
  }
}

export function moveSuite<C extends Capabilities>(name: string, detected: C, create: (capabilities: C) => PlatformHost): void {
  describe(`an actor that moves on ${name}`, () => {
    let game: MovingGame;
    afterEach(() => game.end());

    it.each([
      ['over rings', {}, 40],
      ['over rings, with large frames', {}, 20_000],
      ['over message ports', { sharedMemory: false }, 40],
      ['over message ports, with large frames', { sharedMemory: false }, 20_000],
      ['in one thread', { workers: false }, 40],
    ] as const)('%s: no ball is lost, doubled or late', async (_what, lacking, bytes) => {
      game = new MovingGame(create({ ...detected, ...lacking }));
      let moving = true;
      const moves = game.moveMirror(MOVES).finally(() => {
        moving = false;
      });
      await game.play(bytes, () => !moving);
      await moves;
      expect(await game.mirror()).toMatchObject({ state: 'running', vm: 'wasm', epoch: MOVES + 1 });
      expect(await game.counters()).toMatchObject({ divergent: 0, duplicates: 0, fenced: 0, deadLetters: 0 });
    });
  });
}
