/** Which party is where, in which incarnation and state: the only shared, synchronous state of the supervisor. It decides nothing. */
import type { Address, Epoch, Sequence } from '../../protocol/names.js';
import type { PartySchema } from '../../protocol/schema.js';
import type { Routes, VmControl } from '../contract/control.js';
import type { VmName } from '../contract/instance.js';
import type { SystemState } from '../contract/states.js';
import { firstSequenceOf } from '../vm/bus/gate.js';
import type { ChangeFeed } from './change-feed.js';
import { rethrowUnlessLost, SupervisionError } from './errors.js';
import type { SupervisedParty } from './party/party.js';
import type { SupervisedActor } from './party/supervised-actor.js';
import type { SupervisedPort } from './party/supervised-port.js';
import { Vms } from './vm/supervised-vm.js';

/**
 * starting: not every actor has run. up: a lost VM is started again. ending: routes are left alone, since what is stopped answers for
 * itself, and the VMs end next.
 */
export type Phase = 'starting' | 'up' | 'ending';

export class Directory {
  readonly vms = new Vms();
  readonly actors = new Map<string, SupervisedActor>();
  readonly ports = new Map<string, SupervisedPort>();
  phase: Phase = 'starting';
  /** How the whole system is, as it was told last. */
  systemState: SystemState = 'starting';

  /** @param schemas of all actors and ports of the application */
  constructor(readonly schemas: readonly PartySchema[]) {}

  get ending(): boolean {
    return this.phase === 'ending';
  }

  get parties(): readonly SupervisedParty[] {
    return [...this.ports.values(), ...this.actors.values()];
  }

  get noActorIsLeft(): boolean {
    const actors = [...this.actors.values()];
    return actors.length > 0 && actors.every(({ gone }) => gone);
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

  at(address: Address): SupervisedParty | undefined {
    return this.parties.find((party) => party.address === address);
  }

  in(vm: VmName): readonly SupervisedParty[] {
    return [...this.actors.values(), ...this.ports.values()].filter((party) => party.vm === vm);
  }

  /** Whether the party at this address takes messages now. */
  runs(address: Address): boolean {
    return this.at(address)?.state === 'running';
  }

  get routes(): Routes {
    return this.parties.filter(({ routed }) => routed).map(({ address, vm }) => [address, vm]);
  }

  /** The name for a call that reports when there is none. */
  nameAt(address: Address): string {
    return this.schemas.find((schema) => schema.address === address)?.name ?? `at address ${address}`;
  }

  addressOf(name: string): number | undefined {
    return this.schemas.find((schema) => schema.name === name)?.address;
  }

  /** Control of the VM where an actor or port is. @throws SupervisionError `unknown`, ControlError `lost` */
  controlOf(name: string): VmControl {
    return this.vms.named(this.party(name).vm).control;
  }

  /** Control of the VM to which frames for this address go; undefined when the VM is gone. */
  controlAt(address: Address): VmControl | undefined {
    const party = this.at(address);
    return party?.routed ? this.vms.liveControl(party.vm) : undefined;
  }
}

function known<T>(name: string, party: T | undefined): T {
  if (party === undefined) throw new SupervisionError('unknown', name, 'there is none');
  return party;
}

/**
 * Tells all VMs where every actor and port is, and which incarnations have ended.
 *
 * Invariant: a route leads only to a port whose VM is there, or an actor that is up, on its way up, or not yet started. One publication
 * comes after another, and each one sends what is true when it starts.
 *
 * The catch: a fence lets frames pass that had left before an incarnation ended, so the last sequence of each is kept while its address
 * remains in use.
 */
export class Routing {
  private last: Promise<void> = Promise.resolve();
  /** Sequence of the last frame that an ended incarnation has sent, by address. */
  private readonly lastSequences = new Map<number, number>();

  constructor(
    private readonly directory: Directory,
    private readonly changes: ChangeFeed,
  ) {}

  /** @throws ControlError */
  async publish(): Promise<void> {
    const { routes, vms } = this.directory;
    await Promise.all(vms.liveControls.map((control) => control.setRoutes(routes).catch(rethrowUnlessLost)));
  }

  /** Publishes again. Never rejects: a VM that does not accept its routes is reported. */
  again(): Promise<void> {
    this.last = this.last.then(() => this.publish()).catch((error) => this.changes.controlFailed(error));
    return this.last;
  }

  /** Notes the sequence of the last frame of an incarnation that has ended. */
  noteLast(address: Address, sequence: Sequence): void {
    this.lastSequences.set(address, sequence);
  }

  /** Nothing cut the incarnation off: every frame that it has sent counts. */
  forgetLast(address: Address): void {
    this.lastSequences.delete(address);
  }

  /** Makes VMs refuse former incarnations. A lost VM needs no fence: it does not read any more. */
  async fence(address: Address, epoch: Epoch, except?: VmControl): Promise<void> {
    const lastSequence = this.lastSequences.get(address) ?? firstSequenceOf(epoch);
    const fenced = this.directory.vms.liveControls.filter((control) => control !== except);
    await Promise.all(fenced.map((control) => control.fence(address, epoch, lastSequence).catch(rethrowUnlessLost)));
  }
}
