/** Who set a value: the message at whose handling a part of an actor's state became what it is, and what had caused that message. */
import { CAUSE_SEQUENCE_OFFSET, CAUSE_SOURCE_OFFSET, readU16, readU53, SENT_AT_OFFSET } from '../../protocol/frame.js';
import type { Address, Kind, Microseconds, Sequence, SnapshotBytes } from '../../protocol/names.js';
import { Column } from '../../trace/column.js';
import { inOrder, type Placed } from '../../trace/order.js';
import type { Recording } from '../../trace/recording.js';
import { Schemas } from '../../trace/schemas.js';
import type { MessageId } from '../../trace/step.js';
import { differenceOf, PathError, parsePath, valueAt } from '../../trace/values.js';
import type { Cast } from './cast.js';
import { stateOf } from './difference.js';
import { viewOf } from './replay.js';
import { make, outcomeOf, type ReplayedActor, type WindowListener } from './replayed-actor.js';
import { Replayer, type Unreplayed } from './replayer.js';
import type { Entry, Window } from './window.js';

/** One message of a chain of causes. */
export interface CauseLine {
  /** 0 for one that no actor handled. */
  readonly number: number;
  readonly kind: string;
  readonly source: string;
  readonly target: string;
  readonly sentAt: Microseconds;
}

export interface WhyReport {
  readonly actor: string;
  readonly path: string;
  readonly value: unknown;
  /** The value before; undefined where there was none. */
  readonly before: unknown;
  /** The message whose handling gave the value; null when it was there at the beginning. */
  readonly setBy: CauseLine | null;
  /** What caused that message, the newest first. The last came from outside. */
  readonly causes: readonly CauseLine[];
  readonly unreplayed: Unreplayed;
  /** Number of the last message that was reached. */
  readonly reached: number;
}

export interface WhyOptions {
  /** Number of the message after which the value is asked for; the end when not given. */
  readonly at?: number;
  /** The actor, and the path in its state: `scene.nodes[412].x`. */
  readonly path: string;
  readonly placement?: string;
}

/** @throws RecordingError, CastError, PlacementError, PathError */
export async function why(recording: Recording, cast: Cast, { at, path, placement }: WhyOptions): Promise<WhyReport> {
  const [name = '', ...steps] = parsePath(path);
  const schema = cast.schemaOf(name);
  const watch = new Watch(name, (snapshot) => valueAt(viewOf(cast, name, stateOf(schema, snapshot).state), steps));
  const plan = cast.planOf(placement ?? null, recording.facts);
  const log = new MessageLog();
  const roles = await cast.rolesOf([plan]);
  const schemas = new Schemas(recording.facts.parties);
  const replayer = new Replayer({
    schemas,
    roles,
    compared: new Set(),
    until: at,
    listener: watch,
    onMessage: (actor) => log.handled(actor),
  });
  for await (const placed of inOrder(recording)) {
    log.emitted(placed, schemas);
    replayer.add(placed);
    if (replayer.isOver) break;
  }
  replayer.finish();
  const actor = replayer.actors.find((one) => one.schema.name === name)!;
  if (watch.value === undefined) throw new PathError(`the state of ${name} has no ${steps.join('.')} at that message`);
  const { before, entry } = watch.find(actor);
  const [setBy = null, ...causes] = entry ? log.chainOf(entry, actor.schema.address, schemas) : [];
  return {
    actor: name,
    path: path.slice(name.length).replace(/^\./, ''),
    value: watch.value,
    before,
    setBy,
    causes,
    unreplayed: replayer.unreplayed,
    reached: replayer.number,
  };
}

/** Watches one value over the windows of its actor, and keeps the last in which it has changed. */
class Watch implements WindowListener {
  value: unknown;
  private isFirst = true;
  private changed: { readonly snapshot: SnapshotBytes; readonly frames: readonly (readonly [Entry, Uint8Array])[] } | null = null;

  constructor(
    private readonly name: string,
    private readonly read: (snapshot: SnapshotBytes) => unknown,
  ) {}

  closed(actor: ReplayedActor, window: Window, after: Uint8Array): void {
    if (actor.schema.name !== this.name) return;
    if (this.isFirst) this.value = this.read(window.snapshots[0]);
    this.isFirst = false;
    const value = this.read(after);
    if (differenceOf(this.value, value) !== null)
      this.changed = { snapshot: window.snapshots[0], frames: window.entries.map((entry) => [entry, window.frameOf(entry)] as const) };
    this.value = value;
  }

  /** The last message of that window that changed the value. */
  find({ factories, options }: ReplayedActor): { readonly entry: Entry | null; readonly before: unknown } {
    if (!this.changed) return { entry: null, before: undefined };
    const { snapshot, frames } = this.changed;
    const twin = make(factories[0], options, snapshot);
    let found: { entry: Entry | null; before: unknown } = { entry: null, before: undefined };
    let value = this.read(snapshot);
    for (const [entry, frame] of frames) {
      const next = this.read(outcomeOf(twin, frame).after);
      if (differenceOf(value, next) !== null) found = { entry, before: value };
      value = next;
    }
    twin.dispose();
    return found;
  }
}

/** Lines of a chain: longer than a person reads. A file may say that a message has caused itself. */
const CHAIN_MAX = 1000;

/** Causes of all messages, in columns: a million take 50 MB. */
class MessageLog {
  private count = 0;
  private readonly numbers = new Column(Float64Array);
  private readonly kinds = new Column(Uint16Array);
  private readonly sources = new Column(Uint16Array);
  private readonly sequences = new Column(Float64Array);
  private readonly targets = new Column(Uint16Array);
  private readonly causeSources = new Column(Uint16Array);
  private readonly causeSequences = new Column(Float64Array);
  private readonly times = new Column(Float64Array);

  handled({ window, schema }: ReplayedActor): void {
    const { bytes, entries } = window;
    const { number, kind, source, sequence, at } = entries.at(-1)!;
    const cause = { source: readU16(bytes, at + CAUSE_SOURCE_OFFSET), sequence: readU53(bytes, at + CAUSE_SEQUENCE_OFFSET) };
    this.add(number, kind, { source, sequence }, schema.address, cause, readU53(bytes, at + SENT_AT_OFFSET));
  }

  /** What actors send to ports is not handled by actors, and may be the cause of what ports send. */
  emitted(placed: readonly Placed[], schemas: Schemas): void {
    for (const { step } of placed) {
      if (step.type === 'emitted' && schemas.isActor(step.source) && !schemas.isActor(step.target) && step.cause)
        this.add(0, step.kind, step, step.target, step.cause, step.at);
    }
  }

  private add(number: number, kind: Kind, { source, sequence }: MessageId, target: Address, cause: MessageId, sentAt: Microseconds): void {
    const { count } = this;
    this.numbers.set(count, number);
    this.kinds.set(count, kind);
    this.sources.set(count, source);
    this.sequences.set(count, sequence);
    this.targets.set(count, target);
    this.causeSources.set(count, cause.source);
    this.causeSequences.set(count, cause.sequence);
    this.times.set(count, sentAt);
    this.count++;
  }

  /** The message, and what caused it, one after another. */
  chainOf(message: MessageId, target: Address, schemas: Schemas): readonly CauseLine[] {
    const lines: CauseLine[] = [];
    for (let row = this.find(message.source, message.sequence, target); row >= 0 && lines.length < CHAIN_MAX; row = this.causeOf(row)) {
      const [source, to] = [schemas.partyName(this.sources.get(row)), schemas.partyName(this.targets.get(row))];
      lines.push({
        number: this.numbers.get(row),
        kind: schemas.kindName(this.kinds.get(row)),
        source,
        target: to,
        sentAt: this.times.get(row),
      });
    }
    return lines;
  }

  /** Row of the message at whose handling its sender sent the one of this row; -1 when there is none. */
  private causeOf(row: number): number {
    return this.find(this.causeSources.get(row), this.causeSequences.get(row), this.sources.get(row));
  }

  private find(source: Address, sequence: Sequence, target: Address): number {
    for (let row = this.count - 1; row >= 0 && source !== 0; row--)
      if (this.sequences.get(row) === sequence && this.sources.get(row) === source && this.targets.get(row) === target) return row;
    return -1;
  }
}
