/** Who is where, in which incarnation and state: the only shared, synchronous state of the supervisor. It decides nothing. */
import type { PartySchema } from '../../protocol/schema.js';
import type { Routes, VmControl } from '../contract/control.js';
import type { VmName } from '../contract/instance.js';
import { SupervisionError } from './errors.js';
import type { SupervisedParty } from './party.js';
import type { SupervisedActor } from './supervised-actor.js';
import type { SupervisedPort } from './supervised-port.js';
import { Vms } from './supervised-vm.js';

/**
 * starting: not every actor has run. up: a VM that is lost is started again. ending: routes are left alone, since what is stopped answers for itself,
 * and the VMs go next.
 */
export type Phase = 'starting' | 'up' | 'ending';

export class Directory {
  readonly vms = new Vms();
  readonly actors = new Map<string, SupervisedActor>();
  readonly ports = new Map<string, SupervisedPort>();
  phase: Phase = 'starting';

  /** @param schemas of all actors and ports of the application */
  constructor(readonly schemas: readonly PartySchema[]) {}

  get ending(): boolean {
    return this.phase === 'ending';
  }

  get parties(): readonly SupervisedParty[] {
    return [...this.ports.values(), ...this.actors.values()];
  }

  /** @throws SupervisionError `unknown` */
  actor(name: string): SupervisedActor {
    return known(name, this.actors.get(name));
  }

  /** @throws SupervisionError `unknown` */
  port(name: string): SupervisedPort {
    return known(name, this.ports.get(name));
  }

  find(name: string): SupervisedParty | undefined {
    return this.ports.get(name) ?? this.actors.get(name);
  }

  /** @throws SupervisionError `unknown` */
  party(name: string): SupervisedParty {
    return known(name, this.find(name));
  }

  at(address: number): SupervisedParty | undefined {
    return this.parties.find((party) => party.address === address);
  }

  in(vm: VmName): readonly SupervisedParty[] {
    return [...this.actors.values(), ...this.ports.values()].filter((party) => party.vm === vm);
  }

  /** Whether the party at this address takes messages now. */
  runs(address: number): boolean {
    return this.at(address)?.state === 'running';
  }

  get routes(): Routes {
    return this.parties.filter(({ routed }) => routed).map(({ address, vm }) => [address, vm]);
  }

  /** For a call that says so when there is none. */
  nameAt(address: number): string {
    return this.schemas.find((schema) => schema.address === address)?.name ?? `at address ${address}`;
  }

  addressOf(name: string): number | undefined {
    return this.schemas.find((schema) => schema.name === name)?.address;
  }

  /** Control of the VM where an actor or port is. @throws SupervisionError `unknown`, ControlError `lost` */
  controlOf(name: string): VmControl {
    return this.vms.named(this.party(name).vm).control;
  }

  /** Of the VM where frames for this address go; undefined when it is gone. */
  controlAt(address: number): VmControl | undefined {
    const party = this.at(address);
    return party?.routed ? this.vms.liveControl(party.vm) : undefined;
  }
}

function known<T>(name: string, party: T | undefined): T {
  if (party === undefined) throw new SupervisionError('unknown', name, 'there is none');
  return party;
}
