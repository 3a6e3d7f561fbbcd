/**
 * One actor as it is replayed, in one twin or in two at once: batches of what it handled go in, and what it emits is kept for those who get it.
 * The first of two twins is believed, and the second compared with it.
 */
import { type ActorFactory, type ActorInstance, type ActorOptions, ActorTrap } from '../../actors/contract/instance.js';
import { isA, reasonsOf } from '../../actors/contract/thrown.js';
import type { Address, Epoch, Frame, Sequence, SnapshotBytes } from '../../protocol/names.js';
import type { PartySchema } from '../../protocol/schema.js';
import type { Beginning } from '../../trace/step.js';
import { SentFrames } from './sent-frames.js';
import { type Entry, Window } from './window.js';

/** Handed to an instance at once, as a VM does. */
const BATCH_FRAMES_MAX = 256;
const BATCH_BYTES_MAX = 64 * 1024;

/** What two twins made of one message. */
export interface Outcome {
  /** What it emitted, unstamped. */
  readonly output: Uint8Array;
  /** Its snapshot after the message; empty when it trapped. */
  readonly after: Uint8Array;
  /** What ended it; null when nothing did. */
  readonly trap: ActorTrap | null;
}

/** The first message at which two twins differ. */
export interface Divergence {
  readonly actor: ReplayedActor;
  readonly entry: Entry;
  readonly frame: Frame;
  readonly before: Uint8Array;
  readonly outcomes: readonly [Outcome, Outcome];
}

/** Sees each window as it is closed. */
export interface WindowListener {
  /** @param after the snapshot at its end, valid during the call */
  closed(actor: ReplayedActor, window: Window, after: Uint8Array): void;
}

export class ReplayedActor {
  readonly sent = new SentFrames();
  epoch: Epoch = 1;
  /** Why it cannot be run now; empty when it can. */
  blind = 'the recording does not say how it began';
  divergence: Divergence | null = null;
  /** The message at which it trapped, though it had not in the recording. */
  trapped: { readonly entry: Entry; readonly trap: ActorTrap } | null = null;
  window = new Window([]);
  options: ActorOptions = {};
  private twins: ActorInstance[] = [];
  private readonly outputs: Uint8Array[][] = [];

  constructor(
    readonly schema: PartySchema,
    readonly factories: readonly ActorFactory[],
    private readonly listener?: WindowListener,
  ) {}

  /** Begins a new life. */
  begin({ options, snapshot, sequence }: Beginning, epoch: Epoch): void {
    this.options = options;
    this.epoch = epoch;
    this.goOn(snapshot, sequence);
  }

  /** Goes on from a state that the recording has. */
  goOn(snapshot: SnapshotBytes | null, sequence: Sequence): void {
    this.end();
    this.sent.sequence = sequence;
    try {
      this.twins = this.factories.map((factory) => make(factory, this.options, snapshot));
      this.window = new Window(this.twins.map((twin) => twin.snapshot().slice()));
      this.blind = '';
    } catch (error) {
      // A file may say anything.
      this.blind = '';
      this.goBlind(`the state that the recording has of it cannot be restored: ${reasonsOf(error)}`);
    }
  }

  /** It cannot be run until the recording has its state again. */
  goBlind(why: string): void {
    this.blind ||= why;
    this.window = new Window([]);
  }

  private end(): void {
    for (const twin of this.twins) twin.dispose();
    this.twins = [];
  }

  get waits(): boolean {
    const { window } = this;
    return window.length > window.handledTo;
  }

  get batchIsFull(): boolean {
    const { entries, handled, length, handledTo, isFull } = this.window;
    return isFull || entries.length - handled >= BATCH_FRAMES_MAX || length - handledTo >= BATCH_BYTES_MAX;
  }

  /** Handles what waits. Afterwards `sent` has what that emitted. */
  run(): void {
    const { window } = this;
    if (!this.waits || this.divergence || this.trapped) return;
    const [from, length] = [window.handledTo, window.length - window.handledTo];
    const ends = this.twins.map((twin, index) => this.handle(twin, index, from, length));
    if (this.twins.length > 1 && (ends.some(Boolean) || !this.outputsAgree())) this.diverge();
    this.keepOutput();
    if (ends[0]) this.trapped = { entry: entryAt(window, ends[0].at, ends[0].trap.handled), trap: ends[0].trap };
    window.handled = window.entries.length;
    window.handledTo = window.length;
    if (window.isFull) this.closeWindow();
  }

  private handle(twin: ActorInstance, index: number, from: number, length: number): End | null {
    const outputs: Uint8Array[] = [];
    this.outputs[index] = outputs;
    return feed(twin, this.window, from, length, (bytes) => outputs.push(bytes));
  }

  private outputsAgree(): boolean {
    const [first, second] = this.outputs.map(joined);
    return isEqual(first, second);
  }

  private keepOutput(): void {
    for (const bytes of this.outputs[0]) this.sent.add(bytes);
  }

  /** Takes a snapshot, and compares it with that of the other twin. */
  closeWindow(): void {
    const { window } = this;
    if (this.trapped || this.divergence || window.entries.length === 0) return;
    const snapshots = this.twins.map((twin) => twin.snapshot());
    if (snapshots.length > 1 && !isEqual(snapshots[0], snapshots[1])) this.diverge();
    this.listener?.closed(this, window, snapshots[0]);
    window.begin(snapshots.map((snapshot) => snapshot.slice()));
  }

  /** The present state. */
  snapshot(): Uint8Array {
    return this.twins[0].snapshot().slice();
  }

  /** As if a message had never come that is poison now: the frames since the last snapshot are handled again without it. */
  forget(message: { readonly source: Address; readonly sequence: Sequence }): void {
    const { window } = this;
    this.run();
    if (!window.remove(message.source, message.sequence)) return;
    this.end();
    this.twins = this.factories.map((factory, index) => make(factory, this.options, window.snapshots[index]));
    for (const twin of this.twins) feed(twin, window, 0, window.length, () => {});
    window.handled = window.entries.length;
    window.handledTo = window.length;
  }

  /** Finds the first message of the window at which the twins differ, in output or state. */
  private diverge(): void {
    if (this.divergence) return;
    const { window, factories, options } = this;
    const twins = factories.map((factory, index) => make(factory, options, window.snapshots[index]));
    let before = window.snapshots[0];
    for (const entry of window.entries) {
      const frame = window.frameOf(entry);
      const [first, second] = twins.map((twin) => outcomeOf(twin, frame));
      const isSame = isEqual(first.output, second.output) && isEqual(first.after, second.after) && !first.trap === !second.trap;
      if (!isSame) this.divergence = { actor: this, entry, frame, before, outcomes: [first, second] };
      if (!isSame || first.trap) break;
      before = first.after;
    }
    for (const twin of twins) twin.dispose();
  }
}

/** @param snapshot null or empty for the state of a new actor */
export function make(factory: ActorFactory, options: ActorOptions, snapshot: SnapshotBytes | null): ActorInstance {
  const instance = factory.create(options);
  if (snapshot && snapshot.length > 0) instance.restore(snapshot);
  return instance;
}

/** Lets an instance handle one frame. */
export function outcomeOf(twin: ActorInstance, frame: Frame): Outcome {
  const outputs: Uint8Array[] = [];
  const trap = feed(twin, { bytes: frame }, 0, frame.length, (bytes) => outputs.push(bytes))?.trap ?? null;
  return { output: joined(outputs), after: trap ? new Uint8Array(0) : twin.snapshot().slice(), trap };
}

/** An instance has ended in a batch that begins at `at`. */
interface End {
  readonly at: number;
  readonly trap: ActorTrap;
}

/** The entry that comes so many after the one at `at`. */
function entryAt({ entries }: Window, at: number, further: number): Entry {
  const first = entries.findIndex((entry) => entry.at === at);
  return entries[first + further] ?? entries.at(-1)!;
}

/** Hands in frames, in as many batches as that takes. @param emit gets copies of what was emitted @returns where that ended, if it did */
function feed(
  twin: ActorInstance,
  { bytes, entries = [] }: { readonly bytes: Uint8Array; readonly entries?: readonly Entry[] },
  from: number,
  length: number,
  emit: (bytes: Uint8Array) => void,
): End | null {
  const emitAll = () => {
    const { output } = twin;
    if (output.end > output.start) emit(output.bytes.slice(output.start, output.end));
  };
  const end = from + length;
  for (let at = from; at < end; ) {
    try {
      twin.handle(bytes, at, end - at);
    } catch (error) {
      if (!isA(error, ActorTrap)) throw error;
      emitAll();
      return { at, trap: error };
    }
    emitAll();
    at = twin.left === 0 ? end : entries[entries.length - twin.left].at;
  }
  return null;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function isEqual(first: Uint8Array, second: Uint8Array): boolean {
  if (first.length !== second.length) return false;
  for (let i = 0; i < first.length; i++) if (first[i] !== second[i]) return false;
  return true;
}
