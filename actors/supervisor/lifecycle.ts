/**
 * The beginning and the end of everything. First the VMs, their links, the routes, the actors; at the end the actors in reverse order of
 * their start, by the tree of supervisors, then the VMs.
 *
 * The catch: a VM that hangs cannot stop its other actors either. Then its thread is ended, instead of waiting for each of them.
 */
import { STOP_QUIET_MS } from '../../protocol/limits.js';
import type { Breakpoint } from '../contract/breakpoint.js';
import { inTime, type VmHandle } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import type { StopOutcome, StopReport } from '../contract/states.js';
import type { Debugging } from './debugging.js';
import type { Routing } from './directory.js';
import { codeOf, rethrowUnlessLost, StartError } from './errors.js';
import { writtenTo } from './party/moves.js';
import type { StopResult, SupervisedParty } from './party/party.js';
import type { SupervisedState } from './supervised-state.js';
import type { Supervision } from './supervision.js';
import { setTrapRate, type TrapRate } from './vm/vm-recovery.js';
import type { VmThreads } from './vm/vm-threads.js';

export interface LifecycleOptions extends TrapRate {
  /** Breakpoints from the first message on. */
  readonly breakOn: readonly (Breakpoint | string)[];
}

export class Lifecycle {
  private readonly outcomes = new Map<string, StopOutcome>();

  constructor(
    private readonly state: SupervisedState,
    private readonly options: LifecycleOptions,
    private readonly threads: VmThreads,
    private readonly tree: Supervision,
    private readonly routing: Routing,
    private readonly debugging: Debugging,
  ) {}

  async start(): Promise<void> {
    await this.threads.startAll();
    this.replaceGuests();
    await this.threads.connect();
    await this.routing.publish();
    await this.startActors();
  }

  /** @throws StartError */
  private replaceGuests(): void {
    const { directory, changes } = this.state;
    for (const actor of directory.actors.values()) {
      const reason = actor.vm === 'wasm' ? directory.vms.guestFault(actor.name) : '';
      if (reason === '' || actor.replaceGuest(reason)) continue;
      changes.emit({ type: 'guest', actor: actor.name, reason, twin: null });
      throw new StartError('wasm', actor.name, reason);
    }
  }

  private async startActors(): Promise<void> {
    const { directory } = this.state;
    const handles = directory.vms.live.filter(({ status }) => !status.failedOver).map(({ handle }) => handle);
    await Promise.all(handles.map((handle) => setTrapRate(handle, this.options)));
    for (const breakpoint of this.options.breakOn) await (await this.debugging.load('what sets breakpoints')).breakOn(breakpoint);
    await this.tree.start();
    for (const { name, gone, status } of directory.actors.values()) if (gone) throw new StartError(status.vm, name, status.reason);
    directory.phase = 'up';
    await Promise.all(directory.vms.liveControls.map((control) => control.begin().catch(rethrowUnlessLost)));
  }

  /** Ends everything at once, and writes no state: not everything had started, or the system has failed. Never rejects. */
  abandon(): Promise<StopReport> {
    this.state.persistence.hold();
    return this.end();
  }

  /** Lets what was sent be handled, then ends everything, actors in reverse order of their start. Never rejects. */
  async stop(): Promise<StopReport> {
    await untilQuiet(this.state);
    return this.end();
  }

  private async end(): Promise<StopReport> {
    const { directory, persistence } = this.state;
    directory.phase = 'ending';
    const actors = [...directory.actors.values()].reverse();
    // Their parties would wait for them.
    for (const vm of directory.vms.all) if (vm.status.retryMs !== undefined) await vm.end('stop');
    await this.tree.stop();
    // An actor that was down for its supervisor, or about to be, may still be in its VM.
    for (const actor of actors) await actor.stop();
    const report = actors.map(({ name, vm }) => ({ actor: name, outcome: this.outcomeOf(name, vm) }));
    for (const vm of [...directory.vms.all].reverse()) await vm.end('stop');
    await this.threads.release();
    await persistence.flush();
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

/** From an input to a picture a message leads to five others; and who sends for ever, as a frame clock does, holds nothing up. */
const HOPS_MAX = 6;

/**
 * Lets everything that was sent be handled: what is on its way arrives, is handled, and what that sends in turn as well, over and over until
 * nobody has handled anything more, within bounds. Never rejects: a VM that is lost, or does not become quiet, has had its time.
 */
async function untilQuiet({ host, directory: { vms } }: SupervisedState): Promise<void> {
  let late = false;
  const quiet = async () => {
    let before = -1;
    for (let hop = 0; hop < HOPS_MAX && !late; hop++) {
      const handled = await handledBy(vms.live.map(({ handle }) => handle));
      if (handled === before) return;
      before = handled;
    }
  };
  const bounded = inTime(host.timers, STOP_QUIET_MS, quiet(), () => new Error('not quiet')).catch(() => {
    late = true;
  });
  await (host.until?.(bounded) ?? bounded);
}

/** @returns how many frames were handled in all, once what is on its way now is among them */
async function handledBy(handles: readonly VmHandle[]): Promise<number> {
  const written = await Promise.all(handles.map(async ({ name, control }) => [name, await control.written()] as const));
  const handled = await Promise.all(handles.map(({ name, control }) => control.served(writtenTo(name, written))));
  return handled.reduce((sum, more) => sum + more, 0);
}
