/**
 * Starts, watches and ends everything.
 *
 *   VM reports ended(report) ─> actor's machine ─> its supervisor in the tree: restart? ─> epoch + 1 ─> fence in every VM, restart in its VM
 *                                                           │ no
 *                                                           └─> stop in its VM (its requests fail as `ended`) ─> route taken away ─> system told
 */
import { type Actor, createActor, waitFor } from 'xstate';
import type { PartySchema } from '../../protocol/schema.js';
import type { Routes, VmControl } from '../contract/control.js';
import type { CrashReport } from '../contract/events.js';
import type { ControlError, Host } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import type { KeeperServices, StateKeeper } from '../contract/state-keeper.js';
import type { ActorState, PortState } from '../contract/states.js';
import type { CauseSources } from './cause-chain.js';
import { type ActorStatus, ChangeFeed, type PortStatus, type VmStatus } from './change-feed.js';
import type { CircuitLimits } from './circuit.js';
import { rethrowUnlessLost } from './control-failure.js';
import { CrashCauses } from './crash-causes.js';
import { StartError, SupervisionError } from './errors.js';
import type { Intensity } from './intensity.js';
import { Monitors } from './monitors.js';
import { Moves } from './move.js';
import { PartyCommands } from './party-commands.js';
import { Routing } from './routing.js';
import { Shutdown } from './shutdown.js';
import type { StopReport } from './stop-report.js';
import { type ActorSpecification, isDown, type StopResult, SupervisedActor } from './supervised-actor.js';
import { type SupervisedPort, supervisePorts } from './supervised-ports.js';
import { SupervisedVms } from './supervised-vms.js';
import { Supervision } from './supervision.js';
import type { SupervisorSpec } from './supervisor-spec.js';
import { type Escalation, type SystemCommands, type SystemState, systemMachine } from './system-machine.js';
import type { Exit } from './tree/child.js';
import { ExhaustedError } from './tree/errors.js';
import { tellParties, whyLost } from './vm-parties.js';
import { VmReports } from './vm-reports.js';

export interface SupervisorOptions {
  /** VMs to start besides the host's own. */
  readonly vms: readonly Exclude<VmName, 'host'>[];
  /** In the order of their start. */
  readonly actors: readonly ActorSpecification[];
  /** All actors and ports of the application. */
  readonly parties: readonly PartySchema[];
  /** Where ports live that are not in the host's VM, by name. */
  readonly portVms: Readonly<Record<string, VmName>>;
  /** Who supervises whom. */
  readonly tree: SupervisorSpec;
  /** How often a supervisor may restart its children, unless the tree says otherwise; and how often each port may be restarted. */
  readonly intensity: Intensity;
  /** When actors fail over from Wasm to JavaScript; null when they do not. */
  readonly circuit: CircuitLimits | null;
  readonly keepStates: (services: KeeperServices) => StateKeeper;
  /** A guest that cannot be run ends the start, although its actor has another twin. */
  readonly strict: boolean;
  readonly escalation: Escalation;
  /** How often each VM may be started again. */
  readonly vmIntensity: Intensity;
  /** A VM that is busy for so long without progress hangs. */
  readonly hangMs: number;
  /** Called for each VM once it is linked and routed, before its ports may send. */
  readonly prepare: (control: VmControl, vm: VmName) => Promise<void>;
}

export class Supervisor implements CauseSources {
  readonly changes: ChangeFeed;
  private readonly vms: SupervisedVms;
  private readonly actors: Map<string, SupervisedActor>;
  private readonly ports: ReadonlyMap<string, SupervisedPort>;
  private readonly machine: Actor<typeof systemMachine>;
  private readonly moves: Moves;
  private readonly orders: PartyCommands;
  readonly persistence: StateKeeper;
  private readonly monitors: Monitors;
  private readonly crashes: CrashCauses;
  private readonly supervision: Supervision;
  private readonly shutdown: Shutdown;
  private readonly routing: Routing;
  /** Why it gave up, and everything ends; empty when it did not. */
  failure = '';
  /** Every actor has run. */
  private started = false;
  /** Actors that have begun as their JavaScript twins since their guests cannot be run. */
  private readonly replaced = new Set<string>();

  constructor(
    private readonly host: Host,
    private readonly options: SupervisorOptions,
  ) {
    this.changes = new ChangeFeed(host.timers, host.clock);
    this.persistence = options.keepStates({
      timers: host.timers,
      snapshot: async (actor) => this.controlOf(actor).snapshot(actor),
      tell: (change) => this.changes.emit({ type: 'storage', ...change }),
    });
    const onFailure = (error: ControlError) => this.changes.emit({ type: 'control', error });
    this.routing = new Routing(
      () => this.routes,
      () => this.vms.liveControls,
      onFailure,
    );
    this.moves = new Moves({ vms: () => this.vms.all, reroute: () => this.routing.again(), onFailure });
    this.orders = new PartyCommands({
      control: (vm) => this.vms.named(vm).control,
      settled: (vm) => this.vms.named(vm).settled(),
      liveControls: () => this.vms.liveControls,
      actor: (name) => this.actor(name),
      reroute: () => this.routing.again(),
      persistence: this.persistence,
      moves: this.moves,
    });
    this.monitors = new Monitors({
      parties: options.parties,
      runs: (address) => this.runs(address),
      tell: (watcher, notice) => host.local.control.tellEnded(watcher, notice).catch(onFailure),
    });
    this.crashes = new CrashCauses({
      nowMicros: () => host.clock.nowMicros(),
      isPort: (address) => [...this.ports.values()].some((port) => port.address === address),
      downBy: (address) => this.parties.find(({ status, down }) => status.address === address && down)?.end,
    });
    const reports = new VmReports({
      vms: () => this.vms,
      persistence: this.persistence,
      causes: this,
      crashes: this.crashes,
      ended: (report) => this.ended(report),
      emit: (change) => this.changes.emit(change),
    });
    this.vms = new SupervisedVms({
      host,
      names: options.vms,
      intensity: options.vmIntensity,
      hangMs: options.hangMs,
      failsOver: options.circuit !== null,
      prepare: options.prepare,
      up: () => this.up,
      listener: (vm) => reports.listener(vm),
      routes: () => this.routes,
      actorsIn: (vm) => this.actorsIn(vm),
      portsIn: (vm) => this.portsIn(vm),
      onStatus: (status) => this.vmChanged(status),
    });
    this.actors = new Map(options.actors.map((specification) => [specification.actor, this.superviseActor(specification)]));
    this.ports = supervisePorts({
      parties: options.parties,
      vms: options.portVms,
      intensity: options.intensity,
      nowMicros: () => host.clock.nowMicros(),
      commands: (port, address, vm) => this.orders.ofPort(port, address, vm),
      onStatus: (port, before) => this.portChanged(port, before),
    });
    this.supervision = new Supervision({
      host,
      tree: options.tree,
      intensity: options.intensity,
      actor: (name) => this.actor(name),
      exhaustion: options.escalation === 'degrade' ? 'degrade' : 'escalate',
      onExhausted: () => {
        if (this.stopsOnExhaustion) this.persistence.hold();
      },
      onEnding: (exit) => this.rootEnding(exit),
    });
    this.shutdown = new Shutdown({
      actors: () => [...this.actors.values()],
      vms: () => this.vms.all,
      endTree: () => this.supervision.stop(),
      release: async (vms) => {
        await this.vms.release(vms);
        await this.persistence.flush();
      },
    });
    this.machine = createActor(systemMachine, { input: { escalation: options.escalation, commands: this.systemCommands() } });
    let last: SystemState = this.state;
    this.machine.subscribe(({ value }) => {
      if (value === 'stopped' || value === 'abandoned') this.crashes.end();
      if (this.state === last) return;
      last = this.state;
      this.changes.emit({ type: 'system', state: last });
    });
    this.machine.start();
    host.listen(reports.listener('host'));
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
      ({ value }) => value === 'abandoned' || value === 'stopping' || value === 'stopped' || (typeof value === 'object' && 'up' in value),
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

  isPort(name: string): boolean {
    return this.ports.has(name);
  }

  /** Control of the VM where an actor or port runs. @throws SupervisionError, or ControlError `lost` */
  controlOf(name: string): VmControl {
    return this.vms.named(this.ports.get(name)?.vm ?? this.actor(name).vm).control;
  }

  /** Waits while the actor or port restarts. @throws SupervisionError */
  settled(name: string): Promise<ActorState | PortState> {
    return (this.ports.get(name) ?? this.actor(name)).settled();
  }

  get liveControls(): readonly VmControl[] {
    return this.vms.liveControls;
  }

  /** Undefined when no such VM runs. */
  liveControl(name: VmName): VmControl | undefined {
    return this.vms.liveControl(name);
  }

  get actorStatuses(): readonly ActorStatus[] {
    return [...this.actors.values()].map((actor) => actor.status);
  }

  get portStatuses(): readonly PortStatus[] {
    return [...this.ports.values()].map((port) => port.status);
  }

  get vmStatuses(): readonly VmStatus[] {
    return this.vms.statuses;
  }

  private superviseActor(specification: ActorSpecification): SupervisedActor {
    const { timers, clock } = this.host;
    const actor: SupervisedActor = new SupervisedActor(specification, {
      commands: this.orders.ofActor(specification),
      timers,
      clock,
      circuit: this.options.circuit,
      runs: (vm) => this.liveControl(vm) !== undefined,
      wasmFailedOver: () => this.vms.wasmFailedOver,
      guestFault: () => this.vms.unfit.find((guest) => guest.actor === specification.actor)?.reason ?? '',
      strict: this.options.strict,
      onStatus: (status, before) => this.actorChanged(status, before),
      onStop: async (result) => (this.ending ? this.shutdown.note(actor, result) : undefined),
    });
    return actor;
  }

  private ended(report: CrashReport): void {
    this.orders.noteLast(report.address, report.lastSequence);
    (this.ports.get(report.party) ?? this.actors.get(report.party))?.ended(report);
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
    if (status.state !== 'running') this.moves.callOff(`VM ${status.vm} is ${status.state}`);
    const parties = [...this.actorsIn(status.vm), ...this.portsIn(status.vm)];
    if (status.state === 'restarting' || status.state === 'lost')
      for (const { name, status: its, down } of parties) if (!down) this.crashes.vmLost({ party: name, ...its }, whyLost(status));
    if (!tellParties(status, parties, this.vms.recovery.culpritIn(status.vm))) return;
    this.tally();
    if (this.ending) return;
    this.routing.again();
    this.escalate(whyLost(status));
  }

  private portChanged(port: SupervisedPort, before: PortState): void {
    const { status, down } = port;
    this.notice(port, status);
    this.changes.emit({ type: 'port', ...status });
    if (status.state === before) return;
    this.tally();
    if (down && !this.ending) this.routing.again();
    if (status.state === 'exhausted') this.escalate(`port ${status.port}: ${status.reason}`);
  }

  private actorChanged(status: ActorStatus, before: ActorState): void {
    this.notice(this.actor(status.actor), status);
    if (status.state === 'removed') this.actors.delete(status.actor);
    if (status.twin.why === 'guest' && !this.replaced.has(status.actor)) {
      this.replaced.add(status.actor);
      this.tellUnfit(status.actor, status.twin.detail, 'js');
    }
    this.changes.emit({ type: 'actor', ...status });
    if (status.state === before) return;
    if (status.state === 'running') this.permit(status);
    if (status.state === 'running' && before !== 'starting') this.persistence.note(status.actor);
    this.tally();
    if (isDown(status.state) && !this.ending) this.routing.again();
    if (status.state === 'lost' && !this.ending) this.supervision.leaveDown(status.actor);
    if (before === 'lost' && status.state === 'recovering') this.supervision.takeBack(status.actor);
  }

  /** The root of the tree ends by itself: its budget is exhausted, or its significant actors have ended. */
  private rootEnding({ detail }: Exit): void {
    if (detail instanceof ExhaustedError) this.escalate(detail.message);
    else if (!this.ending) this.machine.send({ type: 'stop' });
  }

  /** Nothing below the system is left to decide: here, and only here, begins what its `escalation` says. */
  private escalate(reason: string): void {
    if (this.stopsOnExhaustion) {
      this.failure ||= reason;
      this.persistence.hold();
    }
    this.machine.send({ type: 'exhausted' });
  }

  private get stopsOnExhaustion(): boolean {
    return this.options.escalation === 'stop';
  }

  /** Ends an actor by order. It stays down, whatever its restart kind, until it is started. @throws SupervisionError */
  async stopActor(name: string): Promise<StopResult> {
    const result = await this.actor(name).stop();
    await this.supervision.leaveDown(name);
    return result;
  }

  /** @throws SupervisionError, StartError */
  async startActor(name: string): Promise<void> {
    await this.actor(name).start(() => this.supervision.startActor(name));
  }

  /** Whether its VM may restart an actor at once, and tell afterwards: what would be decided must be known in advance. */
  private maySelfRestart(actor: SupervisedActor): boolean {
    return !this.ending && actor.state === 'running' && this.supervision.wouldRestartAlone(actor.name);
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
    return this.parties.some(({ state, status }) => status.address === address && state === 'running');
  }

  private get parties(): readonly (SupervisedPort | SupervisedActor)[] {
    return [...this.ports.values(), ...this.actors.values()];
  }

  /** A VM that is lost now is started again. */
  private get up(): boolean {
    return this.started && !this.ending;
  }

  /** Routes are left alone while everything ends: what is stopped answers for itself, and the VMs go next. */
  private get ending(): boolean {
    const { value } = this.machine.getSnapshot();
    return value === 'stopping' || value === 'stopped' || value === 'abandoning' || value === 'abandoned';
  }

  private actorsIn(vm: VmName): readonly SupervisedActor[] {
    return [...this.actors.values()].filter((actor) => actor.vm === vm);
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
    };
    this.machine.send({ type: 'tallied', tally });
  }

  private systemCommands(): SystemCommands {
    return {
      startVms: () => this.startVms(),
      connect: () => this.vms.connect(),
      route: () => this.routing.publish(),
      startActors: () => this.startActors(),
      stop: () => this.shutdown.run(),
      abandon: () => {
        this.persistence.hold();
        return this.shutdown.run();
      },
    };
  }

  private async startVms(): Promise<void> {
    await this.vms.start();
    for (const actor of this.actorsIn('wasm')) {
      const guest = this.vms.unfit.find((unfit) => unfit.actor === actor.name);
      if (!guest || actor.replaceGuest(guest.reason)) continue;
      this.tellUnfit(actor.name, guest.reason, null);
      throw new StartError('wasm', actor.name, guest.reason);
    }
  }

  private tellUnfit(name: string, reason: string, twin: 'js' | null): void {
    this.changes.emit({ type: 'guest', actor: name, reason, twin });
  }

  private async startActors(): Promise<void> {
    for (const vm of this.vms.all) if (vm.live && !vm.status.failedOver) await this.options.prepare(vm.control, vm.name);
    await this.supervision.start();
    for (const { name, gone, status } of this.actors.values()) if (gone) throw new StartError(status.vm, name, status.reason);
    this.started = true;
    await Promise.all(this.liveControls.map((control) => control.begin().catch(rethrowUnlessLost)));
  }

  private get routes(): Routes {
    const ports = [...this.ports.values()].filter((port) => !port.down);
    const actors = [...this.actors.values()].filter((actor) => !actor.down || actor.state === 'idle');
    return [...ports, ...actors.map(({ status }) => status)].map(({ address, vm }) => [address, vm]);
  }
}
