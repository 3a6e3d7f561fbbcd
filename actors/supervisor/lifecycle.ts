/**
 * The beginning and the end of everything. First the VMs, their links, the routes, the actors; at the end the actors in reverse order of
 * their start, by the tree of supervisors, then the VMs.
 *
 * The catch: a VM that hangs cannot stop its other actors either. Then its thread is ended, instead of waiting for each of them.
 */
import type { Breakpoint } from '../contract/breakpoint.js';
import type { Host } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import type { StopOutcome, StopReport } from '../contract/states.js';
import type { CrashCauses } from './crash-causes.js';
import type { Debugging } from './debugging.js';
import type { Routing } from './directory.js';
import { codeOf, rethrowUnlessLost, StartError } from './errors.js';
import type { StopResult, SupervisedParty } from './party/party.js';
import { untilQuiet } from './quiet.js';
import type { SupervisedState } from './supervised-state.js';
import type { Supervision } from './supervision.js';
import type { SystemCommands } from './system-machine.js';
import { setTrapRate, type TrapRate } from './vm/vm-recovery.js';
import type { VmThreads } from './vm/vm-threads.js';

export interface LifecycleServices {
  readonly debugging: Debugging;
  readonly routing: Routing;
  readonly threads: VmThreads;
  readonly tree: Supervision;
  readonly crashes: CrashCauses;
  readonly host: Pick<Host, 'timers' | 'until'>;
}

export interface LifecycleOptions extends TrapRate {
  /** Breakpoints from the first message on. */
  readonly breakOn: readonly Breakpoint[];
}

export class Lifecycle implements SystemCommands {
  private readonly outcomes = new Map<string, StopOutcome>();

  constructor(
    private readonly services: LifecycleServices,
    private readonly state: SupervisedState,
    private readonly options: LifecycleOptions,
  ) {}

  async startVms(): Promise<void> {
    const { directory, changes } = this.state;
    await this.services.threads.startAll();
    for (const actor of directory.actors.values()) {
      const reason = actor.vm === 'wasm' ? directory.vms.guestFault(actor.name) : '';
      if (reason === '' || actor.replaceGuest(reason)) continue;
      changes.emit({ type: 'guest', actor: actor.name, reason, twin: null });
      throw new StartError('wasm', actor.name, reason);
    }
  }

  connect(): Promise<void> {
    return this.services.threads.connect();
  }

  route(): Promise<void> {
    return this.services.routing.publish();
  }

  async startActors(): Promise<void> {
    const { directory } = this.state;
    const { tree, debugging } = this.services;
    const handles = directory.vms.live.filter(({ status }) => !status.failedOver).map(({ handle }) => handle);
    await Promise.all(handles.map((handle) => setTrapRate(handle, this.options)));
    for (const breakpoint of this.options.breakOn) await (await debugging.load('what sets breakpoints')).breakOn(breakpoint);
    await tree.start();
    for (const { name, gone, status } of directory.actors.values()) if (gone) throw new StartError(status.vm, name, status.reason);
    directory.phase = 'up';
    await Promise.all(directory.vms.liveControls.map((control) => control.begin().catch(rethrowUnlessLost)));
  }

  abandon(): Promise<StopReport> {
    this.state.persistence.hold();
    return this.end();
  }

  async stop(): Promise<StopReport> {
    await untilQuiet(this.state.directory.vms, this.services.host);
    return this.end();
  }

  private async end(): Promise<StopReport> {
    const { directory, persistence } = this.state;
    const { threads, tree, crashes } = this.services;
    directory.phase = 'ending';
    const actors = [...directory.actors.values()].reverse();
    await tree.stop();
    // An actor that was down for its supervisor, or about to be, may still be in its VM.
    for (const actor of actors) await actor.stop();
    const report = actors.map(({ name, vm }) => ({ actor: name, outcome: this.outcomeOf(name, vm) }));
    for (const vm of [...directory.vms.all].reverse()) await vm.end('stop');
    await threads.release();
    await persistence.flush();
    crashes.end();
    return report;
  }

  private outcomeOf(actor: string, vm: VmName): StopOutcome {
    return this.outcomes.get(actor) ?? (this.state.directory.vms.find(vm)?.state === 'stopped' ? 'killed' : 'down');
  }

  /** Notes that an actor was stopped. */
  async stopped({ name, vm }: SupervisedParty, { outcome, error }: StopResult): Promise<void> {
    const { directory } = this.state;
    this.outcomes.set(name, outcome);
    const hangs = outcome === 'killed' && codeOf(error) === 'deadline';
    if (!hangs || directory.vms.find(vm)?.state === 'stopped') return;
    await directory.vms.find(vm)?.end('kill');
    for (const actor of directory.actors.values()) if (actor.vm === vm) actor.vmLost(`VM ${vm} did not answer and was ended`);
  }
}
