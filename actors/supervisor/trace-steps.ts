/**
 * Steps from the trace memory of one VM, in the order in which they happened there. What a later incarnation of the VM does once more is
 * recognised: a message that was handled before is marked, and what comes out again is left out.
 */
import type { Address, Position, Sequence, VmName } from '../../protocol/names.js';
import { type TraceBuffer, TraceReader } from '../../trace/memory.js';
import { type DecodedRecord, decodeRecord } from '../../trace/record.js';
import type { Arrived, Emitted, LevelChanged, TraceStep } from '../../trace/step.js';

const pairOf = (source: Address, target: Address): number => source * 0x1_0000 + target;

export class TraceSteps {
  private readonly reader: TraceReader;
  /** Journal position after the last frame that each actor has handled. */
  private readonly handledTo = new Map<Address, Position>();
  /** The last sequence of each pair. */
  private readonly emitted = new Map<number, Sequence>();
  private readonly arrived = new Map<number, Sequence>();

  constructor(
    private readonly vm: VmName,
    memory: TraceBuffer,
  ) {
    this.reader = new TraceReader(memory);
  }

  /** @returns the steps since the last call. @param present when it is, and what is traced */
  read({ at: now, level }: Pick<LevelChanged, 'at' | 'level'>): readonly TraceStep[] {
    const { vm } = this;
    const steps: TraceStep[] = [];
    this.reader.read(
      (bytes, at, length) => {
        const step = this.newOf(decodeRecord(vm, bytes, at, length));
        if (step) steps.push(step);
      },
      (missing) => steps.push({ type: 'level', vm, at: now, level, why: 'lost', missing }),
    );
    return steps;
  }

  private newOf({ step, position, end }: DecodedRecord): TraceStep | null {
    if (step.type === 'emitted') return this.isNew(this.emitted, step) ? step : null;
    if (step.type === 'arrived') return this.isNew(this.arrived, step) ? step : null;
    if (step.type !== 'handled' || position < 0) return step;
    const before = this.handledTo.get(step.target) ?? 0;
    if (position < before) return { ...step, again: true };
    // A position is that of the frame or, for the first of a batch, of the entry before it: so it is compared with an end.
    if (!step.again) this.handledTo.set(step.target, end);
    return step;
  }

  private isNew(last: Map<number, Sequence>, { source, target, sequence }: Emitted | Arrived): boolean {
    const pair = pairOf(source, target);
    if (sequence <= (last.get(pair) ?? 0)) return false;
    last.set(pair, sequence);
    return true;
  }
}
