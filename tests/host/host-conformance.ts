/** The contract of every host, whatever the device lacks: run for Node and the simulation in Node, and for the browser in Chromium. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VmCounters } from '../../actors/contract/control.js';
import type { VmEvent } from '../../actors/contract/events.js';
import { type Capabilities, ControlError, type Host, type VmHandle, type VmListener } from '../../actors/contract/host.js';
import type { Vm } from '../../actors/vm/vm.js';
import type { MemorySizes } from '../../host-shim/common/memories.js';
import { openTimerPort } from '../../host-shim/common/ports/timer.js';
import { timer } from '../../protocol/generated/timer.js';
import { desk, mirror, probe, relay } from './protocol/generated/index.js';

/** A host with ports in its own VM. */
export interface HostOfPorts extends Host {
  readonly vm: Vm;
}

export interface TestedHost<H extends HostOfPorts> {
  readonly create: (capabilities: Capabilities, memorySizes?: MemorySizes) => H;
  /** Lets the host's time pass until the promise settles. Real time passes by itself. */
  readonly until: <T>(host: H, promise: Promise<T>) => Promise<T>;
  /** The real capabilities of this device. */
  readonly capabilities: Capabilities;
}

const LESSER_DEVICES: readonly (readonly [what: string, lacks: Partial<Capabilities>])[] = [
  ['with everything', {}],
  ['without shared memory', { sharedMemory: false }],
  ['without WebAssembly', { wasm: false }],
  ['without workers', { workers: false }],
  ['with nothing', { sharedMemory: false, wasm: false, workers: false }],
];

/** For hosts with real threads, where time passes by itself. */
export const untilSettled = <T>(_host: Host, promise: Promise<T>): Promise<T> => promise;

/** Devices that differ: a host of one thread has no workers to lose. */
export function lesserDevicesOf(capabilities: Capabilities): typeof LESSER_DEVICES {
  const seen = new Set<string>();
  return LESSER_DEVICES.filter(([, lacks]) => {
    const left = JSON.stringify({ ...capabilities, ...lacks });
    return !seen.has(left) && seen.add(left);
  });
}

/** Many small frames, and frames that are large for a link. */
const BALL_GAMES = [
  { rounds: 3_000, bytes: 40 },
  { rounds: 24, bytes: 300_000 },
];

/** Deadline of a request that is answered at once, after which the host sends nothing. */
const DEADLINE_MS = 500;

/** Nothing may end in these tests: if it does, the waiting test fails with the reason. */
class Attentive implements VmListener {
  private fail: (error: Error) => void = () => {};
  readonly failure = new Promise<never>((_, reject) => {
    this.fail = reject;
  });
  constructor() {
    this.failure.catch(() => {});
  }
  async report(event: VmEvent): Promise<void> {
    if (event.type === 'ended' || event.type === 'poisoned')
      this.fail(
        new Error(`${event.report.reason}
${event.report.stack}`),
      );
    if (event.type === 'deaf') this.fail(new Error(`VM ${event.report.vm} was deaf: ${event.report.reason}`));
    if (event.type === 'divergent') this.fail(new Error(`${event.report.actor} said something else as it handled messages again`));
  }
  async crashOf(): Promise<null> {
    return null;
  }
  lost(reason: string): void {
    this.fail(new Error(reason));
  }
}

/** The application of world.ts, running. */
class Game<H extends HostOfPorts> {
  finished: (result: { rounds: number; wrong: number }) => void = () => {};
  /** Time on the clock of relay's VM at which relay sent this. */
  finishedAt = 0;
  woken: () => void = () => {};
  private readonly probe;

  private constructor(
    readonly host: H,
    private readonly until: TestedHost<H>['until'],
    readonly listener: Attentive,
    readonly js: VmHandle,
    public wasm: VmHandle,
  ) {
    openTimerPort(host.vm, host.timers);
    this.probe = host.vm.openPort<typeof probe>(probe, {
      onFinished: (result, { sentAt }) => {
        this.finishedAt = sentAt;
        this.finished(result);
      },
      onWoken: () => this.woken(),
    });
  }

  static async start<H extends HostOfPorts>(host: H, until: TestedHost<H>['until']): Promise<Game<H>> {
    const listener = new Attentive();
    const [js, wasm] = await Promise.all([host.startVm('js', listener), host.startVm('wasm', listener)]);
    const game = new Game(host, until, listener, js, wasm);
    await host.connect(host.local, js);
    await game.connectWasm(wasm);
    await js.control.spawn({ party: 'relay', epoch: 1, options: {} });
    await game.spawnMirror(1);
    await Promise.all(game.vms.map(({ control }) => control.begin()));
    return game;
  }

  private get vms(): readonly VmHandle[] {
    return [this.host.local, this.js, this.wasm];
  }

  async connectWasm(wasm: VmHandle): Promise<void> {
    this.wasm = wasm;
    await Promise.all([this.host.connect(this.host.local, wasm), this.host.connect(this.js, wasm)]);
  }

  /** Mirror is in the Wasm VM, or beside relay where there is no WebAssembly. */
  async spawnMirror(epoch: number): Promise<void> {
    const vm = this.host.capabilities.wasm ? this.wasm : this.js;
    const isThere = (await vm.control.health()).some(({ actor }) => actor === 'mirror');
    if (!isThere) await vm.control.spawn({ party: 'mirror', epoch, options: {} });
    const routes = [
      [relay.address, 'js'],
      [mirror.address, vm.name],
      [probe.address, 'host'],
      [desk.address, 'js'],
      [timer.address, 'host'],
    ] as const;
    await Promise.all(this.vms.map((each) => each.control.setRoutes(routes)));
  }

  play(rounds: number, bytes: number): Promise<{ rounds: number; wrong: number }> {
    const result = new Promise<{ rounds: number; wrong: number }>((resolve) => {
      this.finished = resolve;
    });
    this.probe.send(relay.receives.start, { rounds, bytes });
    return this.until(this.host, Promise.race([result, this.listener.failure]));
  }

  ask(deadlineMs: number): Promise<{ asked: number }> {
    return this.until(this.host, this.probe.request(desk.receives.ask, { keep: false }, { deadlineMs }));
  }

  /** Keeps relay's thread busy, so that nothing can be sent from there. */
  toil(milliseconds: number): void {
    this.probe.send(relay.receives.toil, { milliseconds });
  }

  wait(delayMs: number): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.woken = resolve;
    });
    this.probe.send(relay.receives.wait, { delayMs });
    return this.until(this.host, Promise.race([woken, this.listener.failure]));
  }

  async counters(): Promise<Record<string, VmCounters>> {
    return Object.fromEntries(await Promise.all(this.vms.map(async ({ name, control }) => [name, await control.counters()] as const)));
  }

  async end(): Promise<void> {
    await Promise.all(this.vms.map((vm) => vm.terminate()));
  }
}

export function hostConformance<H extends HostOfPorts>(name: string, tested: TestedHost<H>): void {
  describe(`host ${name}`, () => {
    describe.each(lesserDevicesOf(tested.capabilities))('%s', (_what, lacks) => {
      let game: Game<H>;
      beforeAll(async () => {
        game = await Game.start(tested.create({ ...tested.capabilities, ...lacks }), tested.until);
      });
      afterAll(() => game.end());

      it('carries all frames between the VMs, in order and unchanged', async () => {
        for (const { rounds, bytes } of BALL_GAMES) expect(await game.play(rounds, bytes)).toEqual({ rounds, wrong: 0 });
        const rounds = BALL_GAMES.reduce((sum, ball) => sum + ball.rounds, 0);
        const { host, js } = await game.counters();
        expect(js.sent).toMatchObject({ 'relay>mirror': rounds, 'relay>probe': BALL_GAMES.length });
        expect(js.handled).toMatchObject({ 'mirror>relay': rounds, 'probe>relay': BALL_GAMES.length });
        expect(js.duplicates + js.deadLetters + js.refused).toBe(0);
        // Frames between the two do not pass through the host.
        expect(Object.keys({ ...host.sent, ...host.handled }).sort()).toEqual(['probe>relay', 'relay>probe']);
      });

      it('gives actors time through the timer port', async () => {
        const from = game.host.clock.nowMicros();
        await game.wait(30);
        await game.wait(0);
        expect(game.host.clock.nowMicros() - from).toBeGreaterThanOrEqual(29_000);
      });

      it('receives messages of actors although the deadline of an answered request has passed', async () => {
        expect(await game.ask(DEADLINE_MS)).toEqual({ asked: 1 });
        game.toil(DEADLINE_MS + 50);
        expect(await game.play(1, 1)).toEqual({ rounds: 1, wrong: 0 });
        const { deaf } = (await game.counters()).host;
        expect(deaf).toBe(0);
      });

      it('has one clock for all VMs', async () => {
        for (let i = 0; i < 20; i++) {
          const before = game.host.clock.nowMicros();
          await game.play(1, 1);
          const after = game.host.clock.nowMicros();
          expect(game.finishedAt).toBeGreaterThanOrEqual(before);
          expect(game.finishedAt).toBeLessThanOrEqual(after);
        }
      });

      it('answers an impossible control call with a typed error', async () => {
        const failure = await game.js.control.spawn({ party: 'nobody', epoch: 1, options: {} }).catch((error) => error);
        expect(failure).toBeInstanceOf(ControlError);
        expect(failure).toMatchObject({ code: 'failed', vm: 'js', call: 'spawn' });
      });

      it('keeps the other VMs running when one is terminated, and starts it again', async () => {
        const { host, js, wasm } = game;
        await wasm.terminate();
        await expect(wasm.control.health()).rejects.toMatchObject({ name: 'ControlError', code: 'lost', vm: 'wasm' });
        expect((await js.control.health()).map(({ actor }) => actor)).toContain('relay');
        await expect(host.connect(js, wasm)).rejects.toMatchObject({ code: 'lost', vm: 'wasm', call: 'attach' });
        await game.connectWasm(await host.startVm('wasm', game.listener));
        await game.spawnMirror(2);
        expect(await game.play(10, 10)).toEqual({ rounds: 10, wrong: 0 });
      });

      it('serves control calls while frames keep arriving', async () => {
        void game.play(0xffff_ffff, 40).catch(() => {}); // rejects because its VMs are terminated first
        const handled = async () => (await game.counters()).js.handled['mirror>relay'];
        const before = await handled();
        // Without workers a control call is a plain call, so this turn lets the VMs run.
        while ((await handled()) < before + 1000) await new Promise((resolve) => setTimeout(resolve));
      });
    });

    it('does not load guests on a device without WebAssembly', async () => {
      const host = tested.create({ ...tested.capabilities, wasm: false });
      const vm = await host.startVm('wasm', new Attentive());
      await expect(vm.control.spawn({ party: 'mirror', epoch: 1, options: {} })).rejects.toMatchObject({ code: 'failed', call: 'spawn' });
      await Promise.all([vm.terminate(), host.local.terminate()]);
    });
  });
}
