/**
 * Steps from the trace memory of one VM, in the order in which they happened there. What a later incarnation of the VM does once more is
 * recognised: a message that was handled before is marked, and what comes out again is left out.
 */
import type { Address, Microseconds, Position, Sequence, VmName } from '../../../protocol/names.js';
import { type TraceBuffer, TraceReader } from '../../../trace/memory.js';
import { type DecodedRecord, decodeRecord, NO_POSITION } from '../../../trace/record.js';
import type { Arrived, Emitted, TraceLevel } from '../../../trace/step.js';

const pairOf = (source: Address, target: Address): number => source * 0x1_0000 + target;

export class TraceSteps {
  private readonly reader: TraceReader;
  /** Journal position after the last frame that each actor has handled. */
  private readonly handledTo = new Map<Address, Position>();
  /** The last sequence of each pair. */
  private readonly emitted = new Map<number, Sequence>();
  private readonly arrived = new Map<number, Sequence>();
  /** What the VM said last that it traces; null when it has said nothing yet. */
  private told: TraceLevel | null = null;

  constructor(
    private readonly vm: VmName,
    memory: TraceBuffer,
  ) {
    this.reader = new TraceReader(memory);
  }

  /** @returns the steps since the last call. @param now when it is @param asked what is traced, as long as the VM does not say that it is less */
  read(now: Microseconds, asked: TraceLevel): readonly DecodedRecord[] {
    const { vm } = this;
    const records: DecodedRecord[] = [];
    this.reader.read(
      (bytes, at, length) => {
        const record = this.newOf(decodeRecord(vm, bytes, at, length));
        if (record?.step.type === 'level') this.told = record.step.level;
        if (record) records.push(record);
      },
      (missing) => {
        const step = { type: 'level', vm, at: now, level: this.told ?? asked, why: 'lost', missing } as const;
        records.push({ step, mark: 0, position: NO_POSITION, end: NO_POSITION });
      },
    );
    return records;
  }

  private newOf(record: DecodedRecord): DecodedRecord | null {
    const { step, position, end } = record;
    if (step.type === 'emitted') return this.isNew(this.emitted, step) ? record : null;
    if (step.type === 'arrived') return this.isNew(this.arrived, step) ? record : null;
    if (step.type !== 'handled' || position < 0) return record;
    const before = this.handledTo.get(step.target) ?? 0;
    if (position < before) return { ...record, step: { ...step, again: true } };
    // A position is that of the frame or, for the first of a batch, of the entry before it: so it is compared with an end.
    if (!step.again) this.handledTo.set(step.target, end);
    return record;
  }

  private isNew(last: Map<number, Sequence>, { source, target, sequence }: Emitted | Arrived): boolean {
    const pair = pairOf(source, target);
    if (sequence <= (last.get(pair) ?? 0)) return false;
    last.set(pair, sequence);
    return true;
  }
}
