/**
 * Decides what happens to VMs, actors and ports; each decision becomes a command to a VM.
 *
 *   VM reports `ended` ─> actor's machine ─> its supervisor in the tree: restart? ─> epoch + 1 ─> fence in every VM, restart in its VM
 *                                                   │ no
 *                                                   └─> stop in its VM (its requests fail as `ended`) ─> route taken away ─> system told
 */
import { type Actor, createActor, waitFor } from 'xstate';
import { CONTROL_DEADLINE_MS } from '../../protocol/limits.js';
import type { PartySchema } from '../../protocol/schema.js';
import type { VmName } from '../contract/instance.js';
import type { ActorState, PortState, StopReport, SystemState } from '../contract/states.js';
import { CrashCauses } from './crash-causes.js';
import { Debugging } from './debugging.js';
import { Routing } from './directory.js';
import { Lifecycle, type LifecycleOptions } from './lifecycle.js';
import { Monitors } from './monitors.js';
import type { CircuitLimits } from './party/circuit.js';
import { Moves } from './party/moves.js';
import type { PartyWatcher, StopResult, SupervisedParty } from './party/party.js';
import { CommandsOfParty } from './party/party-commands.js';
import type { PartySpecification } from './party/party-machine.js';
import { type ActorSpecification, SupervisedActor } from './party/supervised-actor.js';
import { SupervisedPort } from './party/supervised-port.js';
import type { SupervisedState } from './supervised-state.js';
import { type RootWatcher, Supervision, type SupervisionOptions } from './supervision.js';
import { systemMachine } from './system-machine.js';
import { ExhaustedError } from './tree/restarts.js';
import type { Exit } from './tree/specification.js';
import { VmRecovery } from './vm/vm-recovery.js';
import { VmReports } from './vm/vm-reports.js';
import { type LossWatcher, type ThreadOptions, VmThreads } from './vm/vm-threads.js';

export interface SupervisorOptions extends SupervisionOptions, ThreadOptions, LifecycleOptions {
  /** In the order of their start. */
  readonly actors: readonly ActorSpecification[];
  /** VMs of ports that are not in the host's VM, by name. */
  readonly portVms: Readonly<Record<string, VmName>>;
  /** When actors fail over from Wasm to JavaScript; null when they never do. */
  readonly circuit: CircuitLimits | null;
  /** Whether a guest that cannot be run ends the start, even if its actor has another twin. */
  readonly strict: boolean;
}

export class Supervisor implements PartyWatcher, RootWatcher, LossWatcher {
  readonly debugging: Debugging;
  private readonly routing: Routing;
  private readonly monitors: Monitors;
  private readonly tree: Supervision;
  private readonly lifecycle: Lifecycle;
  private readonly machine: Actor<typeof systemMachine>;
  /** Why the supervisor failed, and everything ends; empty when it did not. */
  failure = '';

  constructor(
    private readonly shared: SupervisedState,
    private readonly options: SupervisorOptions,
  ) {
    const { host, directory, changes } = shared;
    const { vms } = directory;
    this.routing = new Routing(directory, changes);
    this.monitors = new Monitors(directory, host.local.control, changes);
    this.debugging = new Debugging(host, directory, changes);
    const { routing, debugging } = this;
    const moves = new Moves(vms, routing, changes);
    const crashes = new CrashCauses(directory, host.clock, host.timers);
    const recovery = new VmRecovery(shared, options, debugging);
    const reports = new VmReports(shared, routing, crashes, debugging);
    const threads = new VmThreads(shared, options, options.circuit !== null, { crashes, moves, recovery, reports }, this);
    this.addParties(moves);
    this.tree = new Supervision(host, options, directory, this);
    this.lifecycle = new Lifecycle(shared, options, threads, this.tree, routing, debugging);
    this.machine = createActor(systemMachine, { input: { escalation: options.escalation, commands: this.lifecycle, directory } });
    this.run();
    host.listen(reports.listener('host'));
  }

  private addParties(moves: Moves): void {
    const { host, directory, changes, persistence } = this.shared;
    const { actors, circuit, strict, intensity, portVms } = this.options;
    const services = { directory, routing: this.routing, persistence, moves };
    for (const specification of actors) {
      const commands = new CommandsOfParty(specification, services);
      const actor = new SupervisedActor(specification, { commands, host, vms: directory.vms, circuit, strict, changes, watcher: this });
      directory.actors.set(actor.name, actor);
    }
    for (const port of directory.schemas.filter(({ role }) => role === 'port')) {
      const specification = portSpecification(port, portVms[port.name] ?? 'host');
      const commands = new CommandsOfParty(specification, services);
      directory.ports.set(port.name, new SupervisedPort(specification, commands, host, intensity, this));
    }
  }

  private run(): void {
    const { directory, changes } = this.shared;
    this.machine.subscribe(({ value }) => {
      const { state } = this;
      if (state === directory.systemState) return;
      directory.systemState = state;
      // What stands does not come to an end.
      if (state === 'stopping' || value === 'abandoning') void this.debugging.end();
      changes.emit({ type: 'system', state });
    });
    this.machine.start();
  }

  get state(): SystemState {
    const { value } = this.machine.getSnapshot();
    if (typeof value === 'object') return value.up as SystemState;
    return value === 'idle' ? 'starting' : value === 'abandoning' || value === 'abandoned' ? 'failed' : value;
  }

  /** @throws StartError, or the ControlError of a link or route; then nothing is left running */
  async start(): Promise<void> {
    this.machine.send({ type: 'start' });
    const { value, context } = await waitFor(
      this.machine,
      ({ value }) => value === 'abandoned' || value === 'stopping' || value === 'stopped' || typeof value === 'object',
    );
    if (value === 'abandoned') throw context.error;
  }

  /** Ends everything. Every call returns the same report. */
  async stop(): Promise<StopReport> {
    if (!this.ending) this.machine.send({ type: 'stop' });
    const { context } = await waitFor(this.machine, ({ value }) => value === 'stopped');
    return context.report;
  }

  /** Stops an actor. It stays down, whatever its restart kind, until it is started. @throws SupervisionError */
  async stopActor(name: string): Promise<StopResult> {
    const result = await this.shared.directory.actor(name).stop();
    await this.tree.leaveDown(name);
    return result;
  }

  /** @throws SupervisionError, StartError */
  async startActor(name: string): Promise<void> {
    await this.shared.directory.actor(name).start(() => this.tree.startActor(name));
  }

  partyChanged(party: SupervisedParty, before: ActorState | PortState): void {
    const { directory, changes, persistence } = this.shared;
    const { name, state } = party;
    this.noticeEnd(party);
    if (state === 'removed') directory.actors.delete(name);
    changes.emit(party.change);
    if (state === before) return;
    if (state === 'running' && before !== 'starting') persistence.note(name);
    this.machine.send({ type: 'changed' });
    if (party.down && !this.ending) this.routing.again();
    if (party.inTree) this.childChanged(party, before);
    else if (state === 'exhausted') this.escalate(`${party.change.type} ${name}: ${party.status.reason}`);
  }

  private childChanged(child: SupervisedParty, before: ActorState | PortState): void {
    const { name, state } = child;
    if (state === 'running') this.permit(child);
    if (state === 'lost' && !this.ending) this.tree.leaveDown(name);
    if (before === 'lost' && state === 'recovering') this.tree.takeBack(name);
  }

  async partyStopped(party: SupervisedParty, result: StopResult): Promise<void> {
    if (this.ending) await this.lifecycle.stopped(party, result);
  }

  partiesLost(why: string): void {
    this.machine.send({ type: 'changed' });
    if (this.ending) return;
    this.routing.again();
    this.escalate(why);
  }

  rootExhausted(): void {
    if (this.stopsOnExhaustion) this.shared.persistence.hold();
  }

  /** The root of the tree ends by itself: its budget is exhausted, or its significant actors have ended. */
  rootEnding({ detail }: Exit): void {
    if (detail instanceof ExhaustedError) this.escalate(detail.message);
    else if (!this.ending) this.machine.send({ type: 'stop' });
  }

  /** Nothing below the system is left to decide: only here begins what its `escalation` says. */
  private escalate(reason: string): void {
    if (this.stopsOnExhaustion) {
      this.failure ||= reason;
      this.shared.persistence.hold();
    }
    this.machine.send({ type: 'exhausted' });
  }

  private get stopsOnExhaustion(): boolean {
    return this.options.escalation === 'stop';
  }

  private get ending(): boolean {
    return this.shared.directory.ending;
  }

  /** Allows its VM to restart it at once, and tell afterwards. So the decision must be known in advance. */
  private permit({ name, vm, status: { epoch } }: SupervisedParty): void {
    if (this.ending || !this.tree.wouldRestartAlone(name)) return;
    // A VM that does not get the permit asks first.
    this.shared.directory.vms
      .liveControl(vm)
      ?.permit(name, epoch + 1)
      .catch(() => {});
  }

  /** An incarnation has ended when its party is down, or has the epoch of the next. */
  private noticeEnd({ address, down, end, state, status: { epoch } }: SupervisedParty): void {
    this.monitors.ended(address, down ? epoch : epoch - 1, end);
    if (state === 'running') this.monitors.up(address);
  }
}

const portSpecification = ({ name: party, address }: PartySchema, vm: VmName): PartySpecification => ({
  party,
  address,
  vm,
  twin: { side: 'js', why: 'configured', detail: '' },
  restart: 'permanent',
  shutdownMs: CONTROL_DEADLINE_MS,
  options: {},
});
