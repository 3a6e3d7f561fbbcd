/** One actor under supervision: its machine, and what it is to others. */
import { type Actor, createActor, waitFor } from 'xstate';
import type { EndReason } from '../../protocol/generated/system.js';
import type { RecoverySpec } from '../contract/control.js';
import type { CrashReport } from '../contract/events.js';
import type { Host } from '../contract/host.js';
import type { ActorOptions } from '../contract/instance.js';
import type { ActorState, Side, TwinReason, TwinStatus, Twins } from '../contract/states.js';
import { type ActorCommands, actorMachine } from './actor-machine.js';
import type { ActorStatus, ChangeFeed, SystemChange } from './change-feed.js';
import type { CircuitLimits } from './circuit.js';
import { type BreakerPosition, type BreakerSubject, CircuitBreaker } from './circuit.js';
import { StartError, SupervisionError } from './errors.js';
import type { PartyWatcher, StopResult, SupervisedParty } from './party.js';
import type { Vms } from './supervised-vm.js';
import type { Child, Exit, Purpose } from './tree/child.js';
import type { DropReason, RestartKind } from './tree/specification.js';

export interface ActorSpecification {
  readonly actor: string;
  readonly address: number;
  /** Where it starts. */
  readonly vm: Side;
  /** Why there. */
  readonly why: TwinReason;
  readonly twins: Twins;
  readonly restart: RestartKind;
  /** Its end, when it is not restarted, may end its supervisor. */
  readonly significant: boolean;
  readonly shutdownMs: number;
  readonly options: ActorOptions;
}

/** Nothing runs, and nothing will without an order. */
const DOWN: readonly ActorState[] = ['idle', 'stopped', 'exhausted', 'failed', 'lost', 'removed'];
/** Down, and nobody ordered it. */
const GONE: readonly ActorState[] = ['exhausted', 'failed', 'lost'];
const SETTLED: readonly ActorState[] = ['running', ...DOWN];

const isDown = (state: ActorState): boolean => DOWN.includes(state);

export interface SupervisedActorServices {
  readonly commands: ActorCommands;
  readonly host: Pick<Host, 'clock' | 'timers'>;
  readonly vms: Vms;
  /** Of actors that have both twins; null when none of them fails over. */
  readonly circuit: CircuitLimits | null;
  /** A guest that cannot be run ends the start. */
  readonly strict: boolean;
  readonly changes: ChangeFeed;
  readonly watcher: PartyWatcher;
}

export class SupervisedActor implements SupervisedParty, BreakerSubject {
  /** What counts its restarts in Wasm, unless it could not fail over from there. */
  readonly breaker: CircuitBreaker | undefined;
  private readonly machine: Actor<typeof actorMachine>;
  private incarnation: Incarnation | undefined;
  /** It is started by order: otherwise it stays down when its supervisor starts its siblings. */
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

  /** Its guest cannot be run: it begins as its JavaScript twin. */
  private tellReplaced(): void {
    this.services.changes.emit({ type: 'guest', actor: this.name, reason: this.twin.detail, twin: 'js' });
  }

  get address(): number {
    return this.specification.address;
  }

  get name(): string {
    return this.specification.actor;
  }

  /** Passing states are never seen from outside: the machine leaves them in the same step. */
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

  /** What it has in hand outlives its crashes and its VM. */
  readonly losesRequests = false;
  readonly inTree = true;

  get gone(): boolean {
    return GONE.includes(this.state);
  }

  /** It has a JavaScript twin that can take over. */
  get canFailOver(): boolean {
    return this.specification.twins.js;
  }

  /** How the last incarnation ended; of no meaning before one has. */
  get end(): EndReason {
    return this.machine.getSnapshot().context.end;
  }

  get spec(): RecoverySpec {
    const { actor, options } = this.specification;
    const { epoch, savedState } = this.machine.getSnapshot().context;
    return { party: actor, options, epoch, snapshot: savedState };
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

  /** Before it has a state anywhere: one that has run fails over. */
  private get mayBeginInJavaScript(): boolean {
    const { strict, vms } = this.services;
    return this.specification.twins.js && !strict && !vms.wasmFailedOver && vms.runs('js');
  }

  /** Its guest cannot be run. @returns whether it is to begin as its JavaScript twin */
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
   * The next incarnation, or the first, as its supervisor wants it. One that has ended again by then is started nevertheless.
   * @returns null when it is down, and is to stay so
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
    if (context.end === 'failed' ? value !== 'running' : isDown(value as ActorState))
      throw new StartError(this.vm, this.name, context.reason, { cause: context.error });
    this.incarnation = new Incarnation(this);
    // It may have ended again since it was seen to run.
    if (this.machine.getSnapshot().value === 'deciding') this.incarnation.end(this.exit);
    return this.incarnation;
  }

  /** @param start has its supervisor start it. @throws SupervisionError when it is not down */
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

  /** The end of an incarnation; one that is not the current one was reported late and is ignored. */
  ended(report: Pick<CrashReport, 'epoch' | 'reason' | 'restartsAs'>): void {
    const { epoch, reason, restartsAs } = report;
    this.machine.send({ type: 'ended', epoch, reason, restartsAs });
  }

  vmLost(reason: string): void {
    this.machine.send({ type: 'vmLost', reason });
  }

  /** Where it is now. */
  get vm(): Side {
    return this.machine.getSnapshot().context.vm;
  }

  /**
   * Takes it to the VM of its other twin; waits while it restarts. Resolves when it runs there.
   * @throws SupervisionError when it does not run or has no such twin, ControlError, ActorTrap: it stays where it was
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

  /** The VM where it moves is its own from now on, with the next epoch. @returns false when its present epoch is another, or it moves no longer */
  moved(epoch: number): boolean {
    if (this.state !== 'moving' || this.status.epoch !== epoch) return false;
    this.breaker?.landed();
    this.machine.send({ type: 'moved' });
    return true;
  }

  /** Its VM is being started again: it goes on with its next incarnation when the VM has recovered. @param end whether it was this one that hung */
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

  /** Ends the incarnation so that the next can follow. Resolves when it has ended, or its VM was lost and recovers it, which is as good. */
  async suspend(): Promise<void> {
    await this.until(['running', 'deciding', ...DOWN]);
    this.machine.send({ type: 'end' });
    await waitFor(this.machine, ({ value }) => value !== 'ending');
  }

  /** Ends it as if its work were done. Resolves when it is down, or runs again because it is permanent. */
  async finish(): Promise<void> {
    if (this.state !== 'running') throw new SupervisionError('state', this.name, `cannot be finished while it is ${this.state}`);
    this.machine.send({ type: 'finish' });
    await this.settled();
  }

  /** Resolves when it is down. */
  async stop(): Promise<StopResult> {
    if (this.down) return { outcome: 'down' };
    this.machine.send({ type: 'stop' });
    const { context } = await this.until(DOWN);
    const result: StopResult = context.clean ? { outcome: 'stopped' } : { outcome: 'killed', error: context.error };
    await this.services.watcher.partyStopped(this, result);
    return result;
  }

  /** Resolves once it runs or is down. */
  async settled(): Promise<ActorState> {
    const { value } = await this.until(SETTLED);
    return value as ActorState;
  }

  /** @returns the snapshot that was waited for: the machine may have gone on when the promise resolves */
  private until(states: readonly string[]) {
    return waitFor(this.machine, ({ value }) => states.includes(value as string));
  }
}

/** One incarnation as a child of its supervisor. That its VM was lost and recovers it, or that it is stopped by order, is no end of its own. */
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

  /** Its VM may take as long as for any stop; what it does then is for the supervisor of VMs. */
  async kill(): Promise<void> {
    await this.actor.stop();
    this.end({ reason: 'killed' });
  }
}
