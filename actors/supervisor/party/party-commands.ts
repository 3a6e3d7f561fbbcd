/** What the machines of actors and ports do in the VMs: start and end incarnations, and fence off former ones. */
import type { Epoch, SavedStateBytes } from '../../../protocol/names.js';
import type { VmControl } from '../../contract/control.js';
import type { Side } from '../../contract/states.js';
import type { StartState, StateKeeper } from '../../contract/storage.js';
import type { Directory, Routing } from '../directory.js';
import { SupervisionError } from '../errors.js';
import type { Moves } from './moves.js';
import type { PartyCommands, PartySpecification } from './party-machine.js';

/** What the commands of all parties share. */
export interface CommandServices {
  readonly directory: Directory;
  readonly routing: Routing;
  readonly persistence: StateKeeper;
  readonly moves: Moves;
}

export class CommandsOfParty implements PartyCommands {
  constructor(
    private readonly specification: PartySpecification,
    private readonly services: CommandServices,
  ) {}

  /** @throws ControlError `lost` when its VM does not run */
  private get here(): VmControl {
    return this.services.directory.controlOf(this.specification.party);
  }

  async spawn(epoch: Epoch, savedState: SavedStateBytes | undefined): Promise<void> {
    const { party, address } = this.specification;
    const { routing, persistence } = this.services;
    if (epoch > 1) {
      await Promise.all([routing.fence(address, epoch), routing.again()]);
      this.assertWanted(epoch);
    }
    if (savedState?.length === 0) await this.spawnWith(epoch);
    else await persistence.start(party, savedState, (state) => this.spawnWith(epoch, state));
  }

  private spawnWith(epoch: Epoch, state: StartState = {}): Promise<void> {
    const { party, options, version } = this.specification;
    return this.here.spawn({ party, epoch, options, version, ...state });
  }

  /**
   * Done at once: the actor's own VM puts up the fence itself, and where the fence comes late, the first frame of the new incarnation is
   * the fence.
   */
  async restart(epoch: Epoch, started: boolean): Promise<void> {
    const { party, address } = this.specification;
    const control = this.here;
    await null; // in the host's thread the call would come within the report of the end
    await Promise.all([started || control.restart(party, epoch), this.services.routing.fence(address, epoch, control)]);
  }

  async respawn(epoch: Epoch): Promise<void> {
    const { party, address } = this.specification;
    const { directory, routing } = this.services;
    await directory.vms.named(directory.actor(party).vm).settled();
    await routing.fence(address, epoch);
    this.assertWanted(epoch);
    await this.spawnWith(epoch);
  }

  async end(): Promise<void> {
    const { party, address } = this.specification;
    this.services.routing.noteLast(address, await this.here.end(party));
  }

  async move(to: Side): Promise<void> {
    const { party, address } = this.specification;
    const { directory, routing, moves } = this.services;
    try {
      await moves.make(directory.actor(party), to);
    } finally {
      routing.forgetLast(address); // no trap has ended it
    }
  }

  async stop(): Promise<Uint8Array> {
    const { party, address } = this.specification;
    const { routing, persistence } = this.services;
    try {
      const control = this.here;
      const savedState = await control.stop(party);
      control.letGo(party).catch(() => {}); // with a VM that is lost nothing is kept
      persistence.leave(party, savedState);
      return savedState;
    } finally {
      routing.forgetLast(address);
    }
  }

  /** A stop that came before its actor was there found nothing to stop: the actor must not appear afterwards. */
  private assertWanted(epoch: Epoch): void {
    const { name, state, status } = this.services.directory.party(this.specification.party);
    if (status.epoch !== epoch || (state !== 'starting' && state !== 'restarting'))
      throw new SupervisionError('state', name, `is ${state}: its start was called off`);
  }
}
