/**
 * Traces what passes the tap of its VM into memory that the host reads: as records, which are copied and never decoded here. It listens only
 * while something is to be traced.
 *
 *   tap ──> TraceListener ── level, filter ──> RecordWriter ──> memory ──> the host reads it, or is sent what was written (`TraceTeller`)
 */
import type { TraceSpace } from '../../trace/memories.js';
import { allocateTrace, TraceWriter } from '../../trace/memory.js';
import { RecordWriter } from '../../trace/record.js';
import type { LevelChanged } from '../../trace/step.js';
import type { VmEvents } from '../contract/events.js';
import type { Host } from '../contract/host.js';
import { NOT_TRACED, type TraceSettings, type TraceStatus } from '../contract/tracing.js';
import { type HeardVm, TraceListener } from './trace-listener.js';
import { TraceTeller } from './trace-teller.js';

/** What a tracer needs of its VM. */
export interface TracedVm extends HeardVm {
  readonly events: VmEvents;
  readonly beat: Host['beat'] | undefined;
}

/** Where is traced to. */
interface Place {
  readonly space: TraceSpace;
  readonly writer: RecordWriter;
  readonly teller: TraceTeller;
}

export class Tracer {
  private settings = NOT_TRACED;
  private listener: TraceListener | null = null;
  private place: Place | null = null;
  /** Addresses of actors whose state the recording has. */
  private known = new Set<number>();
  private endListening: () => void = () => {};
  private readonly past = { records: 0, bytes: 0 };

  /** @param space where it traces while nobody has asked for more */
  constructor(
    private readonly vm: TracedVm,
    private readonly space: TraceSpace | null,
  ) {}

  /** Traces by these settings from now on. Resolves when the host knows what was traced until now. */
  async set(settings: TraceSettings): Promise<TraceStatus> {
    const before = this.settings;
    this.forget();
    this.settings = settings;
    const space = settings.space ?? this.space;
    const former = this.place?.space === space ? undefined : this.place?.teller.tell();
    const place = this.at(space);
    if (place && (settings.level !== 'off' || settings.recording)) this.listen(place);
    if (settings.level !== before.level) this.note(settings.level);
    if (!before.recording && settings.recording) this.known.clear();
    if (!before.recording && settings.recording) this.writeStates();
    await Promise.all([former, place?.teller.tell()]);
    return this.status;
  }

  private at(space: TraceSpace | null): Place | null {
    if (this.place && this.place.space === space) return this.place;
    this.place?.teller.end();
    this.place = null;
    if (space === null) return null;
    const told = typeof space === 'number';
    const memory = told ? allocateTrace(space, false) : space;
    const teller = new TraceTeller(this.vm.events, memory, told);
    teller.beginBeat(this.vm.beat);
    this.place = { space, writer: new RecordWriter(new TraceWriter(memory)), teller };
    return this.place;
  }

  /** The VM stands still, or is gone: its memory belongs to the next incarnation. */
  close(): void {
    this.forget();
    this.place?.teller.end();
  }

  private listen({ writer, teller }: Place): void {
    this.listener = new TraceListener(this.vm, this.settings, this.known, writer, teller);
    this.endListening = this.vm.tap.listen(this.listener);
  }

  private forget(): void {
    this.endListening();
    this.endListening = () => {};
    if (this.listener) this.past.records += this.listener.records;
    this.listener = null;
  }

  /** Notes what each actor is now, for a recording. */
  async noteStates(): Promise<void> {
    this.writeStates();
    await this.place?.teller.tell();
  }

  private writeStates(): void {
    const { listener } = this;
    if (listener && this.settings.recording) for (const cell of this.vm.cells.stateful) listener.base(cell);
  }

  private note(level: LevelChanged['level']): void {
    this.listener?.write({ type: 'level', vm: this.vm.name, at: this.vm.tap.now(), level, why: 'asked', missing: 0 });
  }

  get status(): TraceStatus {
    const records = this.past.records + (this.listener?.records ?? 0);
    return { vm: this.vm.name, level: this.settings.level, records, bytes: this.place?.writer.written ?? 0, skipped: 0, share: 0 };
  }
}
