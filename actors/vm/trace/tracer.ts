/**
 * Traces what passes the tap of its VM into memory that the host reads: as records, which are copied and never decoded here. It listens only
 * while something is to be traced; while nobody has asked for anything, that is the flight recorder, if there is one.
 *
 *   tap ──> TraceListener ── level, filter ──> RecordWriter ──> memory ──> the host reads it, or is sent what was written (`TraceTeller`)
 *                │
 *                └── too much in a tenth of a second: a level less, at last nothing but a count, until a second was calm
 */
import type { TraceSpace } from '../../../trace/memories.js';
import { allocateTrace, TraceWriter } from '../../../trace/memory.js';
import { RecordWriter } from '../../../trace/record.js';
import type { LevelChanged, TraceLevel } from '../../../trace/step.js';
import type { TraceControl } from '../../contract/control.js';
import { type FlightRecorder, levelOf, NOT_TRACED, type TraceSettings, type TraceStatus } from '../../contract/tracing.js';
import type { CellMap } from '../cell-map.js';
import type { Runtime } from '../runtime.js';
import { FloodGauge, TraceBudget, type TraceCost } from './trace-budget.js';
import { TraceListener } from './trace-listener.js';
import { TraceTeller } from './trace-teller.js';

/** Where is traced to. */
interface Place {
  readonly space: TraceSpace;
  readonly writer: RecordWriter;
  readonly teller: TraceTeller;
}

const FLIGHT: TraceSettings = { ...NOT_TRACED, level: 'headers' };

/** Whether the same is to be traced to the same place. */
const isSameTrace = (a: TraceSettings, b: TraceSettings): boolean =>
  a.level === b.level && a.recording === b.recording && a.space === b.space && JSON.stringify(a.filter) === JSON.stringify(b.filter);

export class Tracer implements TraceControl {
  private settings = NOT_TRACED;
  /** What is traced now: less than what was asked for in a flood. */
  private level: TraceLevel = 'off';
  private listener: TraceListener | null = null;
  private gauge: FloodGauge | null = null;
  private place: Place | null = null;
  /** Addresses of actors whose state the recording has. */
  private readonly known = new Set<number>();
  private endListening: () => void = () => {};
  private readonly past = { records: 0, skipped: 0, share: 0 };
  private readonly flight: FlightRecorder | null;

  constructor(
    private readonly runtime: Runtime,
    private readonly cells: CellMap,
  ) {
    this.flight = runtime.options.trace ?? null;
    this.begin();
  }

  /** Traces by these settings from now on. Resolves when the host knows what was traced until now. */
  async trace(settings: TraceSettings): Promise<TraceStatus> {
    const before = this.settings;
    const former = this.place?.teller;
    this.settings = settings;
    // In a flood, what others are told about states does not end it.
    if (!this.gauge || !isSameTrace(before, settings)) this.begin();
    if (settings.level !== before.level) this.note(levelOf(settings), 'asked', 0);
    if (!before.recording && settings.recording) {
      this.known.clear();
      await this.writeStates();
    }
    await Promise.all([former?.tell(), this.place?.teller.tell()]);
    return this.status;
  }

  /** Whether only the flight recorder traces. */
  private get isFlight(): boolean {
    return this.settings.level === 'off' && !this.settings.recording;
  }

  private get wanted(): TraceSettings {
    return this.isFlight ? FLIGHT : this.settings;
  }

  /** What decides how much may be traced. */
  private get costs(): TraceCost {
    return this.settings.recording ? 'recording' : this.wanted.level;
  }

  private begin(): void {
    this.forget();
    const place = this.at(this.isFlight ? (this.flight?.space ?? null) : this.settings.space);
    if (place) this.listen(place, this.wanted);
  }

  private at(space: TraceSpace | null): Place | null {
    if (this.place && this.place.space === space) return this.place;
    const former = this.place?.teller;
    void former?.tell();
    former?.end();
    this.place = null;
    if (space === null) return null;
    const told = typeof space === 'number';
    const { options } = this.runtime;
    const memory = told ? allocateTrace(space, false) : space;
    const teller = new TraceTeller(options.events, this.isFlight ? 'flight' : 'session', memory, told);
    teller.beginBeat(options.beat);
    this.place = { space, writer: new RecordWriter(new TraceWriter(memory)), teller };
    return this.place;
  }

  private listen({ writer, teller }: Place, settings: TraceSettings): void {
    const { runtime, cells, known, isFlight } = this;
    const { tap } = runtime;
    const budget = new TraceBudget(this.costs, this.flight?.bounded ?? false, tap.now);
    const flooded = (what: 'records' | 'bytes') => this.flooded(budget.share, what);
    this.level = levelOf(settings);
    this.listener = new TraceListener(runtime, cells, settings, { known, budget, flooded, isFlight }, writer, teller);
    this.endListening = tap.listen(this.listener);
  }

  private forget(): void {
    this.endListening();
    this.endListening = () => {};
    if (this.listener) this.past.records += this.listener.records;
    if (this.gauge) this.past.skipped += this.gauge.skipped;
    this.listener = null;
    this.gauge = null;
    this.level = 'off';
  }

  /** More happened than may be traced. */
  private flooded(share: number, what: 'records' | 'bytes'): void {
    const { place, level } = this;
    if (!place) return;
    this.past.share = share;
    const less: TraceLevel = what === 'bytes' && level === 'frames' && !this.settings.recording ? 'headers' : 'off';
    this.note(less, 'flood', 0);
    this.forget();
    if (less === 'headers') this.listen(place, { ...this.wanted, level: less });
    this.gauge = new FloodGauge(this.costs, this.runtime.tap.now);
    this.watch(this.gauge);
  }

  private watch(gauge: FloodGauge): void {
    const before = this.endListening;
    const end = this.runtime.tap.listen({
      handled: (_party, _bytes, frames) => {
        if (gauge.count(frames)) this.calm(gauge);
      },
    });
    this.endListening = () => {
      before();
      end();
    };
  }

  private calm({ skipped }: FloodGauge): void {
    const missing = this.listener ? 0 : skipped;
    this.begin();
    this.note(this.level, 'calm', missing);
    // The host asks for the states. Here a batch may be in work, and a snapshot would take its output away.
    this.known.clear();
  }

  /** Notes what each actor is now, for a recording. */
  async traceStates(): Promise<void> {
    await this.writeStates();
    await this.place?.teller.tell();
  }

  /**
   * In one thread, the call may come from a handler: no snapshot is taken before its batch is over. States together may be more than the memory
   * holds, so each is collected before the next.
   */
  private async writeStates(): Promise<void> {
    await null;
    for (const cell of this.cells.stateful) {
      const { listener, place } = this;
      if (!listener || !this.settings.recording) return;
      if (listener.base(cell)) await place?.teller.collected();
    }
  }

  private note(level: TraceLevel, why: LevelChanged['why'], missing: number): void {
    this.listener?.write({ type: 'level', vm: this.runtime.bus.vm, at: this.runtime.tap.now(), level, why, missing });
  }

  async traceStatus(): Promise<TraceStatus> {
    return this.status;
  }

  /** Tells the host what was traced until now. */
  tell(): void {
    void this.place?.teller.tell();
  }

  /** The VM has ended. Resolves when the host knows all that was traced in it. */
  async end(): Promise<void> {
    const { place } = this;
    this.close();
    await place?.teller.tell();
  }

  /** The VM stands still, or is gone: its memory belongs to the next incarnation. */
  close(): void {
    this.forget();
    this.place?.teller.end();
  }

  private get status(): TraceStatus {
    const { past, listener, gauge, level, place } = this;
    const records = past.records + (listener?.records ?? 0);
    const skipped = past.skipped + (gauge && !listener ? gauge.skipped : 0);
    const share = listener?.share ?? past.share;
    return { vm: this.runtime.bus.vm, level, isFlight: this.isFlight, records, bytes: place?.writer.written ?? 0, skipped, share };
  }
}
