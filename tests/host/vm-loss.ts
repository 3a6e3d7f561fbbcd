/** The contract of every host with threads when one is ended in the middle of its work, with shared memory and without: nothing is lost or doubled. */
import { afterEach, describe, expect, it } from 'vitest';
import type { System } from '../../actors/application/supervised-system.js';
import { type SystemOptions, startSystem } from '../../actors/application/system.js';
import type { VmName } from '../../actors/contract/instance.js';
import type { Runtime } from '../../actors/vm/runtime.js';
import type { WorkerEntry } from '../../host-shim/common/definition.js';
import type { PlatformHost } from '../../host-shim/common/host.js';
import type { Thread } from '../../host-shim/common/platform.js';
import { openTimerPort } from '../../host-shim/common/ports/timer.js';
import type { RequestError } from '../../protocol/errors.js';
import type { EndReason } from '../../protocol/generated/system.js';
import { desk, mirror, probe, relay } from './protocol/generated/index.js';
import { parties } from './world.js';

type StartThread = (name: string, entry: WorkerEntry, lifeLock: string) => Thread;

export interface MortalHost {
  readonly create: (wrap: (startThread: StartThread) => StartThread, sharedMemory: boolean) => PlatformHost;
  /** How often each thread is ended. Starting another takes a third of a second of the processor in Node, and a second in Chromium. */
  readonly kills: number;
  /** Whether it takes seconds to end a thread that loops. */
  readonly endsLoopsSlowly: boolean;
  /** Ends the thread unexpectedly. */
  readonly kill: (thread: Thread) => void;
}

const PAUSE_MS = 40;
/** All balls of one game: small ones are more than twice as many as are in the air. Games follow each other until the disturbance has ended. */
const GAME_BYTES = 50_000;
/** Rounds of a game with large balls. */
const ROUNDS_MIN = 10;
const OFTEN = { intensity: 1000, periodMs: 10_000 };
/** Deadlines so long that only the test ends threads, even on a busy machine. */
const NO_HANGS = { hangMs: Number.POSITIVE_INFINITY };
const BOTH = { js: true, wasm: true };

export class MortalGame {
  /** Threads of each VM, oldest first: the running one, and the spare. */
  private readonly threads = new Map<string, Thread[]>();
  /** Ends of incarnations that the probe was told: address, epoch, reason. */
  readonly ends: (readonly [number, number, EndReason])[] = [];
  private finished: (result: { rounds: number; wrong: number }) => void = () => {};
  private readonly host: PlatformHost;
  private readonly probe;
  /** Names of all started threads, in their order. */
  readonly names: string[] = [];
  /** The started threads that run. */
  readonly running = new Set<Thread>();
  /** The file from which each VM was first started. */
  private readonly files = new Map<string, string>();
  private readonly gone = new Set<string>();
  private started: System | null = null;

  constructor(
    private readonly mortal: MortalHost,
    sharedMemory: boolean,
  ) {
    const wrap: (startThread: StartThread) => StartThread = (startThread) => (name, file, lifeLock) => {
      const entry = file as URL;
      if (!this.files.has(name)) this.files.set(name, entry.href);
      const gone = [...this.gone].some((vm) => this.files.get(vm) === entry.href);
      const thread = startThread(name, gone ? new URL('./gone.js', entry) : entry, lifeLock);
      this.names.push(name);
      this.running.add(thread);
      const terminate = thread.terminate.bind(thread);
      thread.terminate = async () => {
        await terminate();
        this.running.delete(thread);
      };
      this.threads.set(name, [...(this.threads.get(name) ?? []), thread]);
      return thread;
    };
    this.host = mortal.create(wrap, sharedMemory);
    openTimerPort(this.host.vm, this.host.timers);
    this.probe = this.host.vm.openPort<typeof probe>(probe, {
      onFinished: (result) => this.finished(result),
      onWoken() {},
      onEnded: (...end) => this.ends.push(end),
    });
  }

  async start(placement: string, options: Partial<SystemOptions> = {}): Promise<void> {
    const actors = [
      { schema: relay, twins: { js: true, wasm: false } },
      { schema: mirror, twins: BOTH },
    ];
    const portVms = { desk: 'js' } as const;
    this.started = await startSystem(this.host, { parties, portVms, actors, placement, vmIntensity: OFTEN, ...NO_HANGS, ...options });
  }

  /** Throws balls until `disturb` has ended. */
  async play(bytes: number, disturb: () => Promise<void>): Promise<void> {
    let over = false;
    const disturbed = disturb().finally(() => {
      over = true;
    });
    const rounds = Math.max(ROUNDS_MIN, Math.round(GAME_BYTES / bytes));
    do {
      const result = new Promise((resolve) => {
        this.finished = resolve;
      });
      this.probe.send(relay.receives.start, { rounds, bytes });
      expect(await this.happens('all balls are back', result)).toEqual({ rounds, wrong: 0 });
    } while (!over);
    await disturbed;
  }

  /** Resolves as what is awaited. @throws with what the system says of itself, when it does not come */
  private async happens<T>(what: string, awaited: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const say = () => reject(new Error(`${what}: nothing came. ${JSON.stringify({ vms: this.system.vms, actors: this.actors })}`));
      timer = setTimeout(say, HAPPENS_WITHIN_MS);
    });
    return Promise.race([awaited, late]).finally(() => clearTimeout(timer));
  }

  /** Resolves when the VMs run again. */
  async kill(...vms: string[]): Promise<void> {
    const away = new Set(vms);
    const back = new Promise<void>((resolve) => {
      const forget = this.system.onChange((change) => {
        if (change.type !== 'vm' || change.state !== 'running') return;
        away.delete(change.vm);
        if (away.size > 0) return;
        forget();
        resolve();
      });
    });
    for (const vm of vms) this.mortal.kill(this.threads.get(vm)?.shift() as Thread);
    await this.happens(`kill ${vms}`, back);
  }

  /** Resolves when nothing that was sent to a VM would be sent again after its loss. */
  async acknowledged(vm: VmName): Promise<void> {
    const { links } = (this.host.vm as unknown as { readonly runtime: Runtime }).runtime.bus;
    await expect.poll(() => links.pendingTo(vm).length, { timeout: HAPPENS_WITHIN_MS }).toBe(0);
  }

  /** Makes the VM's file fail to load from now on. */
  removeFile(vm: string): void {
    this.gone.add(vm);
  }

  /** Brings back the file of a VM as soon as one of its threads has not started for that. @returns why it did not */
  async bringBackFile(vm: string): Promise<string> {
    const told = new Promise<string>((resolve) => {
      const forget = this.system.onChange((change) => {
        if (change.type !== 'vm' || change.vm !== vm || change.retryMs === undefined) return;
        forget();
        this.gone.delete(vm);
        resolve(change.reason);
      });
    });
    return this.happens(`a start of ${vm} that fails`, told);
  }

  /** Asks the desk, in the JavaScript VM. */
  ask(keep: boolean) {
    return this.happens(`an answer to ask, keep ${keep}`, this.probe.request(desk.receives.ask, { keep }));
  }

  /** Crashes the mirror twice at the same message. @returns the error of the request */
  async shatter(): Promise<RequestError> {
    return this.probe.request(mirror.receives.shatter, {}).then(
      () => Promise.reject(new Error('it was answered')),
      (error) => error,
    );
  }

  /** Makes relay toil for so long. */
  toil(milliseconds: number): void {
    this.probe.send(relay.receives.toil, { milliseconds });
  }

  /** @returns the incarnation of the desk that has answered */
  async deskToils(later: boolean, passesAs: number): Promise<number> {
    return (await this.probe.request(desk.receives.toil, { later, passesAs })).epoch;
  }

  get system(): System {
    if (!this.started) throw new Error('the game has not started');
    return this.started;
  }

  get actors() {
    return this.system.actors;
  }

  vm(name: string) {
    return this.system.vms.find(({ vm }) => vm === name);
  }

  async end(): Promise<void> {
    await this.started?.stop();
  }
}

/** Below the deadline of a test, which would not say what did not happen. */
const HAPPENS_WITHIN_MS = 50_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function vmLossSuite(name: string, mortal: MortalHost): void {
  describe.each([true, false])(`a VM that ends on ${name}, shared memory %s`, (sharedMemory) => {
    let game: MortalGame;
    afterEach(() => game.end());

    it.each([
      ['of the relay', 'relay=js,mirror=wasm', ['js'], 40],
      ['of the mirror', 'relay=js,mirror=wasm', ['wasm'], 40],
      ['of both at once', 'relay=js,mirror=wasm', ['js', 'wasm'], 40],
      ['of both at once, with large frames', 'relay=js,mirror=wasm', ['wasm', 'js'], 20_000],
      ['with all that happens in it', 'relay=js,mirror=js', ['js'], 40],
    ] as const)('%s: no ball is lost or doubled', async (_what, placement, vms, bytes) => {
      game = new MortalGame(mortal, sharedMemory);
      await game.start(placement);
      await game.play(bytes, async () => {
        for (let i = 0; i < mortal.kills; i++) {
          await pause(PAUSE_MS + 7 * i);
          await game.kill(...vms);
        }
      });
      const lost = game.actors.filter(({ vm }) => (vms as readonly string[]).includes(vm));
      for (const actor of lost) expect(actor).toMatchObject({ state: 'running', epoch: mortal.kills + 1, restarts: mortal.kills });
      const ended = lost.map(({ address }) => Array.from({ length: mortal.kills }, (_, i) => [address, i + 1, 'vmLost']));
      expect(lost.map(({ address }) => game.ends.filter(([party]) => party === address))).toEqual(ended);
      expect(game.ends).toHaveLength(lost.length * mortal.kills);
    });

    it('in the middle of a move, whichever of the two it is: no ball is lost or doubled', async () => {
      game = new MortalGame(mortal, sharedMemory);
      await game.start('relay=js,mirror=wasm');
      const mirrored = () => game.actors.find(({ actor }) => actor === 'mirror');
      await game.play(40, async () => {
        for (let i = 0; i < mortal.kills; i++) {
          const moved = game.system.moveActor('mirror', mirrored()?.vm === 'js' ? 'wasm' : 'js').catch(() => {});
          await pause(i);
          await game.kill(i % 2 === 0 ? 'wasm' : 'js');
          await moved;
        }
      });
      expect(mirrored()).toMatchObject({ state: 'running' });
      expect(await game.system.counters()).toMatchObject({ divergent: 0, fenced: 0, deadLetters: 0 });
    });

    it('too often fails over to JavaScript: no ball is lost or doubled', async () => {
      game = new MortalGame(mortal, sharedMemory);
      await game.start('relay=js,mirror=wasm', { vmIntensity: { intensity: 1, periodMs: 3_600_000 } });
      await game.play(40, async () => {
        await pause(PAUSE_MS);
        await game.kill('wasm');
        await pause(PAUSE_MS);
        await game.kill('wasm');
      });
      expect(game.vm('wasm')).toMatchObject({ state: 'running', failedOver: true });
      const { actors, state } = await game.system.health();
      expect(state).toBe('running');
      // An actor without linear memory is in JavaScript.
      const mirrored = { vm: 'wasm', state: 'running', epoch: 3, condition: 'failed over', load: { memoryBytes: 0 } };
      expect(actors.find(({ actor }) => actor === 'mirror')).toMatchObject(mirrored);
    });

    it('with a port in it: requests in hand fail as `ended`, and the next incarnation answers', async () => {
      game = new MortalGame(mortal, sharedMemory);
      await game.start('relay=js,mirror=js');
      const kept = game.ask(true);
      const cause = { name: 'CrashError', id: 'desk 1', reason: expect.stringMatching(/^VM js was lost: ./), position: '' };
      const failed = expect(kept).rejects.toMatchObject({ code: 'ended', cause });
      // The second answer proves that the port has the first request. Once that is acknowledged, it does not go to the next incarnation.
      for (const asked of [2, 3]) expect(await game.ask(false)).toEqual({ asked });
      await game.acknowledged('js');
      await game.kill('js');
      await failed;
      await game.ask(false);
    });

    it('or an actor with a poisoned message: the requester is told of the crash, and where it was', async () => {
      game = new MortalGame(mortal, sharedMemory);
      await game.start('relay=js,mirror=wasm');
      const { code, cause } = await game.shatter();
      expect([code, cause]).toMatchObject(['poisoned', { id: 'mirror 2', position: expect.stringMatching(/host\/mirror\.ts:\d+:\d+$/) }]);
      await game.system.moveActor('mirror', 'js');
      const { cause: another } = await game.shatter();
      // Code that was bundled without a source map has the names of the bundle.
      expect(another).toMatchObject({ id: 'mirror 5', reason: 'broken', position: expect.stringMatching(/\.m?[tj]s:\d+:\d+$/) });
    });
  });
}

/** Where VMs have threads, and files to load. */
export function vmFileSuite(name: string, mortal: MortalHost): void {
  describe.each([true, false])(`a Wasm VM on ${name} whose file is gone, shared memory %s`, (sharedMemory) => {
    let game: MortalGame;
    afterEach(() => game.end());

    it('fails over to JavaScript when it is lost: no ball is lost or doubled', async () => {
      game = new MortalGame(mortal, sharedMemory);
      await game.start('relay=js,mirror=wasm', { vmIntensity: { intensity: 2, periodMs: 3_600_000 } });
      game.removeFile('wasm');
      await game.play(40, async () => {
        await pause(PAUSE_MS);
        await game.kill('wasm');
      });
      expect(game.vm('wasm')).toMatchObject({ state: 'running', failedOver: true });
      expect(game.actors.find(({ actor }) => actor === 'mirror')).toMatchObject({ state: 'running', condition: 'failed over' });
    });

    it('goes on in Wasm when it comes back: no ball is lost or doubled', async () => {
      game = new MortalGame(mortal, sharedMemory);
      await game.start('relay=js,mirror=wasm', { vmIntensity: { intensity: 2, periodMs: 3_600_000 } });
      game.removeFile('wasm');
      const failed = game.bringBackFile('wasm');
      await game.play(40, () => game.kill('wasm'));
      expect(await failed).toMatch(/\/gone\.js/);
      expect(game.vm('wasm')).toMatchObject({ state: 'running', failedOver: false });
      expect(game.actors.find(({ actor }) => actor === 'mirror')).toMatchObject({ state: 'running', epoch: 2, condition: 'running' });
    });

    it('runs in JavaScript from the start', async () => {
      game = new MortalGame(mortal, sharedMemory);
      game.removeFile('wasm');
      await game.start('relay=js,mirror=wasm');
      await game.play(40, async () => {});
      expect(game.vm('wasm')).toMatchObject({ state: 'running', failedOver: true });
      expect(game.actors.find(({ actor }) => actor === 'mirror')).toMatchObject({ state: 'running', condition: 'failed over', epoch: 1 });
    });

    it('does not start without the file of the JavaScript VM either: no thread stays', async () => {
      game = new MortalGame(mortal, sharedMemory);
      game.removeFile('js');
      game.removeFile('wasm');
      await expect(game.start('relay=js,mirror=wasm')).rejects.toMatchObject({ name: 'StartError', vm: 'js', party: '' });
      expect(game.names).toEqual(['js', 'wasm', 'wasm']);
      expect([...game.running]).toEqual([]);
    });
  });
}
