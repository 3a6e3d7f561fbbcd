/**
 * The states of all actors at any message, found in a moment: the recording is played once, as far as it was asked for, and of each actor a state is
 * kept now and then, with what it handled from there on.
 *
 *   recording ── steps in order ──> replayer ── message ──> stretches of its actor
 *
 * The recording may still grow: what it has got is played when a later message is asked for.
 */
import type { Cast } from '../../host-shim/replay/cast.js';
import { readable, stateOf } from '../../host-shim/replay/difference.js';
import { viewOf } from '../../host-shim/replay/replay.js';
import type { ReplayedActor } from '../../host-shim/replay/replayed-actor.js';
import { Replayer } from '../../host-shim/replay/replayer.js';
import { Stretches } from '../../host-shim/replay/stretches.js';
import type { TwinWords } from '../../host-shim/replay/twins.js';
import type { Address } from '../../protocol/names.js';
import { inOrder, type Placed } from '../../trace/order.js';
import { Schemas } from '../../trace/schemas.js';
import type { TraceStep } from '../../trace/step.js';
import { PathError, valueAt } from '../../trace/values.js';
import { type OpenFile, openFile } from './recording-file.js';

/** States of all actors that are kept; beyond it every second is let go. */
const SNAPSHOT_BYTES_MAX = 256 << 20;

export interface Origin {
  /** Null: it was there at the beginning. */
  readonly setBy: { readonly number: number } | null;
  /** Undefined where there was none. */
  readonly before?: unknown;
}

export class Timeline {
  private readonly replayer: Replayer;
  private readonly byAddress = new Map<Address, Stretches>();
  private readonly windows = new Map<Address, object>();
  private readonly steps: AsyncIterator<readonly Placed[]>;
  /** The last message that was handed to its actor. */
  private noted = 0;
  private isAtEnd = false;
  private isOver = false;
  /** One after another. */
  private last: Promise<void> = Promise.resolve();

  private constructor(
    private readonly opened: OpenFile,
    private readonly cast: Cast,
    roles: Awaited<ReturnType<Cast['rolesOf']>>,
  ) {
    for (const { schema, factories } of roles) this.byAddress.set(schema.address, new Stretches(factories[0]));
    const { facts } = opened.recording;
    this.replayer = new Replayer({
      schemas: new Schemas(facts.parties),
      roles,
      compared: new Set(),
      onMessage: (actor, number) => this.note(actor, number),
    });
    this.steps = inOrder({ facts, steps: () => this.grown() })[Symbol.asyncIterator]();
  }

  /** @throws Error, CastError, RecordingError */
  static async open(path: string, cast: Cast): Promise<Timeline> {
    const opened = await openFile(path);
    try {
      const plan = cast.planOf(null, opened.recording.facts);
      return new Timeline(opened, cast, await cast.rolesOf([plan]));
    } catch (error) {
      await opened.file.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.opened.file.close();
  }

  private async *grown(): AsyncGenerator<readonly TraceStep[]> {
    const cursor = this.opened.recording.cursor();
    while (!this.isOver) {
      const steps = await cursor.next();
      if (steps) yield steps;
      else if (cursor.ended) return;
      else {
        this.isAtEnd = true;
        yield [];
      }
    }
  }

  /** Plays up to a message. @throws Error when there is none, RecordingError */
  reach(number: number): Promise<void> {
    const reached = this.last.then(() => this.play(number));
    this.last = reached.catch(() => {});
    return reached;
  }

  private async play(number: number): Promise<void> {
    if (number <= this.replayer.number) return;
    await this.opened.file.refresh();
    this.isAtEnd = false;
    while (this.replayer.number < number) {
      const { value, done } = await this.steps.next();
      if (done) break;
      for (const placed of value) this.add(placed);
      // What is there has no such message: what waits for its cause may be it.
      if (this.isAtEnd) this.isOver = true;
    }
    if (this.replayer.number < number) throw new Error(`the recording has no message ${number} that could be played`);
  }

  private add(placed: Placed): void {
    this.replayer.add([placed]);
    const { step, number } = placed;
    if (step.type === 'poisoned') this.byAddress.get(step.target)?.forget(step);
    if (step.type !== 'handled' || number === 0 || this.noted === number) return;
    const why = this.replayer.actors.find(({ schema }) => schema.address === step.target)?.blind ?? '';
    this.byAddress.get(step.target)?.lose(number, `the state is not known here: ${why}`);
  }

  private note(actor: ReplayedActor, number: number): void {
    this.noted = number;
    const { schema, window, options } = actor;
    const stretches = this.byAddress.get(schema.address)!;
    if (this.windows.get(schema.address) !== window) stretches.begin(options, window.snapshots[0]);
    this.windows.set(schema.address, window);
    stretches.add(number, window.frameOf(window.entries.at(-1)!));
    if (stretches.isFull) this.beginAnother(actor, stretches);
  }

  private beginAnother(actor: ReplayedActor, stretches: Stretches): void {
    actor.run();
    if (actor.trapped) return;
    stretches.begin(actor.options, actor.snapshot());
    let bytes = 0;
    for (const { snapshotBytes } of this.byAddress.values()) bytes += snapshotBytes;
    if (bytes > SNAPSHOT_BYTES_MAX) for (const each of this.byAddress.values()) each.thin();
  }

  /** The states of an actor after messages that rise, as the application shows them. @throws Error when one is not known, CastError */
  async states(actor: string, numbers: readonly number[]): Promise<readonly unknown[]> {
    await this.reach(numbers.at(-1)!);
    return this.of(actor)
      .statesAt(numbers)
      .map((state) => this.shown(actor, state));
  }

  /** What is in its state after each of these messages, which rise and were reached; null where it is not known. @throws CastError */
  values(actor: string, numbers: readonly number[], of: (state: unknown) => unknown): readonly unknown[] {
    const values: unknown[] = [];
    this.of(actor).walk(numbers, (_, snapshot) => values.push(snapshot ? (of(this.shown(actor, snapshot)) ?? null) : null));
    return values;
  }

  /** @throws Error when the actor is not played, CastError */
  of(actor: string): Stretches {
    return this.byAddress.get(this.cast.schemaOf(actor).address)!;
  }

  /**
   * The message whose handling gave a part of an actor's state what it is after a message.
   * @throws PathError when it has no such part, and as `state`
   */
  async origin(actor: string, steps: readonly string[], number: number): Promise<Origin> {
    await this.reach(number);
    const stretches = this.of(actor);
    const read = (snapshot: Uint8Array) => valueAt(this.shown(actor, snapshot), steps);
    if (read(stretches.stateAt(number)) === undefined)
      throw new PathError(`the state of ${actor} has no ${steps.join('.')} at that message`);
    const found = stretches.lastChange(number, read);
    return found ? { setBy: { number: found.number }, before: found.before } : { setBy: null };
  }

  /** How what an actor emits and becomes is said. @throws CastError */
  wordsOf(actor: string): TwinWords {
    const schemas = new Schemas(this.opened.recording.facts.parties);
    return {
      frame: (bytes) => readable(schemas, bytes),
      state: (snapshot) => this.shown(actor, snapshot),
      kindName: (kind) => schemas.kindName(kind),
    };
  }

  shown(actor: string, snapshot: Uint8Array): unknown {
    return viewOf(this.cast, actor, stateOf(this.cast.schemaOf(actor), snapshot).state);
  }
}
