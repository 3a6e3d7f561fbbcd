/** One actor under supervision: its machine, and what others see of it. */
import { type Actor, createActor, waitFor } from 'xstate';
import type { EndReason } from '../../../protocol/generated/system.js';
import type { RecoverySpec } from '../../contract/control.js';
import type { CrashReport } from '../../contract/events.js';
import { ControlError, type Host } from '../../contract/host.js';
import type { ActorOptions } from '../../contract/instance.js';
import type { ActorState, Side, TwinReason, TwinStatus, Twins } from '../../contract/states.js';
import { isA } from '../../contract/thrown.js';
import type { ActorStatus, ChangeFeed, SystemChange } from '../change-feed.js';
import { StartError, SupervisionError } from '../errors.js';
import type { Child, DropReason, Exit, Purpose, RestartKind } from '../tree/specification.js';
import type { Vms } from '../vm/supervised-vm.js';
import { type ActorCommands, actorMachine } from './actor-machine.js';
import type { CircuitLimits } from './circuit.js';
import { type BreakerPosition, type BreakerSubject, CircuitBreaker } from './circuit.js';
import type { PartyWatcher, StopResult, SupervisedParty } from './party.js';

export interface ActorSpecification {
  readonly actor: string;
  readonly address: number;
  /** VM in which it starts. */
  readonly vm: Side;
  /** Why it starts there. */
  readonly why: TwinReason;
  readonly twins: Twins;
  readonly restart: RestartKind;
  /** Whether its end, when it is not restarted, may end its supervisor. */
  readonly significant: boolean;
  readonly shutdownMs: number;
  readonly options: ActorOptions;
  /** Number of its implementation. */
  readonly version: number;
}

/** States in which nothing runs, and nothing will until it is started. */
const DOWN: readonly ActorState[] = ['idle', 'stopped', 'exhausted', 'failed', 'lost', 'removed'];
/** States in which it is down although nobody stopped it. */
const GONE: readonly ActorState[] = ['exhausted', 'failed', 'lost'];
const SETTLED: readonly ActorState[] = ['running', ...DOWN];

const isDown = (state: ActorState): boolean => DOWN.includes(state);

export interface SupervisedActorServices {
  readonly commands: ActorCommands;
  readonly host: Pick<Host, 'clock' | 'timers'>;
  readonly vms: Vms;
  /** Limits for actors that have both twins; null when no actor fails over. */
  readonly circuit: CircuitLimits | null;
  /** Whether a guest that cannot be run ends the start. */
  readonly strict: boolean;
  readonly changes: ChangeFeed;
  readonly watcher: PartyWatcher;
}

export class SupervisedActor implements SupervisedParty, BreakerSubject {
  /** Counts its restarts in Wasm, unless it could not fail over from there. */
  readonly breaker: CircuitBreaker | undefined;
  private readonly machine: Actor<typeof actorMachine>;
  private incarnation: Incarnation | undefined;
  /** Whether somebody has started it: otherwise it stays down when its supervisor starts its siblings. */
  private ordered = false;

  constructor(
    readonly specification: ActorSpecification,
    private readonly services: SupervisedActorServices,
  ) {
    const { commands, host, circuit, vms, watcher } = services;
    const { actor, vm, why, twins, restart, shutdownMs } = specification;
    const mayBeginInJavaScript = () => this.mayBeginInJavaScript;
    const clock = {
      setTimeout: (fn: () => void, delayMs: number) => host.timers.set(delayMs, fn),
      clearTimeout: (timer: unknown) => host.timers.clear(timer),
    };
    this.machine = createActor(actorMachine, { input: { actor, vm, why, mayBeginInJavaScript, restart, shutdownMs, commands }, clock });
    this.breaker = circuit && twins.js && twins.wasm ? new CircuitBreaker(circuit, host, vms, this) : undefined;
    let last: ActorStatus = this.status;
    this.machine.subscribe(({ value }) => {
      const before = last;
      last = this.status;
      if (last.state !== before.state || last.epoch !== before.epoch || last.vm !== before.vm) {
        if (last.state !== before.state) this.breaker?.changed(last.state === 'running');
        if (last.twin.why === 'guest' && before.twin.why !== 'guest') this.tellReplaced();
        watcher.partyChanged(this, before.state);
      }
      if (value === 'deciding') this.incarnation?.end(this.exit);
    });
    this.machine.start();
  }

  /** Reports that its guest cannot be run, so that it begins as its JavaScript twin. */
  private tellReplaced(): void {
    this.services.changes.emit({ type: 'guest', actor: this.name, reason: this.twin.detail, twin: 'js' });
  }

  get address(): number {
    return this.specification.address;
  }

  get name(): string {
    return this.specification.actor;
  }

  /** The machine leaves passing states in the same step, so they are never seen from outside. */
  get state(): ActorState {
    const { value } = this.machine.getSnapshot();
    return value === 'ending' || value === 'deciding' ? 'restarting' : (value as ActorState);
  }

  get down(): boolean {
    return isDown(this.state);
  }

  get routed(): boolean {
    return !this.down || this.state === 'idle';
  }

  /** Requests that it is working on survive its crashes and its VM. */
  readonly losesRequests = false;
  readonly inTree = true;

  get gone(): boolean {
    return GONE.includes(this.state);
  }

  /** Whether it has a JavaScript twin that can take over. */
  get canFailOver(): boolean {
    return this.specification.twins.js;
  }

  /** How the last incarnation ended; without meaning before one has. */
  get end(): EndReason {
    return this.machine.getSnapshot().context.end;
  }

  get spec(): RecoverySpec {
    const { actor, options, version } = this.specification;
    const { epoch, savedState } = this.machine.getSnapshot().context;
    return { party: actor, options, version, epoch, snapshot: savedState?.length ? savedState : undefined };
  }

  get status(): ActorStatus {
    const { vm, epoch, restarts, reason } = this.machine.getSnapshot().context;
    const { actor, address } = this.specification;
    return { actor, address, vm, state: this.state, epoch, restarts, reason, circuit: this.breaker?.state ?? null, twin: this.twin };
  }

  get change(): SystemChange & { readonly type: 'actor' } {
    return { type: 'actor', ...this.status };
  }

  get position(): BreakerPosition {
    return this.machine.getSnapshot().context;
  }

  private get twin(): TwinStatus {
    const { vm, twin } = this.machine.getSnapshot().context;
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
    const { end, reason } = this.machine.getSnapshot().context;
    return { reason: end === 'finished' ? 'normal' : 'error', detail: reason };
  }

  /**
   * Starts the next incarnation, or the first, for its supervisor. An incarnation that has ended again by then is returned all the same.
   * @returns null when the actor is down, and is to stay so
   * @throws StartError
   */
  async startIncarnation(): Promise<Child | null> {
    const wasDown = this.down;
    if (wasDown && this.state !== 'idle' && !this.ordered) return null;
    const failsOver = this.breaker?.start() ?? false;
    if (wasDown) this.machine.send({ type: 'start' });
    else this.machine.send(failsOver ? { type: 'failOver', to: 'js' } : { type: 'restart' });
    const { value, context } = await this.until(['running', 'deciding', ...DOWN]);
    if (!wasDown && isDown(value as ActorState)) return null;
    if (failsOver && context.end === 'failed') this.tellUntaken(context.error);
    if (context.end === 'failed' ? value !== 'running' : isDown(value as ActorState))
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
    this.ordered = true;
    try {
      await start();
    } finally {
      this.ordered = false;
    }
  }

  /** Its next start is without the state that it had. It is down. */
  forget(): void {
    this.machine.send({ type: 'forget' });
  }

  /** Takes the end of an incarnation. Only the current one counts: the report of any other is late, and is ignored. */
  ended(report: Pick<CrashReport, 'epoch' | 'reason' | 'restartsAs'>): void {
    const { epoch, reason, restartsAs } = report;
    this.machine.send({ type: 'ended', epoch, reason, restartsAs });
  }

  vmLost(reason: string): void {
    this.machine.send({ type: 'vmLost', reason });
  }

  /** VM in which it is now. */
  get vm(): Side {
    return this.machine.getSnapshot().context.vm;
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
  moved(epoch: number): boolean {
    if (this.state !== 'moving' || this.status.epoch !== epoch) return false;
    this.breaker?.landed();
    this.machine.send({ type: 'moved' });
    return true;
  }

  /**
   * Its VM is being started again: the actor goes on with its next incarnation when the VM has recovered.
   * @param end says whether this actor was the one that hung
   */
  vmRestarting(reason: string, end: EndReason): void {
    this.machine.send({ type: 'vmRestarting', reason, end });
  }

  vmRecovered(): void {
    this.machine.send({ type: 'recovered' });
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
    await this.services.watcher.partyStopped(this, result);
    return result;
  }

  /** Resolves once the actor runs or is down. */
  async settled(): Promise<ActorState> {
    const { value } = await this.until(SETTLED);
    return value as ActorState;
  }

  /** @returns the snapshot that was waited for: when the promise resolves, the machine may have gone on already */
  private until(states: readonly string[]) {
    return waitFor(this.machine, ({ value }) => states.includes(value as string));
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
