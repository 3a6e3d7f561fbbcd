/** Output that waits to leave after its party has gone: that of stopped actors, and of a lost incarnation of the VM. */
import { framesIn, readU16, SOURCE_OFFSET, TARGET_OFFSET } from '../../../protocol/frame.js';
import type { Address } from '../../../protocol/names.js';
import type { Checkpoint, HeldFrame } from '../../contract/checkpoint.js';
import { Gate, type GateBus } from './gate.js';

export class OrphanedOutput {
  private gates: Gate[] = [];

  constructor(private readonly bus: GateBus) {}

  /** Gates that are blocked. */
  get size(): number {
    return this.gates.length;
  }

  get held(): readonly HeldFrame[] {
    return this.gates.flatMap((gate) => gate.held);
  }

  add(gate: Gate): void {
    gate.closed = false;
    if (gate.blocked) this.gates.push(gate);
  }

  /** The sender is here again: its waiting output leaves before what it emits now, which would overtake it otherwise. */
  giveBack(gate: Gate): void {
    const own = this.gates.filter(({ address }) => address === gate.address);
    this.gates = this.gates.filter((each) => !own.includes(each));
    for (const { held } of own) gate.hold(held);
  }

  /**
   * Gives the gates of the senders what a lost incarnation had sent in vain, before what was held at them.
   * @param parties those that are here again
   */
  restore({ sent, orphaned }: Pick<Checkpoint, 'sent' | 'orphaned'>, parties: readonly { readonly gate: Gate }[]): void {
    const gates = new Map(parties.map(({ gate }) => [gate.address, gate]));
    const hold = (held: HeldFrame): void => {
      const source = readU16(held.frame, SOURCE_OFFSET);
      (gates.get(source) ?? this.gateOf(source)).hold([held]);
    };
    for (const frame of sent.flatMap(framesIn)) hold({ frame, target: readU16(frame, TARGET_OFFSET) });
    for (const held of orphaned) hold(held);
  }

  private gateOf(source: Address): Gate {
    const known = this.gates.find(({ address }) => address === source);
    if (known) return known;
    const gate = new Gate(source, this.bus);
    this.gates.push(gate);
    return gate;
  }

  /** Offers waiting frames again. */
  retry(): void {
    if (this.gates.length > 0) this.gates = this.gates.filter((gate) => !gate.retry());
  }
}
