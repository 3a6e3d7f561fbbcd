/** Writes what the tap says as records, as far as level, filter and recording want it. */

import { BodyDigest } from '../../../bus/digest.js';
import type { ErrorCode } from '../../../protocol/errors.js';
import { frameLength, readHeader, readU16, readU53, SEQUENCE_OFFSET, SOURCE_OFFSET } from '../../../protocol/frame.js';
import type { Address, Epoch, Frame, Sequence, SnapshotBytes } from '../../../protocol/names.js';
import { CHAIN_ONLY, NO_POSITION, type RecordWriter } from '../../../trace/record.js';
import { LEFT_OUT, Selection } from '../../../trace/selection.js';
import type { Beginning, MessageId, TraceStep } from '../../../trace/step.js';
import type { CrashReport, VmEvent } from '../../contract/events.js';
import type { TraceSettings } from '../../contract/tracing.js';
import type { ActorCell } from '../cell/actor-cell.js';
import type { CellMap } from '../cell-map.js';
import type { Runtime } from '../runtime.js';
import type { MoveStep, TapListener } from '../tap/tap.js';
import type { TraceBudget } from './trace-budget.js';
import type { TraceTeller } from './trace-teller.js';

/** A filter that lets everything pass is none. */
const isEmpty = (filter: TraceSettings['filter']): boolean => Object.values(filter).every((value) => value === undefined);

/** How an incarnation ends that its supervisor ended. */
const BY_ORDER: Pick<CrashReport, 'reason' | 'position'> = { reason: '', position: '' };

export interface ListenerLimits {
  /** Addresses of actors whose state the recording has. */
  readonly known: Set<number>;
  readonly budget: TraceBudget;
  /** Told when more happens than may be traced. */
  readonly flooded: (what: 'records' | 'bytes') => void;
  /** Whether it keeps some frames at level `headers`, too. */
  readonly isFlight: boolean;
}

/** Frames that the flight recorder keeps: short ones, so many bytes of them in a row of `FLIGHT_RECORDS`. */
const FLIGHT_FRAME_BYTES_MAX = 2048;
const FLIGHT_BYTES_MAX = 64 << 10;
const FLIGHT_RECORDS = 1024;

export class TraceListener implements TapListener {
  records = 0;
  private readonly frames: boolean;
  private readonly messages: boolean;
  private readonly selection: Selection | null;
  /** By address: the last sequence before what a replay makes again; none for sources that no replay makes. */
  private readonly since: ReadonlyMap<number, number>;
  private readonly epochs = new Map<number, number>();
  /** When each frame of the present batch began. */
  private readonly times: number[] = [0];
  private position = NO_POSITION;
  private writtenBefore = 0;
  /** Size of the frames that the flight recorder has kept since the last multiple of `FLIGHT_RECORDS`. */
  private flightBytes = 0;
  private readonly digest = new BodyDigest();

  constructor(
    private readonly runtime: Runtime,
    private readonly cells: CellMap,
    private readonly settings: TraceSettings,
    private readonly limits: ListenerLimits,
    private readonly writer: RecordWriter,
    private readonly teller: TraceTeller,
  ) {
    const { level, recording, filter } = settings;
    this.frames = level === 'frames' || recording === 'frames';
    this.messages = level !== 'off' || recording === 'frames';
    this.selection = recording || isEmpty(filter) ? null : new Selection(filter, runtime.bus.kinds, runtime.tap.trace);
    this.since = new Map(settings.since);
    this.writtenBefore = writer.written;
    writer.mark = 0;
  }

  /** Whether the filter lets a message pass: then it has marked the next record. */
  private takes(bytes: Uint8Array, at: number, emitted = false): boolean {
    if (this.selection === null) return true;
    const mark = this.selection.markOf(bytes, at, emitted);
    if (mark === LEFT_OUT) return false;
    this.writer.mark = mark;
    return true;
  }

  private wrote(): void {
    this.records++;
    const { writer, limits } = this;
    const bytes = writer.written - this.writtenBefore;
    this.writtenBefore = writer.written;
    this.teller.wrote(writer.written);
    const excess = limits.budget.spend(bytes);
    if (excess) limits.flooded(excess);
  }

  /** Estimated share of the time that tracing took. */
  get share(): number {
    return this.limits.budget.share;
  }

  private keeps(bytes: Uint8Array, at: number): boolean {
    if (this.frames || !this.limits.isFlight) return this.frames;
    if (this.records % FLIGHT_RECORDS === 0) this.flightBytes = 0;
    const length = frameLength(bytes, at);
    if (length > FLIGHT_FRAME_BYTES_MAX || this.flightBytes + length > FLIGHT_BYTES_MAX) return false;
    this.flightBytes += length;
    return true;
  }

  emitted(bytes: Uint8Array, at: number): void {
    if (!this.takes(bytes, at, true)) return;
    const keeps = (this.writer.mark & CHAIN_ONLY) === 0 && this.keeps(bytes, at);
    this.writer.emitted(bytes, at, this.settings.recording ? this.digest.of(bytes, at) : null, keeps);
    this.wrote();
  }

  arrived(bytes: Uint8Array, at: number): void {
    if (!this.messages || !this.takes(bytes, at)) return;
    this.writer.arrived(bytes, at, this.runtime.tap.now());
    this.wrote();
  }

  rejected(code: ErrorCode, bytes: Uint8Array, at: number, length: number): void {
    if (!this.takes(bytes, at)) return;
    this.writer.rejected(code, bytes, at, length, this.runtime.tap.now(), this.frames);
    this.wrote();
  }

  begun(_party: Address, _bytes: Uint8Array, _length: number, _again: boolean, position: number): void {
    this.position = position;
    this.times[0] = this.runtime.tap.now();
  }

  frame(index: number): void {
    this.times[index] = this.runtime.tap.now();
  }

  handled(party: Address, bytes: Uint8Array, frames: number, again: boolean): void {
    const end = this.runtime.tap.now();
    const { times, position } = this;
    const epoch = this.epochOf(party);
    for (let index = 0, at = 0; index < frames; index++) {
      if (this.takes(bytes, at)) {
        const endedAt = index + 1 < frames ? times[index + 1] : end;
        const where = position < 0 ? NO_POSITION : position + at;
        this.writer.handled(bytes, at, epoch, times[index], endedAt, where, again, this.needsWhole(bytes, at));
        this.wrote();
      }
      at += frameLength(bytes, at);
    }
  }

  private epochOf(party: Address): number {
    const known = this.epochs.get(party);
    if (known !== undefined) return known;
    const epoch = this.cells.at(party)?.gate.epoch ?? 0;
    this.epochs.set(party, epoch);
    return epoch;
  }

  /** Whether the frame does not come out again when the recording is played. */
  private needsWhole(bytes: Uint8Array, at: number): boolean {
    if (!this.settings.recording) return false;
    const since = this.since.get(readU16(bytes, at + SOURCE_OFFSET));
    return since === undefined || readU53(bytes, at + SEQUENCE_OFFSET) <= since;
  }

  started(party: Address, epoch: Epoch, begin: Beginning | null): void {
    this.epochs.set(party, epoch);
    if (begin) this.limits.known.add(party);
    const step = { type: 'started', ...this.now, party, epoch } as const;
    if (this.write({ ...step, begin }) || !begin?.snapshot) return;
    this.write({ ...step, begin: null });
    this.write({ type: 'snapshot', ...this.now, party, sequence: begin.sequence, snapshot: null, tooLarge: begin.snapshot.length });
  }

  ended(party: Address, epoch: Epoch, report: CrashReport | null): void {
    const { reason, position } = report ?? BY_ORDER;
    this.write({ type: 'ended', ...this.now, party, epoch, reason, position, message: report && this.messageOf(report) });
    void this.teller.tell();
  }

  report(event: VmEvent): void {
    if (event.type === 'hung') this.ended(event.report.address, event.report.epoch, event.report);
    if (event.type === 'poisoned') this.poisoned(event.frame);
  }

  private messageOf({ message: { source, sequence } }: CrashReport): MessageId | null {
    const address = this.runtime.bus.kinds.addressOf(source);
    return address === undefined ? null : { source: address, sequence };
  }

  private poisoned(frame: Frame): void {
    const { source, sequence, target, kind } = readHeader(frame, 0);
    this.write({ type: 'poisoned', ...this.now, source, sequence, target, kind });
  }

  /** The first one of an actor that was restarting when the recording began is where its replay begins. */
  snapshot(party: Address, bytes: Uint8Array, sequence: Sequence): void {
    const isFirst = this.settings.recording !== null && !this.limits.known.has(party);
    if (isFirst) this.state(party, sequence, bytes);
    else this.write({ type: 'snapshot', ...this.now, party, sequence, snapshot: null });
  }

  moved(party: Address, step: MoveStep): void {
    this.epochs.delete(party);
    this.write({ type: 'moved', ...this.now, party, step });
  }

  /** Nothing that the host would need again is told later than this. */
  checkpoint(): void {
    void this.teller.tell();
  }

  /** What an actor is now: from here on a replay knows it. @returns false when there is no state to be had now */
  base(cell: ActorCell): boolean {
    const snapshot = cell.settled;
    if (snapshot) this.state(cell.address, cell.gate.sequence, snapshot);
    return snapshot !== null;
  }

  private state(party: Address, sequence: Sequence, snapshot: SnapshotBytes): void {
    this.limits.known.add(party);
    const step = { type: 'snapshot', ...this.now, party, sequence } as const;
    if (!this.write({ ...step, snapshot })) this.write({ ...step, snapshot: null, tooLarge: snapshot.length });
  }

  /** @returns false when the step is too long for the memory */
  write(step: TraceStep): boolean {
    const isWritten = this.writer.whole(step);
    if (isWritten) this.wrote();
    return isWritten;
  }

  private get now(): Pick<TraceStep, 'vm' | 'at'> {
    return { vm: this.runtime.bus.vm, at: this.runtime.tap.now() };
  }
}
