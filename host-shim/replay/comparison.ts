/**
 * Compares what an actor emits as it is replayed with what it had emitted: where the recording has the frames by their bytes, else by their digests.
 *
 * The catch: what a gate refused the first time is not in the recording, and a publication that nobody followed neither. So a frame that is
 * missing in the recording means nothing, unless the frames after it show that there is one more.
 */

import { BodyDigest } from '../../bus/digest.js';
import {
  BODY_OFFSET,
  CAUSE_SEQUENCE_OFFSET,
  CAUSE_SOURCE_OFFSET,
  FOLLOWERS,
  frameLength,
  KIND_OFFSET,
  readU16,
  readU53,
  TARGET_OFFSET,
} from '../../protocol/frame.js';
import type { Address, Sequence } from '../../protocol/names.js';
import { RecentMap } from '../../trace/recent-map.js';
import type { Schemas } from '../../trace/schemas.js';
import type { Emitted, MessageId } from '../../trace/step.js';
import { compareBodies, type Difference, type Finding, readable } from './difference.js';
import type { ReplayedActor } from './replayed-actor.js';
import { isEqual } from './replayed-actor.js';
import type { SentFrame } from './sent-frames.js';
import type { Entry } from './window.js';

/** Messages of an actor whose numbers are known: what it emitted at an earlier one has left its gate long ago. */
const NUMBERS_MAX = 65_536;

/** One number for a message; sequences go on by 2^32 with each life. */
const keyOf = (source: Address, sequence: Sequence): number => source * 2 ** 37 + (sequence % 2 ** 37);

type Handled = Pick<Entry, 'number' | 'source' | 'sequence' | 'kind'>;

export class Comparison {
  private expected: Emitted[] = [];
  private readonly digest = new BodyDigest();
  private readonly handled = new RecentMap<number, Handled>(NUMBERS_MAX);

  constructor(
    private readonly actor: ReplayedActor,
    private readonly schemas: Schemas,
  ) {}

  /** The recording has this emission. */
  expect(step: Emitted): void {
    this.expected.push(step);
  }

  /** The actor was handed this message. */
  note(entry: Handled): void {
    this.handled.set(keyOf(entry.source, entry.sequence), entry);
  }

  /** Forgets what was expected: the actor begins anew, or cannot be run. */
  reset(): void {
    this.expected = [];
  }

  /** Compares what has come out so far. @returns the first difference; null when there is none */
  check(): Difference | null {
    const { expected, actor } = this;
    let checked = 0;
    for (const step of expected) {
      if (step.sequence > actor.sent.sequence && !this.isHandled(step.cause)) break;
      checked++;
      const difference = this.compare(step);
      if (difference) return difference;
    }
    if (checked > 0) this.expected = expected.slice(checked);
    return null;
  }

  private isHandled(cause: MessageId | null): boolean {
    return cause !== null && this.handled.has(keyOf(cause.source, cause.sequence));
  }

  private compare(step: Emitted): Difference | null {
    const { actor } = this;
    const recordedAt = step.cause && this.handled.get(keyOf(step.cause.source, step.cause.sequence));
    if (!recordedAt) return null; // emitted before what is replayed
    const sent = actor.sent.find(step.sequence);
    if (!sent) return step.sequence > actor.sent.sequence ? this.differ(recordedAt, this.missing(step)) : null;
    const replayedAt = this.handled.get(
      keyOf(readU16(sent.bytes, sent.at + CAUSE_SOURCE_OFFSET), readU53(sent.bytes, sent.at + CAUSE_SEQUENCE_OFFSET)),
    );
    if (!replayedAt) return null;
    if (replayedAt.number < recordedAt.number) return this.differ(replayedAt, this.extra(sent));
    if (replayedAt.number > recordedAt.number) return this.differ(recordedAt, this.missing(step));
    const found = this.compareFrames(step, sent);
    return found && this.differ(recordedAt, found);
  }

  private differ({ number, source, sequence, kind }: Handled, found: Finding): Difference {
    return { number, actor: this.actor.schema.name, kind: this.schemas.kindName(kind), message: { source, sequence }, ...found };
  }

  private missing({ kind, frame, digest }: Emitted): Finding {
    const recorded = frame ? readable(this.schemas, frame) : `body with digest ${digest}`;
    return { what: 'missing', path: this.schemas.kindName(kind), recorded, replayed: undefined };
  }

  private extra({ bytes, at }: SentFrame): Finding {
    const replayed = readable(this.schemas, bytes, at, at + frameLength(bytes, at));
    return { what: 'extra', path: replayed.kind, recorded: undefined, replayed };
  }

  private compareFrames({ kind, target, frame, digest, bytes: length }: Emitted, { bytes, at }: SentFrame): Finding | null {
    const { schemas } = this;
    const end = at + frameLength(bytes, at);
    const [itsKind, itsTarget] = [readU16(bytes, at + KIND_OFFSET), readU16(bytes, at + TARGET_OFFSET)];
    if (itsKind !== kind) return { what: 'output', path: 'kind', recorded: schemas.kindName(kind), replayed: schemas.kindName(itsKind) };
    if (itsTarget !== FOLLOWERS && itsTarget !== target)
      return { what: 'output', path: 'target', recorded: schemas.partyName(target), replayed: schemas.partyName(itsTarget) };
    if (frame) {
      const isSame = isEqual(frame.subarray(BODY_OFFSET), bytes.subarray(at + BODY_OFFSET, end));
      return isSame ? null : compareBodies(schemas, frame, bytes.subarray(at, end));
    }
    if (end - at === length && (digest === null || digest === this.digest.of(bytes, at))) return null;
    const recorded = `body of ${length - BODY_OFFSET} bytes with digest ${digest}`;
    return { what: 'output', path: schemas.kindName(kind), recorded, replayed: readable(schemas, bytes, at, end).body };
  }
}
