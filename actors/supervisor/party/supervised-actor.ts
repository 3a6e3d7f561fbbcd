/** One actor under supervision: what its machine does when somebody outside, or the tree, asks for something. */

import { waitFor } from 'xstate';
import type { Epoch } from '../../../protocol/names.js';
import { ControlError, type Host } from '../../contract/host.js';
import type { ActorState, Side, TwinStatus, Twins } from '../../contract/states.js';
import { isA } from '../../contract/thrown.js';
import type { ActorStatus, ChangeFeed, SystemChange } from '../change-feed.js';
import { StartError, SupervisionError } from '../errors.js';
import type { Child, DropReason, Exit, Purpose } from '../tree/specification.js';
import type { Vms } from '../vm/supervised-vm.js';
import { type BreakerPosition, type BreakerSubject, CircuitBreaker, type CircuitLimits } from './circuit.js';
import { DOWN, type PartyWatcher, SETTLED, type StopResult, SupervisedParty } from './party.js';
import type { PartyCommands, PartySpecification } from './party-machine.js';

export interface ActorSpecification extends PartySpecification {
  readonly vm: Side;
  readonly twins: Twins;
  /** Whether its end, when it is not restarted, may end its supervisor. */
  readonly significant: boolean;
}

export interface SupervisedActorServices {
  readonly commands: PartyCommands;
  readonly host: Pick<Host, 'clock' | 'timers'>;
  readonly vms: Vms;
  /** Limits for actors that have both twins; null when no actor fails over. */
  readonly circuit: CircuitLimits | null;
  /** Whether a guest that cannot be run ends the start. */
  readonly strict: boolean;
  readonly changes: ChangeFeed;
  readonly watcher: PartyWatcher;
}

export class SupervisedActor extends SupervisedParty implements BreakerSubject {
  /** Requests that it is working on survive its crashes and its VM. */
  readonly losesRequests = false;
  readonly inTree = true;
  /** Counts its restarts in Wasm, unless it could not fail over from there. */
  readonly breaker: CircuitBreaker | undefined;
  private incarnation: Incarnation | undefined;
  /** Whether somebody has started it: otherwise it stays down when its supervisor starts its siblings. */
  private commanded = false;

  constructor(
    readonly specification: ActorSpecification,
    private readonly services: SupervisedActorServices,
  ) {
    const { commands, host, circuit, vms, watcher } = services;
    super({ ...specification, commands, startsAgain: false, mayBeginInJavaScript: () => this.mayBeginInJavaScript }, host.timers, watcher);
    const { js, wasm } = specification.twins;
    this.breaker = circuit && js && wasm ? new CircuitBreaker(circuit, host, vms, this) : undefined;
    this.noticed();
    this.machine.subscribe(({ value }) => {
      const before = this.noticed() as ActorStatus | null;
      if (before) this.changed(before);
      if (value === 'deciding') this.incarnation?.end(this.exit);
    });
    this.machine.start();
  }

  private changed(before: ActorStatus): void {
    const { state, twin } = this;
    if (state !== before.state) this.breaker?.changed(state === 'running');
    if (twin.why === 'guest' && before.twin.why !== 'guest')
      this.services.changes.emit({ type: 'guest', actor: this.name, reason: twin.detail, twin: 'js' });
    this.watcher.partyChanged(this, before.state);
  }

  /** Whether it has a JavaScript twin that can take over. */
  get canFailOver(): boolean {
    return this.specification.twins.js;
  }

  get status(): ActorStatus {
    const { epoch, restarts, reason } = this.context;
    const { name: actor, address, vm, state, twin } = this;
    return { actor, address, vm, state, epoch, restarts, reason, circuit: this.breaker?.state ?? null, twin };
  }

  get change(): SystemChange & { readonly type: 'actor' } {
    return { type: 'actor', ...this.status };
  }

  get position(): BreakerPosition {
    return this.context;
  }

  private get twin(): TwinStatus {
    const { vm, twin } = this.context;
    if (vm !== 'wasm' || !this.services.vms.wasmFailedOver) return twin;
    return { side: 'js', why: 'vm', detail: 'the Wasm VM has failed over to JavaScript' };
  }

  /** Only before it has a state anywhere: an actor that has run fails over instead. */
  private get mayBeginInJavaScript(): boolean {
    const { strict, vms } = this.services;
    return this.specification.twins.js && !strict && !vms.wasmFailedOver && vms.runs('js');
  }

  /** Takes the news that its guest cannot be run. @returns whether it is to begin as its JavaScript twin */
  replaceGuest(reason: string): boolean {
    if (!this.mayBeginInJavaScript) return false;
    this.machine.send({ type: 'replace', reason });
    return true;
  }

  private get exit(): Exit {
    const { end, reason } = this.context;
    return { reason: end === 'finished' ? 'normal' : 'error', detail: reason };
  }

  /**
   * Starts the next incarnation, or the first, for its supervisor. An incarnation that has ended again by then is returned all the same.
   * @returns null when the actor is down, and is to stay so
   * @throws StartError
   */
  async startIncarnation(): Promise<Child | null> {
    const wasDown = this.down;
    if (wasDown && this.state !== 'idle' && !this.commanded) return null;
    const failsOver = this.breaker?.start() ?? false;
    if (wasDown) this.machine.send({ type: 'start' });
    else this.machine.send(failsOver ? { type: 'failOver', to: 'js' } : { type: 'restart' });
    const { value, context } = await this.until(['running', 'deciding', ...DOWN]);
    if (!wasDown && DOWN.includes(value as ActorState)) return null;
    if (failsOver && context.end === 'failed') this.tellUntaken(context.error);
    if (context.end === 'failed' ? value !== 'running' : DOWN.includes(value as ActorState))
      throw new StartError(this.vm, this.name, context.reason, { cause: context.error });
    this.incarnation = new Incarnation(this);
    // It may have ended again after it was seen running.
    if (this.machine.getSnapshot().value === 'deciding') this.incarnation.end(this.exit);
    return this.incarnation;
  }

  /** Its twin did not take over, perhaps since its code did not load. That a VM is lost is told otherwise. */
  private tellUntaken(error: unknown): void {
    if (isA(error, ControlError) && error.code !== 'lost') this.services.changes.controlFailed(error);
  }

  /** @param start makes its supervisor start it. @throws SupervisionError when it is not down */
  async start(start: () => Promise<unknown>): Promise<void> {
    if (!this.down || this.state === 'removed')
      throw new SupervisionError('state', this.name, `cannot be started while it is ${this.state}`);
    this.commanded = true;
    try {
      await start();
    } finally {
      this.commanded = false;
    }
  }

  /** Its next start is without the state that it had. It is down. */
  forget(): void {
    this.machine.send({ type: 'forget' });
  }

  /**
   * Moves it to the VM of its other twin; waits while it restarts. Resolves when it runs there.
   * @throws SupervisionError when it does not run or has no such twin, ControlError, ActorTrap: then it stays where it was
   */
  move(to: Side): Promise<void> {
    return this.travel(to, () => this.breaker?.reset());
  }

  goBack(begin: () => void): Promise<void> {
    return this.travel('wasm', begin);
  }

  private async travel(to: Side, begin: () => void): Promise<void> {
    if (!this.specification.twins[to]) throw new SupervisionError('state', this.name, `has no ${to} twin`);
    await this.settled();
    if (this.state !== 'running') throw new SupervisionError('state', this.name, `cannot be moved while it is ${this.state}`);
    if (this.vm === to) return;
    if (to === 'wasm' && this.services.vms.wasmFailedOver)
      throw new SupervisionError('state', this.name, 'cannot be moved to the Wasm VM, which has failed over to JavaScript');
    const fault = to === 'wasm' ? this.services.vms.guestFault(this.name) : '';
    if (fault) throw new SupervisionError('guest', this.name, `cannot be moved to Wasm, its guest cannot be run: ${fault}`);
    begin();
    this.machine.send({ type: 'move', to });
    const { context, value } = await this.until(SETTLED);
    if (context.vm !== to) throw context.error ?? new SupervisionError('state', this.name, `is ${value}: its move was called off`);
  }

  /** Makes the target VM its own, with the next epoch. @returns false when its present epoch is another, or it does not move any more */
  moved(epoch: Epoch): boolean {
    if (this.state !== 'moving' || this.status.epoch !== epoch) return false;
    this.breaker?.landed();
    this.machine.send({ type: 'moved' });
    return true;
  }

  /** Its supervisor will not start it again by itself. */
  drop(why: DropReason): void {
    if (this.state !== 'removed') this.machine.send({ type: 'drop', why });
  }

  /**
   * Ends the incarnation so that the next can follow. Resolves when it has ended, or when its VM was lost and recovers it, which is as
   * good.
   */
  async suspend(): Promise<void> {
    await this.until(['running', 'deciding', ...DOWN]);
    this.machine.send({ type: 'end' });
    await waitFor(this.machine, ({ value }) => value !== 'ending');
  }

  /** Ends the actor as if its work were done. Resolves when it is down, or runs again because it is permanent. */
  async finish(): Promise<void> {
    if (this.state !== 'running') throw new SupervisionError('state', this.name, `cannot be finished while it is ${this.state}`);
    this.machine.send({ type: 'finish' });
    await this.settled();
  }

  /** Resolves when the actor is down. */
  async stop(): Promise<StopResult> {
    if (this.down) return { outcome: 'down' };
    this.machine.send({ type: 'stop' });
    const { context } = await this.until(DOWN);
    const result: StopResult = context.clean ? { outcome: 'stopped' } : { outcome: 'killed', error: context.error };
    await this.watcher.partyStopped(this, result);
    return result;
  }
}

/**
 * One incarnation as a child of its supervisor. When its VM is lost and recovers it, or when somebody stops the actor, that is no end of
 * its own.
 */
class Incarnation implements Child {
  readonly ended: Promise<Exit>;
  end: (exit: Exit) => void = () => {};

  constructor(private readonly actor: SupervisedActor) {
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  async shutdown(purpose: Purpose): Promise<void> {
    await (purpose === 'restart' ? this.actor.suspend() : this.actor.stop());
    this.end({ reason: 'shutdown' });
  }
}
