/** Floods on threads of Node, over real links: only the flooding actor suffers, also when its VM is lost meanwhile. */
import { afterEach, describe, expect, test } from 'vitest';
import type { WorkerEntry } from '../../host-shim/common/definition.js';
import { PlatformHost } from '../../host-shim/common/host.js';
import type { Thread } from '../../host-shim/common/platform.js';
import { detectCapabilities } from '../../host-shim/node/index.js';
import { startThread } from '../../host-shim/node/thread.js';
import { FloodStage } from '../runtime/flood-stage.js';
import { parties, torrent } from '../runtime/flood-world.js';
import { mortalNode, nodePlatform } from './mortal-node.js';
import { bundleEntries } from './node-entries.js';
import { mirror, relay } from './protocol/generated/index.js';
import { MortalGame } from './vm-loss.js';

const { flood: entry } = await bundleEntries('flood');

const load = async (): Promise<never> => {
  throw new Error('there are threads');
};

/** Nearly the largest ball that fits a frame. */
const BALL_BYTES = 1_044_000;

describe.each([true, false])('frames of a megabyte from a guest, shared memory %s', (sharedMemory) => {
  let game: MortalGame;
  afterEach(() => game.end());

  test('arrive in another VM, and in its own', async () => {
    game = new MortalGame(mortalNode, sharedMemory);
    const actors = [relay, mirror].map((schema) => ({ schema, twins: { js: true, wasm: true } }));
    await game.start('relay=js,mirror=wasm', { actors });
    await game.play(BALL_BYTES, async () => {});
    await game.system.moveActor('relay', 'wasm');
    await game.play(BALL_BYTES, async () => {});
    const { memoryBytes = 0 } = (await game.system.health()).actors.find(({ actor }) => actor === 'mirror')?.load ?? {};
    expect(memoryBytes).toBeGreaterThan(0);
    expect(await game.system.counters()).toMatchObject({ waiting: 0, deadLetters: 0, traps: 0 });
  });
});

describe.each([true, false])('on threads, shared memory %s', (sharedMemory) => {
  let stage: FloodStage;
  let threads: Map<string, Thread>;
  afterEach(() => stage.system.stop());

  async function open(): Promise<void> {
    threads = new Map();
    const platform = {
      ...nodePlatform,
      startThread(name: string, file: WorkerEntry): Thread {
        const thread = startThread(name, file);
        threads.set(name, thread);
        return thread;
      },
    };
    const capabilities = { ...detectCapabilities(), sharedMemory };
    const host = new PlatformHost(platform, { capabilities, parties, vms: { js: { entry, load }, wasm: { entry, load } }, spares: false });
    stage = new FloodStage(host);
    await stage.start(host);
  }

  const back = (): Promise<void> =>
    new Promise((resolve) => {
      stage.system.onChange((change) => {
        if (change.type === 'vm' && change.vm === 'js' && change.state === 'running') resolve();
      });
    });

  test('endless requests: a neighbour is answered, also while their VM is lost and restarted', async () => {
    await open();
    // There are always more refusals than its mailbox holds; frames after them on the link do not wait for that.
    for (let i = 0; i < 300; i++) stage.flood('asking', 30);
    expect(await stage.ask(50)).toBe(50);
    const asked = stage.ask(50);
    const isBack = back();
    await threads.get('js')?.terminate();
    expect(await asked).toBe(50);
    await isBack;
    expect(await stage.ask(50)).toBe(50);
    expect(stage.states).toEqual(['running', 'running']);
    // With shared memory the message in hand is blamed for the end of the thread: one attempt, and no trap.
    expect(stage.crashes.filter(({ attempt, reason }) => attempt !== 1 || !reason.startsWith('its thread ended at it'))).toEqual([]);
    const letters = await stage.system.deadLetters();
    expect(new Set(letters.map(({ code, source }) => [code, source].join()))).toEqual(new Set([`overloaded,${torrent.address}`]));
    expect(stage.system.actors).toMatchObject([
      { actor: 'torrent', state: 'running', epoch: 2 },
      { actor: 'brook', state: 'running', epoch: 2 },
    ]);
  });
});
