/** One run of a plan on the simulated host. */

import type { System } from '../actors/application/supervised-system.js';
import { type SystemOptions, startSystem } from '../actors/application/system.js';
import { ThreadEnd } from '../actors/contract/fault.js';
import type { ActorFactory } from '../actors/contract/instance.js';
import type { SupervisorSpec } from '../actors/supervisor/supervision.js';
import type { Vm } from '../actors/vm/vm.js';
import type { WorkerName } from '../host-shim/common/definition.js';
import { createSimHost, openTimerPort, type SimHost, type SimHostOptions } from '../host-shim/sim/index.js';
import { load } from '../host-shim/sim/load.js';
import { compileGuest, wasmActorFactory } from '../host-shim/wasm/guest.js';
import { readableMap } from '../host-shim/wasm/readable-map.js';
import { guestsIn, jsFactories, parties } from './application.js';
import { COURIER_NAMES, type CourierName, couriers } from './couriers.js';
import { Desk, type DeskRecord } from './desk.js';
import { collectEnding, type Ending, type Notes, restingAt } from './ending.js';
import { Hand } from './hand.js';
import { idOf } from './letters.js';
import { type Observer, observing } from './observed.js';
import type { Fault, Plan, PlannedCommand } from './plan.js';
import { desk as deskSchema } from './protocol/generated/index.js';

/** All faults are planned, so budgets are not tested here. */
const OFTEN = { intensity: 100_000, periodMs: 1_000 };
const SETTLE_STEP_MS = 150;
/** Five minutes: 9,000 frames of a flood, of which a third is refused for 30 ms one after another, take more than one. */
const SETTLE_STEPS_MAX = 2_000;
/** After the stop nothing may happen any more, except what was waiting for a time. */
const AFTERMATH_MS = 300_000;
const ROOM_MS = 5;

function supervisionOf({ group }: Plan): SupervisorSpec {
  const alone = COURIER_NAMES.filter((name) => !group?.members.includes(name));
  const together = group && { supervisor: 'group', strategy: group.strategy, children: group.members, ...OFTEN };
  return { supervisor: 'root', ...OFTEN, children: together ? [...alone, together] : alone };
}

/** The factories of the Wasm couriers, compiled once for all runs. */
export const loadWasmFactories = (folder: URL): Promise<ActorFactory[]> =>
  Promise.all(
    guestsIn(folder).map(async ({ schema, module, sourceMap }) => {
      const map = readableMap(new TextDecoder().decode(await load(sourceMap!)));
      return wasmActorFactory(schema, await compileGuest(await load(module)), map, parties);
    }),
  );

/** Small memories make a run cheap, and bound what it may send; so does a run without spare instances. */
export interface SimRunOptions extends Pick<SimHostOptions, 'ringBytes' | 'sessionBytes' | 'flightBytes' | 'spareInstances'> {
  /** Makes a recording of the run. */
  readonly record?: SystemOptions['record'];
  /** Attaches who looks on, before anything is sent. No virtual time passes meanwhile. */
  readonly watch?: (system: System) => Promise<unknown>;
}

export interface SimEnding extends Ending {
  readonly desk: DeskRecord;
  /** Number of trials of dead letters that were answered. */
  readonly trials: number;
}

class SimRun implements Observer, Notes {
  private readonly host: SimHost;
  private readonly hand: Hand;
  private readonly desk = new Desk();
  private system!: System;
  readonly problems: string[] = [];
  readonly poisoned: number[] = [];
  /** When the fault struck that an actor has not recovered from, in microseconds. */
  private readonly faultsAt = new Map<string, number>();
  readonly recoveriesMs: number[] = [];
  private trials = 0;
  private readonly doomed = new Set<string>();
  private readonly awaitedLosses: Extract<Fault, { kind: 'lossInRecovery' }>[] = [];
  private readonly record: SystemOptions['record'];
  private readonly attach: NonNullable<SimRunOptions['watch']>;

  constructor(
    private readonly plan: Plan,
    wasmFactories: readonly ActorFactory[],
    { record, watch, ...sizes }: SimRunOptions,
  ) {
    this.record = record;
    this.attach = watch ?? (async () => {});
    const definition = (actors: readonly ActorFactory[]) => ({ parties, actors, listener: observing(this) });
    const withDesk = (vm: Vm) => this.desk.open(vm);
    const js = { ...definition(jsFactories), ports: plan.desk?.vm === 'js' ? withDesk : undefined };
    const wasm = definition(wasmFactories);
    const painter = plan.desk?.vm === 'painter' ? { ...definition([]), ports: withDesk } : null;
    const { rate, microsMax } = plan.refusals;
    this.host = createSimHost({
      seed: plan.seed,
      parties,
      vms: { js: { load: async () => js }, wasm: { load: async () => wasm }, ...(painter && { painter: { load: async () => painter } }) },
      delay: { minMicros: 20, maxMicros: plan.delayMicrosMax },
      faults: { refuseRate: rate, refuseMicrosMax: microsMax },
      journalBytes: plan.journalBytes,
      ...sizes,
      capabilities: { wasm: true, workers: true, sharedMemory: plan.sharedMemory },
      console: 'off',
      onPortError: (port, error) => this.problems.push(`port ${port}: ${error instanceof Error ? error.stack : error}`),
    });
    openTimerPort(this.host.vm, this.host.timers);
    this.hand = new Hand(this.host.vm);
  }

  handled(actor: string): void {
    const at = this.faultsAt.get(actor);
    if (at !== undefined) this.recoveriesMs.push((this.host.kernel.now - at) / 1000);
    this.faultsAt.delete(actor);
    this.strikeDoomed(actor);
  }

  private strikeDoomed(actor: string): void {
    if (!this.doomed.delete(actor)) return;
    this.lose(this.vmOf(actor));
    throw new ThreadEnd('the thread has ended');
  }

  trapped(actor: string): void {
    if (!this.faultsAt.has(actor)) this.faultsAt.set(actor, this.host.kernel.now);
  }

  async play(): Promise<SimEnding> {
    this.system = await startSystem(this.host, {
      parties,
      actors: couriers.map((schema) => ({ schema, twins: { js: true, wasm: true }, options: { logs: 1 } })),
      placement: COURIER_NAMES.map((name) => `${name}=${this.plan.placement[name]}`).join(','),
      ...OFTEN,
      supervision: supervisionOf(this.plan),
      circuit: this.plan.failOverMs === null ? null : { intensity: 1, periodMs: 1_000, coolDownMs: this.plan.failOverMs },
      vmIntensity: OFTEN,
      portVms: { desk: this.deskVm },
      record: this.record,
    });
    this.watch();
    await this.attach(this.system);
    for (const { afterMs, faults, commands } of this.plan.steps) {
      if (afterMs > 0) await this.host.pass(afterMs);
      for (const fault of faults) await this.strike(fault);
      await this.hand.carryOut(commands, () => this.host.pass(ROOM_MS));
    }
    await this.settle();
    for (const commands of this.plan.desk ? [this.plan.desk.flush, this.plan.desk.last] : []) await this.sendAtRest(commands);
    const ending = await this.host.until(collectEnding(this.system, this.hand, this));
    await this.stop();
    return { ...ending, desk: this.desk.record, trials: this.trials };
  }

  private async sendAtRest(commands: readonly PlannedCommand[]): Promise<void> {
    await this.hand.carryOut(commands, () => this.host.pass(ROOM_MS));
    await this.settle();
  }

  private watch(): void {
    this.system.onChange((change) => {
      if (change.type === 'poisoned') this.poisoned.push(idOf(change.report.message.kind, change.report.message.firstBytes));
      if (change.type === 'crash' && change.report.party === deskSchema.name) this.desk.crashed(change.report);
      if (change.type !== 'vm') return;
      if (change.vm === this.deskVm && change.state === 'running') this.desk.record.recoveredAt = this.host.clock.nowMicros();
      const index = this.awaitedLosses.findIndex((fault) => fault.vm === change.vm && fault.state === change.state);
      if (index < 0) return;
      const [fault] = this.awaitedLosses.splice(index, 1);
      void this.loseAfter(fault.vm, fault.turns);
    });
  }

  private async loseAfter(vm: WorkerName, turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await null;
    this.lose(vm);
  }

  private get deskVm(): 'js' | 'painter' {
    return this.plan.desk?.vm ?? 'js';
  }

  private vmOf(actor: string): WorkerName {
    const status = this.system.actors.find((one) => one.actor === actor);
    return (status?.vm ?? this.plan.placement[actor as CourierName]) as WorkerName;
  }

  private running(vm: WorkerName): Vm | null {
    try {
      return this.host.vmOf(vm);
    } catch {
      return null;
    }
  }

  private lose(vm: WorkerName): void {
    if (!this.running(vm)) return;
    for (const actor of COURIER_NAMES) if (this.vmOf(actor) === vm) this.trapped(actor);
    this.host.lose(vm, 'its thread was ended');
  }

  private crash(actor: CourierName): void {
    this.running(this.vmOf(actor))
      ?.crash(actor)
      .catch(() => {});
  }

  private async strike(fault: Fault): Promise<void> {
    if (fault.kind === 'stop') await this.stopAndStart(fault.actor);
    if (fault.kind === 'trap' || fault.kind === 'trapAndLoss') this.crash(fault.actor);
    if (fault.kind === 'lossInHandler' || fault.kind === 'trapAndLoss') this.doomed.add(fault.actor);
    if (fault.kind === 'lossInRecovery') this.awaitedLosses.push(fault);
    if (fault.kind === 'loss' || fault.kind === 'lossInRecovery') this.lose(fault.vm);
    if (fault.kind === 'painterLoss') this.lose('painter');
    if (fault.kind === 'hang')
      this.running(this.vmOf(fault.actor))
        ?.hang(fault.actor)
        .catch(() => {});
    // What cannot move now, as one that is restarting or is there already, stays where it is.
    if (fault.kind === 'move') void this.system.moveActor(fault.actor, fault.vm).catch(() => {});
    if (fault.kind === 'trial') void this.tryLetter().catch(() => {});
    if (fault.kind === 'deskEnd') this.endDesk(fault.how);
    if (fault.kind === 'traps') this.trapOften(fault.vm, fault.rate, fault.forMs);
  }

  /** What is on its way to an actor that is stopped would become dead letters. */
  private async stopAndStart(actor: CourierName): Promise<void> {
    await this.settle();
    await this.host.until(this.system.stopActor(actor));
    await this.host.until(this.system.startActor(actor));
  }

  /** What kills traps in a trial, too. It rejects with a VM that is lost meanwhile, and for the desk, which cannot be copied. */
  private async tryLetter(): Promise<void> {
    const letter = (await this.system.deadLetters()).findLast(({ code }) => code === 'poisoned');
    if (!letter) return;
    const { trap, emitted } = await this.system.tryLetter(letter);
    if (trap === null || emitted.length > 0) this.problems.push(`message ${idOf(letter.kind, letter.frame)} does not trap in a trial`);
    this.trials++;
  }

  private endDesk(how: Extract<Fault, { kind: 'deskEnd' }>['how']): void {
    if (how === 'opening' || how === 'rejection') this.desk.order(how);
    else
      this.running(this.deskVm)
        ?.[how === 'trap' ? 'crash' : 'hang'](deskSchema.name)
        .catch(() => {});
  }

  private trapOften(vm: WorkerName, rate: number, forMs: number): void {
    void this.running(vm)?.setTrapRate(rate, this.plan.seed);
    this.host.kernel.schedule(forMs * 1000, () => void this.running(vm)?.setTrapRate(0, 0));
  }

  /** Waits until nothing moves any more. */
  private async settle(): Promise<void> {
    let before: number | null = null;
    for (let step = 0; step < SETTLE_STEPS_MAX; step++) {
      await this.host.pass(SETTLE_STEP_MS);
      const resting = await this.host.until(restingAt(this.system, this.hand));
      if (resting !== null && resting === before) return;
      before = resting;
    }
    this.problems.push('it does not come to rest');
  }

  private async stop(): Promise<void> {
    await this.host.until(this.system.stop());
    const until = this.host.kernel.now + AFTERMATH_MS * 1000;
    if (await this.host.kernel.run(() => this.host.kernel.now > until)) this.problems.push('something goes on after the stop');
  }
}

export const playSim = (plan: Plan, wasmFactories: readonly ActorFactory[], options: SimRunOptions = {}): Promise<SimEnding> =>
  new SimRun(plan, wasmFactories, options).play();
