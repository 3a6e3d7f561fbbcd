/**
 * One port under supervision. It is opened with its VM, and ends with it; a port of application code also ends when a handler throws, and is
 * restarted within a budget of its own.
 */
import type { Clock, Timers } from '../../contract/host.js';
import type { PortState } from '../../contract/states.js';
import type { PortStatus, SystemChange } from '../change-feed.js';
import { StartError, SupervisionError } from '../errors.js';
import { admitRestart, type Intensity, type RestartTimes } from '../intensity.js';
import { type PartyWatcher, SupervisedParty } from './party.js';
import type { PartyCommands, PartySpecification } from './party-machine.js';

export class SupervisedPort extends SupervisedParty {
  readonly losesRequests = true;
  readonly inTree = false;
  /** A VM that has failed over opens no ports. */
  readonly canFailOver = false;
  private times: RestartTimes = [];

  /** @param intensity how often it may be restarted */
  constructor(
    specification: PartySpecification,
    commands: PartyCommands,
    { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
    intensity: Intensity,
    watcher: PartyWatcher,
  ) {
    super({ ...specification, commands, startsAgain: true, mayBeginInJavaScript: () => false }, timers, watcher);
    this.machine.start();
    this.machine.send({ type: 'opened' });
    this.noticed();
    this.machine.subscribe(({ value }) => {
      if (value !== 'deciding') {
        const before = this.noticed();
        if (before) watcher.partyChanged(this, before.state);
        return;
      }
      const times = admitRestart(this.times, clock.nowMicros(), intensity);
      if (times) this.times = times;
      this.machine.send(times ? { type: 'restart' } : { type: 'drop', why: 'exhausted' });
    });
  }

  get status(): PortStatus {
    const { epoch, restarts, reason } = this.context;
    const { name, address, vm, state } = this;
    return { port: name, address, vm, state: state as PortState, epoch, restarts, reason };
  }

  get change(): SystemChange & { readonly type: 'port' } {
    return { type: 'port', ...this.status };
  }

  /** @throws StartError when the port does not come up, SupervisionError when it is not down */
  async start(): Promise<void> {
    if (!this.down) throw new SupervisionError('state', this.name, `cannot be started while it is ${this.state}`);
    this.times = [];
    this.machine.send({ type: 'start' });
    if ((await this.settled()) !== 'running') throw new StartError(this.vm, this.name, this.status.reason);
  }
}
