/** Reads the flow of a chunk: flow-state.ts draws its rows. Every number is checked, since the file may be anybody's. */
import { BODY_OFFSET, writeFrameLength, writeHeader } from '../protocol/frame.js';
import { FRAME_BYTES_MAX } from '../protocol/limits.js';
import type { Frame, Microseconds } from '../protocol/names.js';
import {
  AGAIN,
  CAUSE,
  CAUSE_SHIFT,
  DIGEST,
  DIGEST_SHIFT,
  EPOCH,
  FlowState,
  FRAME,
  HANDLED_FRAME,
  HANDLED_FRAME_SHIFT,
  type PartyState,
  ROW,
  type Route,
  TYPE_MASK,
  VM_NAMES,
} from './flow-state.js';
import type { Arrived, Emitted, Handled, MessageId, TraceStep } from './step.js';
import { VarintReader } from './varint.js';

const ADDRESS_MAX = 0xffff;
const EPOCH_MAX = 0xffff_ffff;
const float64 = new Float64Array(1);
const float64Words = new Int32Array(float64.buffer);

/** What lies in the chunk beside the flow, in order. */
export interface Beside {
  /** @throws RecordingError when there is none left */
  frame(): Frame;
  step(): TraceStep;
}

export class FlowReader {
  private readonly state = new FlowState();
  private readonly rows: VarintReader;

  /** @param offset of the chunk in the file */
  constructor(
    rows: Uint8Array,
    offset: number,
    private readonly beside: Beside,
  ) {
    this.rows = new VarintReader(rows, offset);
  }

  /** @throws RecordingError `damaged` */
  steps(count: number): TraceStep[] {
    const steps: TraceStep[] = [];
    while (steps.length < count) steps.push(this.step());
    if (this.rows.left > 0) this.rows.fail(`more than ${count} rows`);
    return steps;
  }

  private step(): TraceStep {
    const flags = this.rows.byte();
    switch (flags & TYPE_MASK) {
      case ROW.emitted:
        return this.emitted(flags);
      case ROW.arrived:
        return this.arrived();
      case ROW.handled:
        return this.handled(flags);
      default:
        return this.beside.step();
    }
  }

  private route(): Route {
    const { rows, state } = this;
    const number = rows.unsigned(state.routes.length);
    if (number < state.routes.length) return state.routes[number];
    const vm = rows.unsigned(VM_NAMES.length - 1);
    const [source, target, kind] = [rows.unsigned(ADDRESS_MAX), rows.unsigned(ADDRESS_MAX), rows.unsigned(ADDRESS_MAX)];
    return state.addRoute(vm, source, target, kind);
  }

  /** A number that differs by so much from the one expected. */
  private near(expected: number): number {
    const value = expected + this.rows.signed();
    return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : this.rows.fail(`the number ${value}`);
  }

  private head({ vm, source, target, kind }: Route, expected: number) {
    const sequence = this.near(expected);
    const at = this.near(this.state.at[vm]);
    this.state.at[vm] = at;
    return { vm: VM_NAMES[vm], at, source, sequence, target, kind };
  }

  private emitted(flags: number): Emitted {
    const route = this.route();
    const { from } = route;
    const head = this.head(route, from.sequence);
    if (flags & EPOCH) from.epoch = this.rows.unsigned(EPOCH_MAX);
    const cause = this.cause((flags >> CAUSE_SHIFT) & 3, from);
    const bytes = this.near(route.bytes);
    const digest = this.digest(flags >> DIGEST_SHIFT);
    route.bytes = bytes;
    from.sequence = head.sequence;
    from.causeSource = cause?.source ?? 0;
    from.causeSequence = cause?.sequence ?? 0;
    const frame = flags & FRAME ? this.beside.frame() : null;
    return { type: 'emitted', ...head, epoch: from.epoch, cause, bytes, digest, frame };
  }

  private cause(mode: number, from: PartyState): MessageId | null {
    if (mode === CAUSE.none) return null;
    if (mode === CAUSE.same) return { source: from.causeSource, sequence: from.causeSequence };
    if (mode === CAUSE.handled) return { source: from.handledSource, sequence: from.handledSequence };
    return { source: this.rows.unsigned(ADDRESS_MAX), sequence: this.near(from.handledSequence) };
  }

  private digest(mode: number): number | null {
    const { rows } = this;
    if (mode === DIGEST.none) return null;
    const word = rows.word();
    if (mode !== DIGEST.float) return mode === DIGEST.signed ? word : word >>> 0;
    float64Words[0] = word;
    float64Words[1] = rows.word();
    return float64[0];
  }

  private arrived(): Arrived {
    const route = this.route();
    const head = this.head(route, route.arrived);
    route.arrived = head.sequence;
    return { type: 'arrived', ...head };
  }

  private handled(flags: number): Handled {
    const route = this.route();
    const { to } = route;
    const head = this.head(route, route.handled);
    if (flags & EPOCH) to.epoch = this.rows.unsigned(EPOCH_MAX);
    const sentAt = this.before(head.at);
    const endedAt = this.near(head.at);
    const frame = this.handledFrame((flags >> HANDLED_FRAME_SHIFT) & 3, { ...head, sentAt }, route.from);
    route.handled = head.sequence;
    to.handledSource = head.source;
    to.handledSequence = head.sequence;
    return { type: 'handled', ...head, epoch: to.epoch, sentAt, endedAt, again: (flags & AGAIN) !== 0, frame };
  }

  private before(at: number): number {
    const value = at - this.rows.signed();
    return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : this.rows.fail(`the time ${value}`);
  }

  private handledFrame(mode: number, said: Omit<Arrived, 'type'> & { readonly sentAt: Microseconds }, from: PartyState): Frame | null {
    const { rows } = this;
    if (mode === HANDLED_FRAME.none) return null;
    if (mode === HANDLED_FRAME.whole) return rows.raw(rows.unsigned(FRAME_BYTES_MAX));
    const epoch = this.near(from.frameEpoch);
    const causeSource = rows.unsigned(ADDRESS_MAX);
    const causeSequence = this.near(causeSource ? from.handledSequence : 0);
    const body = rows.raw(rows.unsigned(FRAME_BYTES_MAX - BODY_OFFSET));
    from.frameEpoch = epoch;
    const frame = new Uint8Array(BODY_OFFSET + body.length);
    writeHeader(frame, 0, { ...said, epoch, causeSource, causeSequence });
    frame.set(body, BODY_OFFSET);
    writeFrameLength(frame, 0, frame.length);
    return frame;
  }
}
