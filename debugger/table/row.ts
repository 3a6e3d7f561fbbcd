/** A row of the table as the filter language and all that prints messages know one. One object serves for all rows, one after another. */

import type { TracedMessage } from '../../trace/messages.js';
import type { MessageId, TraceStep } from '../../trace/step.js';
import type { MessageTable } from './message-table.js';

const NO_STEPS: readonly TraceStep[] = [];

export class Row implements TracedMessage {
  /** The row that this is now. */
  at = 0;
  readonly steps = NO_STEPS;
  readonly sourceEpoch = null;
  readonly targetEpoch = null;
  readonly arrivedAt = null;
  readonly digest = null;

  constructor(private readonly table: MessageTable) {}

  get number(): number {
    return this.table.number(this.at);
  }

  get source(): number {
    return this.table.source(this.at);
  }

  get sequence(): number {
    return this.table.sequence(this.at);
  }

  get target(): number {
    return this.table.target(this.at);
  }

  get kind(): number {
    return this.table.kind(this.at);
  }

  get sourceVm(): TracedMessage['sourceVm'] {
    return this.table.sourceVm(this.at);
  }

  get targetVm(): TracedMessage['targetVm'] {
    return this.table.targetVm(this.at);
  }

  get cause(): MessageId | null {
    const source = this.table.causeSource(this.at);
    return source === 0 ? null : { source, sequence: this.table.causeSequence(this.at) };
  }

  get sentAt(): number | null {
    return this.table.sentAt(this.at);
  }

  get begunAt(): number | null {
    return this.table.begunAt(this.at);
  }

  get endedAt(): number | null {
    const { begunAt, handling } = this;
    return begunAt === null || handling === null ? null : begunAt + handling;
  }

  get waited(): number | null {
    const { begunAt, sentAt } = this;
    return begunAt === null || sentAt === null ? null : Math.max(0, begunAt - sentAt);
  }

  get handling(): number | null {
    return this.table.handling(this.at);
  }

  get bytes(): number | null {
    return this.table.bytes(this.at);
  }

  get frame(): TracedMessage['frame'] {
    return this.table.frame(this.at);
  }

  get outcome(): TracedMessage['outcome'] {
    return this.table.outcome(this.at);
  }

  get code(): TracedMessage['code'] {
    return this.table.trouble(this.at).code;
  }

  get trap(): TracedMessage['trap'] {
    return this.table.trouble(this.at).trap;
  }
}
