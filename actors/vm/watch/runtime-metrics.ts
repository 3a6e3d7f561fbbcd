/**
 * Reports what happens in a VM's runtime to the actor whose schema `measures`: how long messages take, and what crashed. Nothing when
 * the application has no such actor. The names begin with `tandem.`, so they do not mix with the application's own.
 */

import type { BoundParty } from '../../../protocol/bind.js';
import { frameLength, readU53, SENT_AT_OFFSET } from '../../../protocol/frame.js';
import { STRING_BYTES_DEFAULT_MAX } from '../../../protocol/limits.js';
import type { Address } from '../../../protocol/names.js';
import type { CrashReport, VmEvent } from '../../contract/events.js';
import type { VmBus } from '../bus/vm-bus.js';
import type { TapListener } from '../tap/tap.js';

/** One batch out of this many is measured, so that the measurement does not measure itself. */
const BATCHES_PER_SAMPLE = 64;
/** UTF-8 takes at most so many bytes for a UTF-16 unit. */
const UNIT_BYTES_MAX = 3;

export class RuntimeMetrics implements TapListener {
  private batches = 0;

  constructor(
    private readonly bus: VmBus,
    /** The actor that measures. */
    private readonly party: BoundParty,
  ) {}

  /** Whether that actor can be reached now. */
  private get listening(): boolean {
    const { sender, router } = this.bus;
    return !sender.gate.blocked && router.hasRoute(this.party.address);
  }

  /** Measures how long the first message of a batch took, from its sender to the actor that takes it. What has no state is no actor. */
  taken(party: Address, bytes: Uint8Array, length: number): void {
    if (this.bus.kinds.party(party).forgets) return;
    if (this.batches++ % BATCHES_PER_SAMPLE !== 0 || length < frameLength(bytes, 0) || !this.listening) return;
    const value = Math.max(0, this.bus.tap.now() - readU53(bytes, SENT_AT_OFFSET)) / 1000;
    this.send(this.party.measures!.times, { name: 'tandem.messageMs', value });
  }

  /** Reports a hang of a former incarnation of the VM. */
  report(event: VmEvent): void {
    if (event.type === 'hung') this.log(event.report);
  }

  located(report: CrashReport): void {
    this.log(report);
  }

  private log({ party, reason, position, attempt, message }: CrashReport): void {
    if (!this.listening) return;
    const { crashes } = this.party.measures!;
    const { max = STRING_BYTES_DEFAULT_MAX } = this.party.receives[crashes].fields.text;
    const text = `${party} ended at ${message.kindName}, try ${attempt}: ${reason}${position && ` at ${position}`}`;
    const shortened = text.slice(0, Math.floor(max / UNIT_BYTES_MAX));
    this.send(crashes, { level: 'error', source: `tandem.${this.bus.vm}`, text: shortened, attributes: [] });
  }

  private send(name: string, fields: object): void {
    const { receives, address } = this.party;
    this.bus.sender.tell(receives[name], address, fields);
  }
}
