/** What the machines of actors and ports do in the VMs: start and end incarnations, and fence off former ones. */
import type { VmControl } from '../../contract/control.js';
import type { VmName } from '../../contract/instance.js';
import type { Side } from '../../contract/states.js';
import type { StartState, StateKeeper } from '../../contract/storage.js';
import type { Directory, Routing } from '../directory.js';
import { SupervisionError } from '../errors.js';
import type { ActorCommands } from './actor-machine.js';
import type { Moves } from './moves.js';
import type { ActorSpecification } from './supervised-actor.js';
import type { PortCommands } from './supervised-port.js';

/** What the commands of all actors share. */
export interface CommandServices {
  readonly directory: Directory;
  readonly routing: Routing;
  readonly persistence: StateKeeper;
  readonly moves: Moves;
}

export class CommandsOfActor implements ActorCommands {
  constructor(
    private readonly specification: ActorSpecification,
    private readonly services: CommandServices,
  ) {}

  /** @throws ControlError `lost` when its VM does not run */
  private get here(): VmControl {
    return this.services.directory.controlOf(this.specification.actor);
  }

  async spawn(epoch: number, savedState: Uint8Array | undefined): Promise<void> {
    const { actor, address } = this.specification;
    const { routing, persistence } = this.services;
    if (epoch > 1) {
      await Promise.all([routing.fence(address, epoch), routing.again()]);
      this.assertWanted(epoch);
    }
    if (savedState?.length === 0) await this.spawnWith(epoch);
    else await persistence.start(actor, savedState, (state) => this.spawnWith(epoch, state));
  }

  private spawnWith(epoch: number, state: StartState = {}): Promise<void> {
    const { actor: party, options, version } = this.specification;
    return this.here.spawn({ party, epoch, options, version, ...state });
  }

  /**
   * Done at once: the actor's own VM puts up the fence itself, and where the fence comes late, the first frame of the new incarnation is
   * the fence.
   */
  async restart(epoch: number, started: boolean): Promise<void> {
    const { actor, address } = this.specification;
    const control = this.here;
    await null; // in the host's thread the call would come within the report of the end
    await Promise.all([started || control.restart(actor, epoch), this.services.routing.fence(address, epoch, control)]);
  }

  async respawn(epoch: number): Promise<void> {
    const { actor, address } = this.specification;
    const { directory, routing } = this.services;
    await directory.vms.named(directory.actor(actor).vm).settled();
    await routing.fence(address, epoch);
    this.assertWanted(epoch);
    await this.spawnWith(epoch);
  }

  async end(): Promise<void> {
    const { actor, address } = this.specification;
    this.services.routing.noteLast(address, await this.here.end(actor));
  }

  async move(to: Side): Promise<void> {
    const { actor, address, options, version } = this.specification;
    const { directory, routing, moves } = this.services;
    try {
      await moves.make({ actor: directory.actor(actor), address, options, version, to });
    } finally {
      routing.forgetLast(address); // no trap has ended it
    }
  }

  async stop(): Promise<Uint8Array> {
    const { actor, address } = this.specification;
    const { routing, persistence } = this.services;
    const control = this.here;
    const savedState = await control.stop(actor);
    control.letGo(actor).catch(() => {}); // with a VM that is lost nothing is kept
    routing.forgetLast(address);
    persistence.leave(actor, savedState);
    return savedState;
  }

  /** A stop that came before its actor was there found nothing to stop: the actor must not appear afterwards. */
  private assertWanted(epoch: number): void {
    const { name, state, status } = this.services.directory.actor(this.specification.actor);
    if (status.epoch !== epoch || (state !== 'starting' && state !== 'restarting'))
      throw new SupervisionError('state', name, `is ${state}: its start was called off`);
  }
}

export class CommandsOfPort implements PortCommands {
  constructor(
    private readonly port: { readonly name: string; readonly address: number },
    private readonly vm: VmName,
    private readonly services: Pick<CommandServices, 'directory' | 'routing'>,
  ) {}

  /** @throws ControlError `lost` when its VM does not run */
  private get here(): VmControl {
    return this.services.directory.vms.named(this.vm).control;
  }

  async restart(epoch: number): Promise<void> {
    const { name, address } = this.port;
    const control = this.here;
    await null; // in the host's thread the call would come within the report of the end
    await Promise.all([control.restart(name, epoch), this.services.routing.fence(address, epoch, control)]);
  }

  async stop(): Promise<void> {
    await this.here.stop(this.port.name);
  }

  async start(epoch: number): Promise<void> {
    const { name, address } = this.port;
    const { routing } = this.services;
    await Promise.all([routing.fence(address, epoch), routing.again()]);
    await this.here.spawn({ party: name, epoch, options: {} });
  }
}
