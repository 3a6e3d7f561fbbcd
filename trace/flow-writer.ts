/** Writes the flow of a chunk: a row for each step. flow-state.ts draws them. */
import { BODY_OFFSET, checkFrame, readHeader } from '../protocol/frame.js';
import type { Frame, Sequence } from '../protocol/names.js';
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
  VM_NAMES,
} from './flow-state.js';
import type { Arrived, Emitted, Handled } from './step.js';
import { VarintWriter } from './varint.js';

const ADDRESSES = 0x1_0000;
const float64 = new Float64Array(1);
const float64Words = new Int32Array(float64.buffer);

export class FlowWriter {
  private readonly rows = new VarintWriter();
  private state = new FlowState();
  private readonly routes = new Map<number, Route>();
  count = 0;

  get bytes(): number {
    return this.rows.length;
  }

  /** @returns the rows, valid until the next call: what follows stands for itself */
  take(): Uint8Array {
    const written = this.rows.written();
    this.rows.clear();
    this.state = new FlowState();
    this.routes.clear();
    this.count = 0;
    return written;
  }

  /** @param withFrame whether the frame is in the file, as a message of its kind */
  emitted(step: Emitted, withFrame: boolean): void {
    const { rows } = this;
    const route = this.routeOf(step);
    const { from } = route;
    const cause = causeMode(step, from);
    const digest = digestMode(step.digest);
    const epoch = step.epoch === from.epoch ? 0 : EPOCH;
    rows.byte(ROW.emitted | epoch | (withFrame ? FRAME : 0) | (cause << CAUSE_SHIFT) | (digest << DIGEST_SHIFT));
    this.head(route, step, from.sequence);
    if (epoch) rows.unsigned(step.epoch);
    if (cause === CAUSE.given) {
      rows.unsigned(step.cause!.source);
      rows.signed(step.cause!.sequence - from.handledSequence);
    }
    rows.signed(step.bytes - route.bytes);
    this.digest(digest, step.digest);
    route.bytes = step.bytes;
    from.sequence = step.sequence;
    from.epoch = step.epoch;
    from.causeSource = step.cause?.source ?? 0;
    from.causeSequence = step.cause?.sequence ?? 0;
  }

  arrived(step: Arrived): void {
    const route = this.routeOf(step);
    this.rows.byte(ROW.arrived);
    this.head(route, step, route.arrived);
    route.arrived = step.sequence;
  }

  handled(step: Handled): void {
    const { rows } = this;
    const route = this.routeOf(step);
    const { to } = route;
    const frame = frameMode(step);
    const epoch = step.epoch === to.epoch ? 0 : EPOCH;
    rows.byte(ROW.handled | epoch | (step.again ? AGAIN : 0) | (frame << HANDLED_FRAME_SHIFT));
    this.head(route, step, route.handled);
    if (epoch) rows.unsigned(step.epoch);
    rows.signed(step.at - step.sentAt);
    rows.signed(step.endedAt - step.at);
    this.handledFrame(frame, step.frame, route.from);
    route.handled = step.sequence;
    to.epoch = step.epoch;
    to.handledSource = step.source;
    to.handledSequence = step.sequence;
  }

  /** The next step is in the file as a message of its own. */
  other(): void {
    this.rows.byte(ROW.other);
    this.count++;
  }

  private routeOf({ vm, source, target, kind }: Emitted | Arrived | Handled): Route {
    const number = VM_NAMES.indexOf(vm);
    const key = ((number * ADDRESSES + source) * ADDRESSES + target) * ADDRESSES + kind;
    let route = this.routes.get(key);
    if (!route) this.routes.set(key, (route = this.state.addRoute(number, source, target, kind)));
    return route;
  }

  private head(route: Route, step: Emitted | Arrived | Handled, sequence: Sequence): void {
    const { rows } = this;
    rows.unsigned(route.number);
    if (!route.told) this.tell(route);
    rows.signed(step.sequence - sequence);
    rows.signed(step.at - this.state.at[route.vm]);
    this.state.at[route.vm] = step.at;
    this.count++;
  }

  private tell(route: Route): void {
    const { rows } = this;
    for (const each of [route.vm, route.source, route.target, route.kind]) rows.unsigned(each);
    route.told = true;
  }

  private digest(mode: number, digest: number | null): void {
    if (mode === DIGEST.none) return;
    if (mode !== DIGEST.float) {
      this.rows.word(digest!);
      return;
    }
    float64[0] = digest!;
    this.rows.word(float64Words[0]);
    this.rows.word(float64Words[1]);
  }

  private handledFrame(mode: number, frame: Frame | null, from: PartyState): void {
    const { rows } = this;
    if (frame === null) return;
    if (mode === HANDLED_FRAME.whole) {
      rows.unsigned(frame.length);
      rows.raw(frame);
      return;
    }
    const { epoch, causeSource, causeSequence } = readHeader(frame, 0);
    rows.signed(epoch - from.frameEpoch);
    rows.unsigned(causeSource);
    rows.signed(causeSequence - (causeSource ? from.handledSequence : 0));
    rows.unsigned(frame.length - BODY_OFFSET);
    rows.raw(frame.subarray(BODY_OFFSET));
    from.frameEpoch = epoch;
  }
}

function causeMode({ cause }: Emitted, from: PartyState): number {
  if (cause === null) return CAUSE.none;
  const { source, sequence } = cause;
  if (source === from.causeSource && sequence === from.causeSequence && source !== 0) return CAUSE.same;
  return source === from.handledSource && sequence === from.handledSequence ? CAUSE.handled : CAUSE.given;
}

function digestMode(digest: number | null): number {
  if (digest === null) return DIGEST.none;
  if (Object.is(digest, digest | 0)) return DIGEST.signed;
  return Object.is(digest, digest >>> 0) ? DIGEST.unsigned : DIGEST.float;
}

/** Whether the row says what is in the header of the frame. */
function frameMode({ frame, kind, source, target, sequence, sentAt }: Handled): number {
  if (frame === null) return HANDLED_FRAME.none;
  if (!isWhole(frame)) return HANDLED_FRAME.whole;
  const header = readHeader(frame, 0);
  const said =
    header.kind === kind &&
    header.source === source &&
    header.target === target &&
    header.sequence === sequence &&
    header.sentAt === sentAt;
  return said ? HANDLED_FRAME.rest : HANDLED_FRAME.whole;
}

function isWhole(frame: Frame): boolean {
  try {
    return checkFrame(frame, 0, frame.length) === frame.length;
  } catch {
    return false;
  }
}
