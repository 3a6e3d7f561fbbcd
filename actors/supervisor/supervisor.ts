/**
 * Starts, watches and ends everything, one for one: an actor that ends is restarted alone, the others go on.
 *
 *   VM reports ended(report) ─> actor's machine: within its budget? ─> epoch + 1 ─> fence in every VM, restart in its VM
 *                                        │ no
 *                                        └─> stop in its VM (its requests fail as `ended`) ─> route taken away ─> system told
 *
 * Invariant: a route leads only to a port whose VM is there, or an actor that is up, on its way up, or not yet started. Routes change in one place (`publishRoutes`), one
 * publication after another, and each one sends what is true when it starts.
 */
import { type Actor, createActor, waitFor } from 'xstate';
import type { PartySchema } from '../../protocol/schema.js';
import type { CrashReport, Routes, VmControl } from '../control.js';
import { firstSequenceOf } from '../gate.js';
import { ControlError, type Host, type VmHandle, type VmListener } from '../host.js';
import type { VmName } from '../instance.js';
import { Persistence, type PersistentActors, type StartState } from '../persistence/persistence.js';
import type { ActorCommands, ActorState } from './actor-machine.js';
import { type CauseSources, withCauses } from './cause-chain.js';
import { type ActorStatus, ChangeFeed, type PortStatus, type SystemChange, type VmStatus } from './change-feed.js';
import { codeOf, rethrowUnlessLost } from './control-failure.js';
import { withPosition } from './crash-position.js';
import { StartError, SupervisionError } from './errors.js';
import type { Intensity } from './intensity.js';
import { Monitors } from './monitors.js';
import type { PortCommands, PortState } from './port-machine.js';
import type { StopReport } from './stop-report.js';
import { type ActorSpecification, isDown, SupervisedActor } from './supervised-actor.js';
import { type SupervisedPort, supervisePorts } from './supervised-ports.js';
import { SupervisedVm } from './supervised-vm.js';
import { type Escalation, type SystemCommands, type SystemState, systemMachine } from './system-machine.js';
import { VmCare } from './vm-care.js';
import type { VmCommands } from './vm-machine.js';
import { VmRecovery } from './vm-recovery.js';

export interface SupervisorOptions {
  /** VMs to start besides the host's own. */
  readonly vms: readonly Exclude<VmName, 'host'>[];
  /** In the order of their start. */
  readonly actors: readonly ActorSpecification[];
  /** All actors and ports of the application. */
  readonly parties: readonly PartySchema[];
  /** Where ports live that are not in the host's VM, by name. */
  readonly portVms: Readonly<Record<string, VmName>>;
  readonly persistent: PersistentActors;
  readonly escalation: Escalation;
  /** How often each port may be restarted. */
  readonly portIntensity: Intensity;
  /** How often each VM may be started again. */
  readonly vmIntensity: Intensity;
  /** A VM that is busy for so long without progress hangs. */
  readonly hangMs: number;
  /** Called for each VM once it is linked and routed, before its ports may send. */
  readonly prepare: (control: VmControl, vm: VmName) => Promise<void>;
}

export class Supervisor implements CauseSources {
  readonly changes: ChangeFeed;
  private readonly vms: readonly SupervisedVm[];
  private readonly actors: Map<string, SupervisedActor>;
  private readonly ports: ReadonlyMap<string, SupervisedPort>;
  private readonly machine: Actor<typeof systemMachine>;
  /** Per address, the last frame that an ended incarnation has sent. */
  private readonly lastSequences = new Map<number, number>();
  private readonly recovery: VmRecovery;
  readonly persistence: Persistence;
  private readonly monitors: Monitors;
  private readonly care: VmCare;
  private routing: Promise<void> = Promise.resolve();

  constructor(
    private readonly host: Host,
    private readonly options: SupervisorOptions,
  ) {
    this.changes = new ChangeFeed(host.timers, host.clock);
    this.persistence = new Persistence(options.persistent, {
      timers: host.timers,
      snapshot: async (actor) => this.controlOf(actor).snapshot(actor),
      tell: (change) => this.changes.emit({ type: 'storage', ...change }),
    });
    this.monitors = new Monitors({
      parties: options.parties,
      runs: (address) => this.runs(address),
      tell: (watcher, notice) => this.attempt(host.local.control.tellEnded(watcher, notice)),
    });
    this.care = new VmCare(host, options.hangMs, (vm, notice, reason) => this.recovery.hung(vm, notice, reason));
    const startLocal = async () => host.local;
    const local = this.superviseVm('host', { start: startLocal, restart: startLocal, mayRestart: () => false, recover: async () => {} });
    this.vms = [local, ...options.vms.map((name) => this.superviseVm(name, this.vmCommands(name)))];
    this.recovery = new VmRecovery({
      host,
      vms: () => this.vms,
      routes: () => this.routes,
      actorsIn: (vm) => this.actorsIn(vm),
      portsIn: (vm) => this.portsIn(vm),
      prepare: options.prepare,
    });
    this.actors = new Map(options.actors.map((specification) => [specification.actor, this.superviseActor(specification)]));
    this.ports = supervisePorts({
      parties: options.parties,
      vms: options.portVms,
      intensity: options.portIntensity,
      nowMicros: () => host.clock.nowMicros(),
      commands: (port, address, vm) => this.portCommands(port, address, vm),
      onStatus: (port, before) => this.portChanged(port, before),
    });
    this.machine = createActor(systemMachine, { input: { escalation: options.escalation, commands: this.systemCommands() } });
    let last: SystemState = this.state;
    this.machine.subscribe(() => {
      if (this.state === last) return;
      last = this.state;
      this.changes.emit({ type: 'system', state: last });
    });
    this.machine.start();
  }

  get state(): SystemState {
    const { value } = this.machine.getSnapshot();
    if (typeof value === 'object') return 'up' in value ? (value.up as SystemState) : 'starting';
    return value === 'idle' ? 'starting' : value === 'stopping' || value === 'stopped' ? value : 'failed';
  }

  /** @throws StartError, or the ControlError of a link or route; nothing is left running then */
  async start(): Promise<void> {
    this.machine.send({ type: 'start' });
    const { value, context } = await waitFor(
      this.machine,
      ({ value }) => value === 'abandoned' || (typeof value === 'object' && 'up' in value),
    );
    if (value === 'abandoned') throw context.error;
  }

  /** Ends everything. The same report on every call. */
  async stop(): Promise<StopReport> {
    if (!this.ending) this.machine.send({ type: 'stop' });
    const { context } = await waitFor(this.machine, ({ value }) => value === 'stopped');
    return context.report;
  }

  /** @throws SupervisionError `unknown` */
  actor(name: string): SupervisedActor {
    const actor = this.actors.get(name);
    if (!actor) throw new SupervisionError('unknown', name, 'there is none');
    return actor;
  }

  /** @throws SupervisionError `unknown` */
  port(name: string): SupervisedPort {
    const port = this.ports.get(name);
    if (!port) throw new SupervisionError('unknown', name, 'there is none');
    return port;
  }

  /** Control of the VM where an actor or port runs. @throws SupervisionError, or ControlError `lost` */
  controlOf(name: string): VmControl {
    return this.vm(this.ports.get(name)?.vm ?? this.actor(name).specification.vm).control;
  }

  /** Waits while the actor or port restarts. @throws SupervisionError */
  settled(name: string): Promise<ActorState | PortState> {
    return (this.ports.get(name) ?? this.actor(name)).settled();
  }

  get liveControls(): readonly VmControl[] {
    return this.vms.filter((vm) => vm.live).map((vm) => vm.control);
  }

  /** Undefined when no such VM runs. */
  liveControl(name: VmName): VmControl | undefined {
    return this.vms.find((vm) => vm.name === name && vm.live)?.control;
  }

  get actorStatuses(): readonly ActorStatus[] {
    return [...this.actors.values()].map((actor) => actor.status);
  }

  get portStatuses(): readonly PortStatus[] {
    return [...this.ports.values()].map((port) => port.status);
  }

  get vmStatuses(): readonly VmStatus[] {
    return this.vms.map((vm) => vm.status);
  }

  private vm(name: VmName): SupervisedVm {
    const vm = this.vms.find((candidate) => candidate.name === name);
    if (!vm) throw new ControlError('lost', name, 'control', 'the VM was never started');
    return vm;
  }

  private superviseVm(name: VmName, commands: VmCommands): SupervisedVm {
    const { clock } = this.host;
    const limits = { intensity: this.options.vmIntensity, nowMicros: () => clock.nowMicros() };
    return new SupervisedVm(name, commands, limits, (status) => this.vmChanged(status));
  }

  private vmCommands(name: Exclude<VmName, 'host'>): VmCommands {
    return {
      start: () => this.startVm(name, false),
      mayRestart: () => this.up,
      restart: () => this.startAgain(name),
      recover: (handle) => this.recovery.recover(this.vm(name), handle),
    };
  }

  private async startVm(name: Exclude<VmName, 'host'>, again: boolean): Promise<VmHandle> {
    const listener = this.listener(name);
    const handle = await this.host.startVm(name, listener, again);
    this.care.started(handle, listener);
    return handle;
  }

  private async startAgain(name: Exclude<VmName, 'host'>): Promise<VmHandle> {
    const handle = await this.startVm(name, true);
    if (this.up) return handle;
    await handle.terminate();
    throw new ControlError('lost', name, 'start', 'everything is being stopped');
  }

  private superviseActor(specification: ActorSpecification): SupervisedActor {
    const { clock, timers } = this.host;
    return new SupervisedActor(
      specification,
      this.actorCommands(specification),
      () => clock.nowMicros(),
      timers,
      (status, before) => this.actorChanged(status, before),
    );
  }

  private listener(vm: VmName): VmListener {
    let present = true;
    return {
      ended: (report) => {
        if (present) {
          this.lastSequences.set(report.address, report.lastSequence);
          (this.ports.get(report.actor) ?? this.actors.get(report.actor))?.ended(report);
        }
        this.report(report, (whole) => ({ type: 'crash', report: whole }));
      },
      hung: (report) => {
        this.recovery.reported(vm);
        this.report(report, (whole) => ({ type: 'crash', report: whole }));
      },
      poisoned: (report, frame) => this.report(report, (whole) => ({ type: 'poisoned', report: whole, frame })),
      changed: (actor) => this.persistence.note(actor),
      checkpoint: async (bytes) => {
        // One of a former incarnation that comes late covers less than the memory still has.
        if (present) this.recovery.keep(vm, bytes);
      },
      lost: (reason) => {
        present = false;
        this.vm(vm).lose(reason);
      },
    };
  }

  /** Told once its causes are known from all VMs, and its position; the restart does not wait for that. */
  private async report(report: CrashReport, change: (whole: CrashReport) => SystemChange): Promise<void> {
    await null; // the order to restart leaves first
    const [{ causes }, { position }] = await Promise.all([withCauses(report, this), withPosition(report, this.liveControl(report.vm))]);
    this.changes.emit(change({ ...report, causes, position }));
  }

  /** Name of the actor at an address, for a call that says so when there is none. */
  nameAt(address: number): string {
    return this.options.parties.find((party) => party.address === address)?.name ?? `at address ${address}`;
  }

  addressOf(name: string): number | undefined {
    return this.options.parties.find((party) => party.name === name)?.address;
  }

  controlAt(address: number): VmControl | undefined {
    const vm = new Map(this.routes).get(address);
    return vm && this.liveControl(vm);
  }

  private vmChanged(status: VmStatus): void {
    this.changes.emit({ type: 'vm', ...status });
    this.care.changed(status);
    const parties = [...this.actorsIn(status.vm), ...this.portsIn(status.vm)];
    if (status.state === 'restarting') for (const party of parties) party.vmRestarting(`VM ${status.vm} was lost: ${status.reason}`);
    if (status.state === 'running') for (const party of parties) party.vmRecovered();
    if (status.state !== 'lost') return;
    for (const party of parties) party.vmLost(`VM ${status.vm} was lost: ${status.reason}`);
    this.tally();
    if (!this.ending) this.reroute();
  }

  private portChanged(port: SupervisedPort, before: PortState): void {
    const { status } = port;
    this.notice(port, status);
    this.changes.emit({ type: 'port', ...status });
    if (status.state === before) return;
    this.tally();
    if (port.down && !this.ending) this.reroute();
    if (status.state === 'exhausted') this.machine.send({ type: 'exhausted', actor: port.name });
  }

  private actorChanged(status: ActorStatus, before: ActorState): void {
    this.notice(this.actor(status.actor), status);
    if (status.state === 'removed') this.actors.delete(status.actor);
    this.changes.emit({ type: 'actor', ...status });
    if (status.state === before) return;
    if (status.state === 'running') this.permit(status);
    if (status.state === 'running' && before !== 'starting') this.persistence.note(status.actor);
    this.tally();
    if (isDown(status.state) && !this.ending) this.reroute();
    if (status.state === 'exhausted') this.machine.send({ type: 'exhausted', actor: status.actor });
  }

  /** Whether its VM may restart an actor at once, and tell afterwards: what would be decided must be known in advance. */
  private maySelfRestart(actor: SupervisedActor): boolean {
    return !this.ending && actor.restartable;
  }

  private permit({ actor, epoch, vm }: ActorStatus): void {
    if (!this.maySelfRestart(this.actor(actor))) return;
    // What it does not hear of it asks about.
    this.liveControl(vm)
      ?.permit(actor, epoch + 1)
      .catch(() => {});
  }

  /** An incarnation has ended when its actor or port is down, or has the epoch of the next. */
  private notice({ down, end }: SupervisedActor | SupervisedPort, { address, epoch, state }: ActorStatus | PortStatus): void {
    this.monitors.ended(address, down ? epoch : epoch - 1, end);
    if (state === 'running') this.monitors.up(address);
  }

  private runs(address: number): boolean {
    return [...this.ports.values(), ...this.actors.values()].some(({ state, status }) => status.address === address && state === 'running');
  }

  private get up(): boolean {
    const { value } = this.machine.getSnapshot();
    return typeof value === 'object' && 'up' in value;
  }

  /** Routes are left alone while everything ends: what is stopped answers for itself, and the VMs go next. */
  private get ending(): boolean {
    const { value } = this.machine.getSnapshot();
    return value === 'stopping' || value === 'stopped' || value === 'abandoning' || value === 'abandoned';
  }

  private actorsIn(vm: VmName): readonly SupervisedActor[] {
    return [...this.actors.values()].filter((actor) => actor.specification.vm === vm);
  }

  private portsIn(vm: VmName): readonly SupervisedPort[] {
    return [...this.ports.values()].filter((port) => port.vm === vm);
  }

  private tally(): void {
    const actors = [...this.actors.values()];
    const tally = {
      actors: actors.length,
      actorsGone: actors.filter((actor) => actor.gone).length,
      portsGone: [...this.ports.values()].filter((port) => port.down).length,
      vmsGone: this.vms.filter((vm) => vm.state === 'lost').length,
    };
    this.machine.send({ type: 'tallied', tally });
  }

  private systemCommands(): SystemCommands {
    return {
      startVms: () => this.startVms(),
      connect: () => this.connect(),
      route: () => this.publishRoutes(),
      startActors: () => this.startActors(),
      stop: () => this.stopAll(),
    };
  }

  /** All at once: a worker takes long to start on a weak device. */
  private async startVms(): Promise<void> {
    const started = await Promise.allSettled(this.vms.map((vm) => vm.start()));
    for (const result of started) if (result.status === 'rejected') throw result.reason;
  }

  private async connect(): Promise<void> {
    for (let a = 0; a < this.vms.length; a++) {
      for (let b = a + 1; b < this.vms.length; b++) await this.host.connect(this.vms[a].handle, this.vms[b].handle);
    }
  }

  private async startActors(): Promise<void> {
    for (const vm of this.vms) if (vm.live) await this.options.prepare(vm.control, vm.name);
    for (const actor of this.actors.values()) await actor.start();
    for (const { name, gone, status } of this.actors.values()) if (gone) throw new StartError(status.vm, name, status.reason);
    await Promise.all(this.liveControls.map((control) => control.begin().catch(rethrowUnlessLost)));
  }

  private actorCommands({ actor, address, vm, options }: ActorSpecification): ActorCommands {
    const spawn = (epoch: number, state: StartState = {}) => this.vm(vm).control.spawn({ actor, epoch, options, ...state });
    return {
      spawn: async (epoch, envelope) => {
        if (epoch > 1) {
          await Promise.all([this.fence(address, epoch), this.reroute()]);
          this.assertWanted(actor, epoch);
        }
        await this.persistence.start(actor, envelope, (state) => spawn(epoch, state));
      },
      // At once: its own VM puts up the fence itself, and where the fence comes late the first frame of the new incarnation is the fence.
      restart: async (epoch, started) => {
        const { control } = this.vm(vm);
        await null; // in the host's thread the call would come within the report of the end
        await Promise.all([started || control.restart(actor, epoch), this.fence(address, epoch, control)]);
      },
      respawn: async (epoch) => {
        await this.fence(address, epoch);
        this.assertWanted(actor, epoch);
        await spawn(epoch);
      },
      stop: async () => {
        const envelope = await this.vm(vm).control.stop(actor);
        this.lastSequences.delete(address); // all that it has sent is its own
        this.persistence.leave(actor, envelope);
        return envelope;
      },
    };
  }

  private portCommands(port: string, address: number, vm: VmName): PortCommands {
    return {
      restart: async (epoch) => {
        const { control } = this.vm(vm);
        await null; // in the host's thread the call would come within the report of the end
        await Promise.all([control.restart(port, epoch), this.fence(address, epoch, control)]);
      },
      stop: async () => {
        await this.vm(vm).control.stop(port);
      },
      start: async (epoch) => {
        await Promise.all([this.fence(address, epoch), this.reroute()]);
        await this.vm(vm).control.spawn({ actor: port, epoch, options: {} });
      },
    };
  }

  /** A stop that came before its actor was there has found nobody to stop: the actor must not appear after it. */
  private assertWanted(name: string, epoch: number): void {
    const { state, status } = this.actor(name);
    if (status.epoch !== epoch || (state !== 'starting' && state !== 'restarting'))
      throw new SupervisionError('state', name, `is ${state}: its start was called off`);
  }

  /** A VM that is lost needs no fence: it reads nothing any more. */
  private async fence(address: number, epoch: number, except?: VmControl): Promise<void> {
    const lastSequence = this.lastSequences.get(address) ?? firstSequenceOf(epoch);
    const fenced = this.liveControls.filter((control) => control !== except);
    await Promise.all(fenced.map((control) => control.fence(address, epoch, lastSequence).catch(rethrowUnlessLost)));
  }

  private get routes(): Routes {
    const ports = [...this.ports.values()].filter((port) => !port.down).map(({ address, vm }) => [address, vm] as const);
    const up = [...this.actors.values()].filter((actor) => !actor.down || actor.state === 'idle');
    return [...ports, ...up.map(({ specification: { address, vm } }) => [address, vm] as const)];
  }

  private async publishRoutes(): Promise<void> {
    const { routes } = this;
    await Promise.all(this.liveControls.map((control) => control.setRoutes(routes).catch(rethrowUnlessLost)));
  }

  /** Never rejects: a VM that does not take its routes is reported. */
  private reroute(): Promise<void> {
    this.routing = this.attempt(this.routing.then(() => this.publishRoutes()));
    return this.routing;
  }

  private attempt(order: Promise<void>): Promise<void> {
    return order.catch((error) => this.changes.emit({ type: 'control', error }));
  }

  private async stopAll(): Promise<StopReport> {
    const report: StopReport[number][] = [];
    const killed = new Set<VmName>();
    for (const actor of [...this.actors.values()].reverse()) {
      const { vm } = actor.specification;
      const { outcome, error } = await actor.stop();
      report.push({ actor: actor.name, outcome: outcome === 'down' && killed.has(vm) ? 'killed' : outcome });
      if (outcome === 'killed' && codeOf(error) === 'deadline' && !killed.has(vm)) {
        killed.add(vm);
        await this.kill(vm);
      }
    }
    for (const vm of [...this.vms].reverse()) await vm.end('stop');
    await this.care.release(this.vms.map(({ name }) => name));
    await this.persistence.flush();
    return report;
  }

  /** A VM that hangs cannot stop its other actors either: its thread is ended, instead of waiting for each of them. */
  private async kill(vm: VmName): Promise<void> {
    await this.vm(vm).end('kill');
    for (const actor of this.actorsIn(vm)) actor.vmLost(`VM ${vm} did not answer and was ended`);
  }
}
