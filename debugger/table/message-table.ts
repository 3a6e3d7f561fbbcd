/**
 * The messages of a run in columns, so that a million of them fit into a page, and can be filtered and drawn without an object for each. A message is
 * named by its row. Rows are in the order of the run: of one party, in the order in which it handled them.
 */
import type { ErrorCode } from '../../protocol/errors.js';
import type { Address, Kind, Microseconds, Sequence, VmName } from '../../protocol/names.js';
import { Column } from '../../trace/column.js';
import { VM_NAMES } from '../../trace/flow-state.js';
import type { Outcome, TracedMessage } from '../../trace/messages.js';
import type { Ended } from '../../trace/step.js';
import { FrameStore } from './frame-store.js';

const OUTCOMES: readonly Outcome[] = ['handled', 'handledAgain', 'rejected', 'poisoned', 'open'];

/** Stands in a column of times for what is not known. */
const UNKNOWN = -1;

/** What is told of few messages. */
export interface Trouble {
  readonly code: ErrorCode | null;
  readonly trap: Ended | null;
}

const NO_TROUBLE: Trouble = { code: null, trap: null };

export class MessageTable {
  /** Messages that were added. */
  length = 0;
  private readonly numbers = new Column(Float64Array);
  private readonly sources = new Column(Uint16Array);
  private readonly sequences = new Column(Float64Array);
  private readonly targets = new Column(Uint16Array);
  private readonly kinds = new Column(Uint16Array);
  private readonly causeSources = new Column(Uint16Array);
  private readonly causeSequences = new Column(Float64Array);
  private readonly sentTimes = new Column(Float64Array);
  private readonly begunTimes = new Column(Float64Array);
  private readonly durations = new Column(Int32Array);
  private readonly sizes = new Column(Int32Array);
  private readonly places = new Column(Uint8Array);
  private readonly outcomes = new Column(Uint8Array);
  private readonly frames = new FrameStore();
  private readonly troubles = new Map<number, Trouble>();
  /** Rows with a trap, or that were not delivered, in order. */
  readonly troubled: number[] = [];

  add(message: TracedMessage): void {
    const row = this.length;
    const { cause, sentAt, begunAt, handling, bytes, sourceVm, targetVm, code, trap } = message;
    this.numbers.upTo(row)[row] = message.number;
    this.sources.upTo(row)[row] = message.source;
    this.sequences.upTo(row)[row] = message.sequence;
    this.targets.upTo(row)[row] = message.target;
    this.kinds.upTo(row)[row] = message.kind;
    this.causeSources.upTo(row)[row] = cause?.source ?? 0;
    this.causeSequences.upTo(row)[row] = cause?.sequence ?? 0;
    this.sentTimes.upTo(row)[row] = sentAt ?? UNKNOWN;
    this.begunTimes.upTo(row)[row] = begunAt ?? UNKNOWN;
    this.durations.upTo(row)[row] = handling ?? UNKNOWN;
    this.sizes.upTo(row)[row] = bytes ?? UNKNOWN;
    this.places.upTo(row)[row] = (placeOf(sourceVm) << PLACE_BITS) | placeOf(targetVm);
    this.outcomes.upTo(row)[row] = OUTCOMES.indexOf(message.outcome);
    this.frames.add(row, message.frame);
    if (code !== null || trap) this.troubles.set(row, { code, trap });
    if (trap || message.outcome === 'rejected' || message.outcome === 'poisoned') this.troubled.push(row);
    this.length++;
  }

  /** Number of the last message at or before a row that an actor handled; 0 when there is none. */
  numberUpTo(row: number): number {
    let at = row;
    while (at >= 0 && this.numbers.values[at] === 0) at--;
    return at < 0 ? 0 : this.numbers.values[at];
  }

  /** Numbers rise with the rows, but for those that have none. @returns -1 when there is none */
  rowOfNumber(number: number): number {
    for (let row = 0; row < this.length; row++) if (this.numbers.values[row] === number) return number === 0 ? -1 : row;
    return -1;
  }

  number(row: number): number {
    return this.numbers.values[row];
  }

  source(row: number): Address {
    return this.sources.values[row];
  }

  sequence(row: number): Sequence {
    return this.sequences.values[row];
  }

  target(row: number): Address {
    return this.targets.values[row];
  }

  kind(row: number): Kind {
    return this.kinds.values[row];
  }

  /** 0 when nothing is known to have caused it. */
  causeSource(row: number): Address {
    return this.causeSources.values[row];
  }

  causeSequence(row: number): Sequence {
    return this.causeSequences.values[row];
  }

  sentAt(row: number): Microseconds | null {
    return known(this.sentTimes.values[row]);
  }

  begunAt(row: number): Microseconds | null {
    return known(this.begunTimes.values[row]);
  }

  /** When its handling began, as far as that is known. */
  handledAt(row: number): Microseconds {
    return this.begunAt(row) ?? this.at(row);
  }

  /** The earliest time at which it is known. */
  at(row: number): Microseconds {
    return this.sentAt(row) ?? this.begunAt(row) ?? 0;
  }

  /** Microseconds. */
  handling(row: number): number | null {
    return known(this.durations.values[row]);
  }

  bytes(row: number): number | null {
    return known(this.sizes.values[row]);
  }

  sourceVm(row: number): VmName | null {
    return VM_NAMES[(this.places.values[row] >> PLACE_BITS) - 1] ?? null;
  }

  targetVm(row: number): VmName | null {
    return VM_NAMES[(this.places.values[row] & PLACE_MASK) - 1] ?? null;
  }

  outcome(row: number): Outcome {
    return OUTCOMES[this.outcomes.values[row]];
  }

  frame(row: number): Uint8Array | null {
    return this.frames.of(row);
  }

  trouble(row: number): Trouble {
    return this.troubles.get(row) ?? NO_TROUBLE;
  }
}

const known = (value: number): number | null => (value === UNKNOWN ? null : value);

/** 0: nowhere known. Three bits hold seven VMs and that. */
const PLACE_BITS = 3;
const PLACE_MASK = (1 << PLACE_BITS) - 1;
const placeOf = (vm: VmName | null): number => (vm === null ? 0 : VM_NAMES.indexOf(vm) + 1);
