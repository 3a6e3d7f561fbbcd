/**
 * A run as the page asks for it: plain data for what is on the screen, and no more. It is the object that the page's worker gives to the page.
 *
 *   recording ── messages ──> table ──> lanes, links, shown ──> lines, bars, details
 *
 * A recording may come as it is made. Then the run grows, and never is whole.
 */
import type { Address, Kind, Microseconds } from '../../protocol/names.js';
import { Bodies } from '../../trace/bodies.js';
import { VM_NAMES } from '../../trace/flow-state.js';
import { remarkOf } from '../../trace/line.js';
import { messagesOf } from '../../trace/messages.js';
import { type OpenRecording, openRecording } from '../../trace/open.js';
import { NOTHING_COMES } from '../../trace/order.js';
import type { Range } from '../../trace/range.js';
import { RecordingError, type RecordingFacts, type RecordingSource } from '../../trace/recording.js';
import { Schemas } from '../../trace/schemas.js';
import type { SystemStatus } from '../../trace/status.js';
import type { TraceStep } from '../../trace/step.js';
import { shortText } from '../../trace/text.js';
import { diagramOf } from './diagram.js';
import { Frames, type FrameText, type Written } from './frames.js';
import { keyPath } from './key-path.js';
import { type Bars, Lanes, type Span } from './lanes.js';
import { Links, NO_ROW } from './links.js';
import { type Life, Lives } from './lives.js';
import { MessageTable } from './message-table.js';
import { Printed, type PrintPlan, type PrintResult } from './printed.js';
import { Row } from './row.js';
import { type Screen, Screens } from './screens.js';
import { type Filtered, Shown } from './shown.js';
import { Statuses } from './statuses.js';
import type { Detail, GrowingSource, LaneInfo, Line, RunEvent, RunState } from './told.js';
import { type Topic, topicsOf } from './topics.js';

/** What an application has recorded is on its way within a fifth of a second: after this time nothing is. */
const QUIET_MS = 500;

/** Whose message is what is seen: the display list of the scene. */
const PICTURES = { party: 'display', message: 'displayList' };
/** Rows that are told of at a time: effects of one message, of which a page shows some. */
const EFFECTS_SHOWN_MAX = 200;

export type { Detail, GrowingSource, LaneInfo, Line, RunEvent, RunState } from './told.js';

export class Run {
  private readonly table = new MessageTable();
  private readonly laneRows = new Lanes(this.table);
  private readonly row = new Row(this.table);
  private schemas = new Schemas([]);
  private bodies = new Bodies(this.schemas);
  private facts: RecordingFacts | null = null;
  private readonly links = new Links(this.table);
  private readonly shown = new Shown(this.table);
  private screens = new Screens(this.table, this.bodies, []);
  private frames = new Frames(this.table, this.schemas);
  private printed = new Printed(this.table, this.bodies, this.schemas);
  private lived = new Lives(null, this.schemas);
  private readonly statuses = new Statuses();
  private problem = '';
  private isWhole = false;
  private read = 0;
  private last = 0;

  /**
   * Reads a recording to its end.
   * @param told is called after each chunk that is read. What it returns is awaited, so that questions are answered meanwhile
   * @throws RecordingError when it cannot be opened; what is wrong further on is told as `problem`
   */
  async open(source: RecordingSource | GrowingSource, told: (state: RunState) => void | Promise<void> = () => {}): Promise<RunState> {
    const growing = 'more' in source ? source : null;
    const recording = await opened(
      watched(source, (at) => (this.read = at / source.size)),
      growing,
    );
    growing?.goForwards();
    this.facts = recording.facts;
    this.schemas = new Schemas(recording.facts.parties);
    this.bodies = new Bodies(this.schemas);
    this.screens = new Screens(this.table, this.bodies, recording.facts.parties);
    this.printed = new Printed(this.table, this.bodies, this.schemas);
    this.frames = new Frames(this.table, this.schemas);
    this.lived = new Lives(recording.facts, this.schemas);
    try {
      for await (const messages of messagesOf({ facts: recording.facts, steps: () => this.steps(recording, growing) })) {
        for (const message of messages) this.add(message);
        await told(this.state);
      }
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      this.problem = error.message;
    }
    this.isWhole = true;
    this.read = 1;
    return this.state;
  }

  private async *steps(recording: OpenRecording, growing: GrowingSource | null): AsyncGenerator<readonly TraceStep[]> {
    const cursor = recording.cursor();
    let isQuiet = false;
    for (;;) {
      const steps = await cursor.next();
      if (steps) {
        isQuiet = false;
        for (const step of steps) {
          this.lived.note(step);
          this.statuses.note(step);
        }
        yield steps;
        continue;
      }
      const next: 'more' | 'nothing yet' | 'end' = cursor.ended || !growing ? 'end' : await growing.more(isQuiet ? undefined : QUIET_MS);
      if (next === 'end') break;
      if (next === 'nothing yet') yield NOTHING_COMES;
      isQuiet = next === 'nothing yet';
    }
    if (!cursor.ended) this.problem = 'the recording ends before its end: this is all up to its last whole chunk';
  }

  private add(message: Parameters<MessageTable['add']>[0]): void {
    this.table.add(message);
    this.last = Math.max(this.last, message.endedAt ?? message.sentAt ?? 0);
  }

  get state(): RunState {
    const { table, laneRows, problem, isWhole, read } = this;
    laneRows.update();
    this.links.update();
    this.shown.update();
    this.screens.update();
    const startedAt = this.facts?.startedAt ?? 0;
    const from = table.length > 0 ? Math.min(table.at(0), startedAt || Number.POSITIVE_INFINITY) : startedAt;
    return {
      messages: table.length,
      shown: this.shown.count,
      read,
      isWhole,
      lanes: this.lanes,
      from,
      to: Math.max(this.last, from + 1),
      problem,
    };
  }

  /** Grouped by VM, those with the most messages first. */
  private get lanes(): readonly LaneInfo[] {
    const placement = this.facts?.placement ?? {};
    const all = this.laneRows.parties.map((party): LaneInfo => {
      const name = this.schemas.partyName(party);
      const vm = this.schemas.vmOfRuntime(party) ?? placement[name] ?? this.laneRows.vmOf(party) ?? 'host';
      return { party, name, vm, handled: this.laneRows.count(party), isActor: this.schemas.isActor(party) };
    });
    return all.sort((a, b) => VM_NAMES.indexOf(a.vm) - VM_NAMES.indexOf(b.vm) || b.handled - a.handled);
  }

  bars(parties: readonly Address[], span: Span): readonly Bars[] {
    return parties.map((party) => this.laneRows.bars(party, span));
  }

  /** When there were new pictures in a part of the time. */
  pictureTimes({ from, to }: Range): readonly number[] {
    return this.screens.timesIn(from, to);
  }

  /** What ended, was not delivered, began again, moved or was seen late, in the order in which it is known. */
  events(): readonly RunEvent[] {
    const { table, schemas } = this;
    const troubled = table.troubled.map((row): RunEvent => {
      const what = table.trouble(row).trap ? 'trap' : 'dead';
      return { at: table.at(row), what, party: schemas.partyName(table.target(row)) };
    });
    const late = this.screens.late.map((at): RunEvent => ({ at, what: 'late', party: PICTURES.party }));
    return [...troubled, ...this.lived.events, ...late];
  }

  /** What was on the screen at each of these times; null before the first picture. */
  screensAt(times: readonly number[]): readonly (Screen | null)[] {
    return times.map((at) => this.screens.at(at));
  }

  /** Rows of the pictures that were on the screen at these times; -1 before the first. */
  pictureRows(times: readonly number[]): readonly number[] {
    return times.map((at) => this.screens.rowAt(at));
  }

  /** @param known what is known of a frame that is not here */
  frameText(frame: Uint8Array, known?: Parameters<Frames['textOf']>[1]): FrameText {
    return this.frames.textOf(frame, known);
  }

  /** All of what a frame says that is not here, as JSON. */
  frameBody(frame: Uint8Array): string {
    return this.frames.bodyOf(frame);
  }

  /** The body of a message as JSON, to be edited; null when it is not in the recording. */
  editable(row: number): string | null {
    return this.frames.editable(row);
  }

  /** A message like that of a row, with another body. */
  written(row: number, body: string): Written {
    return this.frames.written(row, body);
  }

  /** @returns -1 when it is not in the recording */
  rowOfMessage(source: number, sequence: number, target: number): number {
    return this.frames.rowOf(source, sequence, target);
  }

  /** A sequence diagram for Mermaid of a message, of what caused it, and of all that it caused. */
  diagram(row: number): string {
    return diagramOf(row, this.table, this.links, { schemas: this.schemas, bodies: this.bodies });
  }

  /** What the recording tells of those who ran. */
  lives(): readonly Life[] {
    return this.lived.all;
  }

  /** How the system was at a time: the tree, states, budgets, circuits, epochs, storage. @returns null when the recording does not tell */
  statusAt(at: Microseconds): SystemStatus | null {
    return this.statuses.at(at);
  }

  /** What owners publish, and how far their followers have it. */
  topics(): readonly Topic[] {
    return topicsOf(this.table, this.bodies, this.facts?.parties ?? []);
  }

  /** Why there is no screen; empty when there is one. */
  screenLack(): string {
    return this.facts ? this.screens.lack : 'nothing is here yet, so there is no screen to be shown';
  }

  /** Row of the picture that was on the screen at a time, or of one before or after it. @returns -1 when there is none */
  pictureRow(at: number, step: -1 | 0 | 1 = 0): number {
    return step === 0 ? this.screens.rowAt(at) : this.screens.neighbour(at, step);
  }

  times(rows: readonly number[]): readonly number[] {
    return rows.map((row) => this.table.at(row));
  }

  /** How many messages were sent in each of so many equal parts of the run. */
  density(parts: number): Uint32Array {
    const counts = new Uint32Array(parts);
    const { from, to } = this.state;
    const { table } = this;
    for (let row = 0; row < table.length; row++)
      counts[Math.min(parts - 1, Math.max(0, Math.floor(((table.at(row) - from) / (to - from)) * parts)))]++;
    return counts;
  }

  /** @param from position in the list that is shown */
  lines(from: number, count: number): readonly Line[] {
    const rows = Array.from({ length: Math.max(0, Math.min(count, this.count - from)) }, (_, i) => this.shown.rowAt(from + i));
    return rows.map((row) => this.line(row));
  }

  /** How many are shown. */
  get count(): number {
    return this.shown.count;
  }

  /** @returns the position of a row in the list that is shown, or of the next one that is */
  positionOf(row: number): number {
    return this.shown.positionOf(row);
  }

  /** @returns -1 when no message has this number */
  rowOfNumber(number: number): number {
    return this.table.rowOfNumber(number);
  }

  /** Shows only what fits. A filter that makes no sense changes nothing. @param range of the time; null for all of it */
  filter(text: string, range: Range | null = null): Promise<Filtered> {
    return this.shown.filter(text, this.schemas, range);
  }

  /** Begins to print an expression at each message that is shown; none when it is empty. */
  print(text: string): PrintPlan {
    return this.printed.plan(
      text,
      Array.from({ length: this.count }, (_, position) => this.shown.rowAt(position)),
    );
  }

  /** @param answers of the questions of the plan */
  finishPrint(answers: readonly (readonly unknown[])[]): PrintResult {
    return this.printed.finish(answers);
  }

  /** @returns the row itself when there is no neighbour */
  neighbour(row: number, step: 1 | -1): number {
    return this.laneRows.neighbour(row, step);
  }

  /** @returns -1 when it has none */
  causeOf(row: number): number {
    return this.links.cause(row);
  }

  firstEffectOf(row: number): number {
    return this.links.effects(row)[0] ?? NO_ROW;
  }

  detail(row: number): Detail {
    const { table, links } = this;
    const { trap } = table.trouble(row);
    const effects = links.effects(row);
    return {
      line: this.line(row),
      sourceVm: table.sourceVm(row),
      targetVm: table.targetVm(row),
      begunAt: table.begunAt(row),
      body: this.bodyOf(row),
      frame: table.frame(row)?.slice() ?? null,
      trap: trap && { reason: trap.reason, position: trap.position },
      moment: table.numberUpTo(row),
      isOfActor: table.number(row) > 0 && this.schemas.isActor(table.target(row)),
      causes: links.chain(row).map((each) => this.line(each)),
      effects: effects.slice(0, EFFECTS_SHOWN_MAX).map((each) => this.line(each)),
      effectCount: effects.length,
      path: this.pathOf(row),
    };
  }

  /** Only of what came from outside: what an actor sent is a part of such a path. */
  private pathOf(row: number): Detail['path'] {
    const { table, links, schemas } = this;
    if (links.cause(row) !== NO_ROW || schemas.isActor(table.source(row))) return null;
    const { steps, ...path } = keyPath(table, links, row, this.pictures);
    return { ...path, steps: steps.map((step) => ({ ...step, line: this.line(step.row) })) };
  }

  /** Kind of the messages that are seen; null when the application has none. */
  private get pictures(): Kind | null {
    const display = this.facts?.parties.find(({ name }) => name === PICTURES.party);
    return display?.receives[PICTURES.message]?.kind ?? null;
  }

  private bodyOf(row: number): unknown {
    return this.bodies.of({ frame: this.table.frame(row) });
  }

  private line(at: number): Line {
    const { schemas, table } = this;
    this.row.at = at;
    const { number, source, target, kind, bytes, waited, handling } = this.row;
    const body = this.bodyOf(at);
    return {
      row: at,
      number,
      at: table.at(at),
      source: schemas.partyName(source),
      target: schemas.partyName(target),
      kind: schemas.kindName(kind),
      bytes,
      waited,
      handling,
      remark: remarkOf(this.row),
      body: body === null ? '' : shortText(body),
      printed: this.printed.textOf(at),
    };
  }
}

/** @throws RecordingError as soon as what it begins with is here, and makes no sense */
async function opened(source: RecordingSource, growing: GrowingSource | null): Promise<OpenRecording> {
  for (;;) {
    try {
      return await openRecording(source);
    } catch (error) {
      const isCutOff = error instanceof RecordingError && error.code !== 'newer';
      if (!isCutOff || !growing || (await growing.more()) === 'end') throw error;
    }
  }
}

/** Tells how far a source was read. */
const watched = (source: RecordingSource, told: (at: number) => void): RecordingSource => ({
  get size() {
    return source.size;
  },
  read(at, length) {
    told(at);
    return source.read(at, length);
  },
});
