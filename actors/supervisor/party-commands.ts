/**
 * What the machines of actors and ports have done in the VMs: their incarnations started and ended, and the former ones fenced off.
 *
 * The catch: a fence lets pass what had left before the end of an incarnation, so the last sequence of each is kept until its address is given up.
 */

import type { VmControl } from '../contract/control.js';
import type { VmName } from '../contract/instance.js';
import type { StartState, StateKeeper } from '../contract/state-keeper.js';
import { firstSequenceOf } from '../vm/cell/gate.js';
import type { ActorCommands } from './actor-machine.js';
import { rethrowUnlessLost } from './control-failure.js';
import { SupervisionError } from './errors.js';
import type { Moves } from './move.js';
import type { PortCommands } from './port-machine.js';
import type { ActorSpecification, SupervisedActor } from './supervised-actor.js';

export interface PartyCommandServices {
  /** @throws ControlError `lost` when the VM does not run */
  readonly control: (vm: VmName) => VmControl;
  /** Resolves when the VM is not being started again. */
  readonly settled: (vm: VmName) => Promise<void>;
  readonly liveControls: () => readonly VmControl[];
  /** @throws SupervisionError `unknown` */
  readonly actor: (name: string) => SupervisedActor;
  readonly reroute: () => Promise<void>;
  readonly persistence: StateKeeper;
  readonly moves: Moves;
}

export class PartyCommands {
  /** Per address, the last frame that an ended incarnation has sent. */
  private readonly lastSequences = new Map<number, number>();

  constructor(private readonly services: PartyCommandServices) {}

  /** An incarnation has ended, and this was the last that it sent. */
  noteLast(address: number, sequence: number): void {
    this.lastSequences.set(address, sequence);
  }

  ofActor({ actor, address, options }: ActorSpecification): ActorCommands {
    const here = () => this.services.control(this.services.actor(actor).vm);
    const spawn = (epoch: number, state: StartState = {}) => here().spawn({ party: actor, epoch, options, ...state });
    return {
      spawn: async (epoch, savedState) => {
        if (epoch > 1) {
          await Promise.all([this.fence(address, epoch), this.services.reroute()]);
          this.assertWanted(actor, epoch);
        }
        await this.services.persistence.start(actor, savedState, (state) => spawn(epoch, state));
      },
      // At once: its own VM puts up the fence itself, and where the fence comes late the first frame of the new incarnation is the fence.
      restart: async (epoch, started) => {
        const control = here();
        await null; // in the host's thread the call would come within the report of the end
        await Promise.all([started || control.restart(actor, epoch), this.fence(address, epoch, control)]);
      },
      respawn: async (epoch) => {
        await this.services.settled(this.services.actor(actor).vm);
        await this.fence(address, epoch);
        this.assertWanted(actor, epoch);
        await spawn(epoch);
      },
      end: async () => {
        this.lastSequences.set(address, await here().end(actor));
      },
      move: async (to) => {
        const moving = this.services.actor(actor);
        const epoch = () => moving.status.epoch;
        try {
          await this.services.moves.make({ actor, address, options, from: moving.vm, to, epoch, commit: (was) => moving.moved(was) });
        } finally {
          this.lastSequences.delete(address); // no trap has ended it: all that it has sent is its own
        }
      },
      stop: async () => {
        const control = here();
        const savedState = await control.stop(actor);
        control.letGo(actor).catch(() => {}); // with a VM that is lost nothing is kept
        this.lastSequences.delete(address); // all that it has sent is its own
        this.services.persistence.leave(actor, savedState);
        return savedState;
      },
    };
  }

  ofPort(port: string, address: number, vm: VmName): PortCommands {
    return {
      restart: async (epoch) => {
        const control = this.services.control(vm);
        await null; // in the host's thread the call would come within the report of the end
        await Promise.all([control.restart(port, epoch), this.fence(address, epoch, control)]);
      },
      stop: async () => {
        await this.services.control(vm).stop(port);
      },
      start: async (epoch) => {
        await Promise.all([this.fence(address, epoch), this.services.reroute()]);
        await this.services.control(vm).spawn({ party: port, epoch, options: {} });
      },
    };
  }

  /** A stop that came before its actor was there has found nobody to stop: the actor must not appear after it. */
  private assertWanted(name: string, epoch: number): void {
    const { state, status } = this.services.actor(name);
    if (status.epoch !== epoch || (state !== 'starting' && state !== 'restarting'))
      throw new SupervisionError('state', name, `is ${state}: its start was called off`);
  }

  /** A VM that is lost needs no fence: it reads nothing any more. */
  private async fence(address: number, epoch: number, except?: VmControl): Promise<void> {
    const lastSequence = this.lastSequences.get(address) ?? firstSequenceOf(epoch);
    const fenced = this.services.liveControls().filter((control) => control !== except);
    await Promise.all(fenced.map((control) => control.fence(address, epoch, lastSequence).catch(rethrowUnlessLost)));
  }
}
