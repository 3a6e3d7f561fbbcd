/**
 * The shortest run that shows what happens at one message: its actor, the state from which it begins, and as few of its messages as show a difference
 * between the twins; where none differ, the one message. What it expects is what the twin in JavaScript gives, which is the ground truth.
 */
import type { ActorFactory, ActorOptions } from '../../actors/contract/instance.js';
import { BodyDigest } from '../../bus/digest.js';
import {
  EPOCH_OFFSET,
  frameLength,
  framesIn,
  readHeader,
  SEQUENCE_OFFSET,
  SOURCE_OFFSET,
  writeU16,
  writeU32,
  writeU53,
} from '../../protocol/frame.js';
import type { Address, Sequence, SnapshotBytes } from '../../protocol/names.js';
import type { Recording, RecordingFacts } from '../../trace/recording.js';
import { Schemas } from '../../trace/schemas.js';
import type { Emitted, Handled, TraceStep } from '../../trace/step.js';
import type { Cast, Side } from './cast.js';
import { CastError } from './cast.js';
import { play } from './replay.js';
import { isEqual, make, outcomeOf, type ReplayedActor, type WindowListener } from './replayed-actor.js';
import type { Window } from './window.js';

export interface Excerpt {
  readonly actor: string;
  /** The twin that it tries. */
  readonly side: Side;
  /** The kind of the message, and who sent it. */
  readonly kind: string;
  readonly from: string;
  /** Whether the twins differ in it. */
  readonly differs: boolean;
  /** A recording of its own, at level `frames`. */
  readonly facts: RecordingFacts;
  readonly steps: readonly TraceStep[];
}

export interface ExcerptOptions {
  /** Number of the message. */
  readonly at: number;
  /** Says which twin of the actor is tried; as recorded when not given. */
  readonly placement?: string;
}

/** Longer runs are not cut down message by message. */
const CUT_MESSAGES_MAX = 512;

/** @throws RecordingError, PlacementError; CastError also when there is no such message */
export async function excerpt(recording: Recording, cast: Cast, { at, placement }: ExcerptOptions): Promise<Excerpt> {
  const plan = cast.planOf(placement ?? null, recording.facts);
  const truths = new Map(cast.names.map((name) => [name, cast.has(name, 'js') ? 'js' : 'wasm'] as const));
  const capture = new Capture(at);
  const replayer = await play(recording, { roles: await cast.rolesOf([truths]), compared: new Set(), until: at, listener: capture });
  const { captured } = capture;
  if (!captured)
    throw new CastError(`message ${at} was not played: ${replayer.unreplayed.reasons[0] ?? `the recording has ${replayer.messages}`}`);
  const name = captured.actor.schema.name;
  const side = plan.get(name) ?? 'js';
  const tried = await cast.factoryOf(name, side);
  const run = new Cut(captured, tried).shortest();
  const schemas = new Schemas(recording.facts.parties);
  const { kind, source } = readHeader(captured.frames.at(-1)!, 0);
  const facts: RecordingFacts = { ...recording.facts, level: 'frames', placement: { [name]: side } };
  return {
    actor: name,
    side,
    kind: schemas.kindName(kind),
    from: schemas.partyName(source),
    differs: run.differs,
    facts,
    steps: stepsOf(captured, run, side),
  };
}

interface Captured {
  readonly actor: ReplayedActor;
  readonly snapshot: SnapshotBytes;
  readonly frames: readonly Uint8Array[];
  /** The last that the actor had sent at the end. */
  readonly sequence: Sequence;
}

/** Keeps the window that ends with the message. */
class Capture implements WindowListener {
  captured: Captured | null = null;

  constructor(private readonly at: number) {}

  closed(actor: ReplayedActor, window: Window): void {
    if (window.entries.at(-1)?.number !== this.at) return;
    this.captured = {
      actor,
      snapshot: window.snapshots[0],
      frames: window.entries.map((entry) => window.frameOf(entry)),
      sequence: actor.sent.sequence,
    };
  }
}

interface Run {
  readonly snapshot: SnapshotBytes;
  readonly frames: readonly Uint8Array[];
  readonly differs: boolean;
}

/** Looks for the shortest run that shows the difference. */
class Cut {
  private readonly truth: ActorFactory;
  private readonly options: ActorOptions;

  constructor(
    private readonly captured: Captured,
    private readonly tried: ActorFactory,
  ) {
    [this.truth] = captured.actor.factories;
    this.options = captured.actor.options;
  }

  shortest(): Run {
    const { frames } = this.captured;
    const states = this.statesBefore();
    for (let length = 1; ; length = Math.min(2 * length, frames.length)) {
      const from = frames.length - length;
      const run = { snapshot: states[from], frames: frames.slice(from) };
      if (this.differs(run)) return { ...this.without(run), differs: true };
      if (from === 0) return { snapshot: states[frames.length - 1], frames: frames.slice(-1), differs: false };
    }
  }

  /** The state before each message. */
  private statesBefore(): readonly Uint8Array[] {
    const { snapshot, frames } = this.captured;
    const instance = make(this.truth, this.options, snapshot);
    const states = [snapshot];
    for (const frame of frames.slice(0, -1)) states.push(outcomeOf(instance, frame).after);
    instance.dispose();
    return states;
  }

  private differs({ snapshot, frames }: Omit<Run, 'differs'>): boolean {
    const twins = [this.truth, this.tried].map((factory) => make(factory, this.options, snapshot));
    const last = frames.length - 1;
    const found = frames.some((frame, index) => {
      const [one, other] = twins.map((twin) => outcomeOf(twin, frame));
      if (one.trap || other.trap) return !one.trap !== !other.trap;
      return !isEqual(one.output, other.output) || (index === last && !isEqual(one.after, other.after));
    });
    for (const twin of twins) twin.dispose();
    return found;
  }

  /** Leaves out what is not needed. The last message stays. */
  private without(run: Omit<Run, 'differs'>): Omit<Run, 'differs'> {
    let { frames } = run;
    if (frames.length > CUT_MESSAGES_MAX) return run;
    for (let index = frames.length - 2; index >= 0; index--) {
      const fewer = frames.filter((_, other) => other !== index);
      if (this.differs({ ...run, frames: fewer })) frames = fewer;
    }
    return { ...run, frames };
  }
}

/** What the twin in JavaScript does in this run, as steps of a recording. */
function stepsOf({ actor, sequence }: Captured, { snapshot, frames }: Run, vm: Side): readonly TraceStep[] {
  const party = actor.schema.address;
  const instance = make(actor.factories[0], actor.options, snapshot);
  let sent = sequence;
  const start = readHeader(frames[0], 0).sentAt;
  const steps: TraceStep[] = [
    { type: 'started', vm, at: start, party, epoch: 1, begin: { options: actor.options, snapshot, sequence: sent } },
  ];
  let after = snapshot;
  for (const frame of frames) {
    const { source, target, kind, sequence: number, sentAt } = readHeader(frame, 0);
    const handled: Handled = {
      type: 'handled',
      vm,
      at: sentAt,
      source,
      target,
      kind,
      sequence: number,
      epoch: 1,
      sentAt,
      endedAt: sentAt,
      again: false,
      frame,
    };
    steps.push(handled);
    const outcome = outcomeOf(instance, frame);
    for (const output of framesIn(outcome.output)) steps.push(emittedStep(output, party, ++sent, vm));
    if (!outcome.trap) after = outcome.after;
  }
  instance.dispose();
  const { sentAt } = readHeader(frames.at(-1)!, 0);
  return [...steps, { type: 'snapshot', vm, at: sentAt, party, sequence: sent, snapshot: after }];
}

const digest = new BodyDigest();

function emittedStep(output: Uint8Array, source: Address, sequence: Sequence, vm: Side): Emitted {
  const frame = output.slice();
  writeU16(frame, SOURCE_OFFSET, source);
  writeU53(frame, SEQUENCE_OFFSET, sequence);
  writeU32(frame, EPOCH_OFFSET, 1);
  const { kind, target, causeSource, causeSequence, sentAt } = readHeader(frame, 0);
  const cause = { source: causeSource, sequence: causeSequence };
  const bytes = frameLength(frame, 0);
  return { type: 'emitted', vm, at: sentAt, source, sequence, epoch: 1, target, kind, cause, bytes, digest: digest.of(frame, 0), frame };
}
