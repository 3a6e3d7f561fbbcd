/** One port under supervision, wherever it lives: its machine, and what it is to others. */
import { type Actor, createActor, waitFor } from 'xstate';
import type { EndReason } from '../../protocol/generated/system.js';
import type { RecoverySpec } from '../contract/control.js';
import type { CrashReport } from '../contract/events.js';
import type { Clock } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import type { PortState } from '../contract/states.js';
import type { PortStatus, SystemChange } from './change-feed.js';
import { StartError, SupervisionError } from './errors.js';
import type { Intensity } from './intensity.js';
import type { PartyWatcher, SupervisedParty } from './party.js';
import { type PortCommands, portMachine } from './port-machine.js';

/** Nothing runs, and nothing will without an order. */
const DOWN: readonly PortState[] = ['exhausted', 'lost'];

export interface SupervisedPortServices {
  readonly commands: PortCommands;
  readonly clock: Clock;
  /** How often it may be restarted. */
  readonly intensity: Intensity;
  readonly watcher: PartyWatcher;
}

export class SupervisedPort implements SupervisedParty {
  private readonly machine: Actor<typeof portMachine>;

  constructor(
    private readonly schema: { readonly name: string; readonly address: number },
    readonly vm: VmName,
    { commands, clock, intensity, watcher }: SupervisedPortServices,
  ) {
    this.machine = createActor(portMachine, { input: { intensity, nowMicros: () => clock.nowMicros(), commands } });
    let last = this.status;
    this.machine.subscribe(() => {
      const before = last;
      last = this.status;
      if (last.state !== before.state || last.epoch !== before.epoch) watcher.partyChanged(this, before.state);
    });
    this.machine.start();
  }

  get name(): string {
    return this.schema.name;
  }

  get address(): number {
    return this.schema.address;
  }

  /** Passing states are never seen from outside: the machine leaves them in the same step. */
  get state(): PortState {
    return this.machine.getSnapshot().value as PortState;
  }

  get down(): boolean {
    return DOWN.includes(this.state);
  }

  get routed(): boolean {
    return !this.down;
  }

  readonly losesRequests = true;
  readonly inTree = false;

  /** A VM that has failed over opens no ports. */
  readonly canFailOver = false;

  /** How the last incarnation ended; of no meaning before one has. */
  get end(): EndReason {
    return this.machine.getSnapshot().context.end;
  }

  get status(): PortStatus {
    const { epoch, restarts, reason } = this.machine.getSnapshot().context;
    const { name, address, vm, state } = this;
    return { port: name, address, vm, state, epoch, restarts, reason };
  }

  get change(): SystemChange & { readonly type: 'port' } {
    return { type: 'port', ...this.status };
  }

  get spec(): RecoverySpec {
    return { party: this.name, epoch: this.status.epoch, options: {} };
  }

  /** The end of an incarnation; one that is not the current one was reported late and is ignored. */
  ended({ epoch, reason }: Pick<CrashReport, 'epoch' | 'reason'>): void {
    this.machine.send({ type: 'ended', epoch, reason });
  }

  vmLost(reason: string): void {
    this.machine.send({ type: 'vmLost', reason });
  }

  vmRestarting(reason: string, end: EndReason): void {
    this.machine.send({ type: 'vmRestarting', reason, end });
  }

  vmRecovered(): void {
    this.machine.send({ type: 'recovered' });
  }

  /** @throws StartError when it does not come up, SupervisionError when it is not down */
  async start(): Promise<void> {
    if (!this.down) throw new SupervisionError('state', this.name, `cannot be started while it is ${this.state}`);
    this.machine.send({ type: 'start' });
    const state = await this.settled();
    if (state !== 'running') throw new StartError(this.vm, this.name, this.status.reason);
  }

  /** Resolves once it runs or is down. */
  async settled(): Promise<PortState> {
    const { value } = await waitFor(this.machine, ({ value }) => value === 'running' || DOWN.includes(value as PortState));
    return value as PortState;
  }
}
