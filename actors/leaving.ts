/** Output that waits to leave after its party has gone: of actors that were stopped, and of a lost incarnation of the VM. */
import type { HeldFrame } from './checkpoint.js';
import { Gate, type GateServices } from './gate.js';

export class Leaving {
  private gates: Gate[] = [];

  constructor(private readonly services: GateServices) {}

  /** Gates that are blocked. */
  get size(): number {
    return this.gates.length;
  }

  get held(): readonly HeldFrame[] {
    return this.gates.flatMap((gate) => gate.held);
  }

  add(gate: Gate): void {
    if (gate.blocked) this.gates.push(gate);
  }

  /** Behind what waits already of the same source. */
  hold(source: number, held: HeldFrame): void {
    let gate = this.gates.find(({ address }) => address === source);
    if (!gate) this.gates.push((gate = new Gate(source, this.services)));
    gate.hold([held]);
  }

  /** Offers again what waits. */
  retry(): void {
    if (this.gates.length > 0) this.gates = this.gates.filter((gate) => !gate.retry());
  }
}
