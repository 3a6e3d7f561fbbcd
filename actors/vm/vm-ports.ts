/** The ports of one VM. */
import type { RecoverySpec } from '../contract/control.js';
import { type Suspect, suspectsAt } from '../contract/suspect.js';
import type { PortParty } from '../model/port-handlers.js';
import type { PortServices } from './port/port.js';
import { PortCell, type PortSpec } from './port/port-cell.js';
import type { Served } from './scheduler.js';

/** What is kept of a port that is stopped. */
const NOTHING = new Uint8Array(0);

export class VmPorts {
  private readonly cells = new Map<number, PortCell>();

  constructor(
    private readonly services: PortServices,
    private readonly served: Served,
  ) {}

  /** @throws Error when there is one at this address */
  add<P extends PortParty>(spec: PortSpec<P>): PortCell<P> {
    const { address, name } = spec.schema;
    if (this.cells.has(address)) throw new Error(`port ${name} is open already`);
    const cell = new PortCell(spec, this.services);
    this.cells.set(address, cell as unknown as PortCell);
    this.served.add(cell);
    return cell;
  }

  get all(): readonly PortCell[] {
    return [...this.cells.values()];
  }

  get addresses(): readonly number[] {
    return [...this.cells.keys()];
  }

  has(address: number): boolean {
    return this.cells.has(address);
  }

  named(name: string): PortCell | undefined {
    return this.all.find((port) => port.name === name);
  }

  /** Starts the next incarnation, also of one that was stopped. */
  restart(port: PortCell, epoch: number): void {
    if (port.state === 'stopped') this.served.add(port);
    port.restart(epoch);
    this.services.wake();
  }

  stop(port: PortCell): Uint8Array {
    port.stop();
    this.served.remove(port);
    this.services.wake();
    return NOTHING;
  }

  /** The former incarnation of the VM was lost: a port that is not among the orders was down in it. @returns the orders for actors */
  resume(orders: readonly RecoverySpec[]): readonly RecoverySpec[] {
    for (const port of this.all) {
      const spec = orders.find(({ party }) => party === port.name);
      if (spec) port.beginAs(spec.epoch);
      else this.stop(port);
    }
    const ports = this.services.parties.filter(({ role }) => role === 'port').map(({ name }) => name);
    return orders.filter(({ party }) => !ports.includes(party));
  }

  /** The VM has hung at frames of these ports. */
  blame(suspects: readonly Suspect[]): void {
    for (const port of this.all) port.blame(suspectsAt(port.address, suspects));
  }

  /** Every actor runs. What has come for a port meanwhile waits for its turn. */
  open(): void {
    for (const port of this.all) if (port.state !== 'stopped') port.open();
    this.services.wake();
  }

  close(): void {
    for (const port of this.all) port.close();
  }
}
