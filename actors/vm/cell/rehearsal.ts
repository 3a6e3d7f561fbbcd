/**
 * Handles frames in an instance whose output is held back: again, to reach a state and to compare the output with what had left (a restart,
 * a move), or for a trial, to see what they would do.
 */

import { FrameDigest } from '../../../bus/digest.js';
import type { Kinds } from '../../../bus/kinds.js';
import {
  BODY_OFFSET,
  CAUSE_SEQUENCE_OFFSET,
  CAUSE_SOURCE_OFFSET,
  checkFrame,
  frameLength,
  KIND_OFFSET,
  readHeader,
  readU16,
  readU53,
  TARGET_OFFSET,
} from '../../../protocol/frame.js';
import { DIVERGENT_BODY_CHARACTERS_MAX, DIVERGENT_FRAME_BYTES_MAX } from '../../../protocol/limits.js';
import type { Address, Frame, Sequence, SnapshotBytes } from '../../../protocol/names.js';
import { decodePlain } from '../../../protocol/plain.js';
import type { Trial } from '../../contract/control.js';
import type { DivergenceReport } from '../../contract/events.js';
import { type ActorFactory, type ActorOptions, ActorTrap, type Output } from '../../contract/instance.js';
import { isA, stackOf } from '../../contract/thrown.js';

type Emitted = NonNullable<DivergenceReport['again']>;
const NO_MESSAGE = { kindName: '', source: '', sequence: 0 };

interface Difference {
  readonly first: Uint8Array | null;
  readonly again: Uint8Array | null;
  /** The message that was being handled. */
  readonly cause: Uint8Array | null;
}

/** How far an actor had got: the last sequence that it had sent, and the digest of all its output. */
export interface Heard {
  readonly sequence: Sequence;
  readonly digest: number;
}

/** Handles frames once more, from a given state on: the output is held back, and compared with what had left the first time. */
export class Rehearsal {
  digest: number;
  sequence: Sequence;
  /** The first difference. */
  private difference: Difference | null = null;
  private at = 0;
  private readonly frameDigest = new FrameDigest();
  private readonly messages: Uint8Array[] = [];

  /**
   * @param from the state that it begins with
   * @param until what had left the first time
   * @param sent the output in between, as far as it was kept; null when nothing is known of it
   */
  constructor(
    from: Heard,
    private readonly until: Heard,
    private readonly sent: Uint8Array | null,
  ) {
    ({ digest: this.digest, sequence: this.sequence } = from);
  }

  /** Takes the output of a message that was handled again. */
  heard(message: Uint8Array, { bytes, start, end }: Output): void {
    this.messages.push(message);
    this.digest = this.frameDigest.add(this.digest, bytes, start, end);
    this.compare(message, bytes, start, end);
  }

  private compare(message: Uint8Array, bytes: Uint8Array, start: number, end: number): void {
    const { sent } = this;
    for (let at = start; at < end; at += frameLength(bytes, at)) {
      const isMore = this.sequence++ >= this.until.sequence;
      if (this.difference) continue;
      const again = () => bytes.slice(at, at + frameLength(bytes, at));
      if (isMore) this.difference = { first: null, again: again(), cause: message };
      if (!sent || this.at >= sent.length || isMore) continue;
      const length = frameLength(sent, this.at);
      if (!isSame(sent, this.at, bytes, at))
        this.difference = { first: sent.slice(this.at, this.at + length), again: again(), cause: message };
      this.at += length;
    }
  }

  /** All was handled again. @returns whether the output was the same; a frame that did not come again counts as a difference */
  finish(): boolean {
    const { messages, difference, sent, until } = this;
    if (!difference && sent && this.at < sent.length) {
      const first = sent.slice(this.at, this.at + frameLength(sent, this.at));
      this.difference = { first, again: null, cause: causeOf(first, messages) };
    }
    if (difference?.first) this.difference = { ...difference, cause: earlier(messages, difference) };
    return this.difference === null && this.digest === until.digest && this.sequence === until.sequence;
  }

  describe(kinds: Kinds): Pick<DivergenceReport, 'message' | 'first' | 'again'> {
    const { first = null, again = null, cause = null } = this.difference ?? {};
    const { kindName, source, sequence } = cause ? kinds.messageOf(cause) : NO_MESSAGE;
    const message = { kindName, source, sequence };
    return { message, first: first && emittedOf(first, kinds), again: again && emittedOf(again, kinds) };
  }
}

/** The message that caused a frame, by its header. */
function causeOf(frame: Frame, messages: readonly Uint8Array[]): Uint8Array | null {
  const source = readU16(frame, CAUSE_SOURCE_OFFSET);
  const sequence = readU53(frame, CAUSE_SEQUENCE_OFFSET);
  return messages.find((message) => isFrom(message, source, sequence)) ?? null;
}

function isFrom(message: Uint8Array, source: Address, sequence: Sequence): boolean {
  const header = readHeader(message, 0);
  return header.source === source && header.sequence === sequence;
}

/** A frame that is missing the second time shows as the next one, of a later message. */
function earlier(messages: readonly Uint8Array[], { first, cause }: Difference): Uint8Array | null {
  const former = first && causeOf(first, messages);
  return former && cause && messages.indexOf(former) < messages.indexOf(cause) ? former : cause;
}

function emittedOf(frame: Frame, kinds: Kinds): Emitted {
  const kind = readU16(frame, KIND_OFFSET);
  const target = kinds.get(kind)?.role === 'publication' ? '' : kinds.partyName(readU16(frame, TARGET_OFFSET));
  return {
    kindName: kinds.nameOf(kind),
    target,
    body: textOf(frame),
    bytes: frame.length,
    firstBytes: frame.slice(0, DIVERGENT_FRAME_BYTES_MAX),
  };
}

function textOf(frame: Frame): string {
  try {
    const text = JSON.stringify(decodePlain(frame.subarray(BODY_OFFSET)), (_, value) =>
      value instanceof Uint8Array ? `${value.length} bytes` : value,
    );
    return text.length > DIVERGENT_BODY_CHARACTERS_MAX ? `${text.slice(0, DIVERGENT_BODY_CHARACTERS_MAX)}...` : text;
  } catch {
    return '';
  }
}

/** Whether two emitted frames are the same in kind, target and body. What the gate stamps is not compared. */
function isSame(a: Uint8Array, at: number, b: Uint8Array, from: number): boolean {
  const length = frameLength(a, at);
  if (length !== frameLength(b, from)) return false;
  if (readU16(a, at + KIND_OFFSET) !== readU16(b, from + KIND_OFFSET)) return false;
  if (readU16(a, at + TARGET_OFFSET) !== readU16(b, from + TARGET_OFFSET)) return false;
  for (let i = BODY_OFFSET; i < length; i++) if (a[at + i] !== b[from + i]) return false;
  return true;
}

/**
 * Tries a message in a throw-away instance with an actor's present state: nothing that it does is kept or sent.
 * @throws ActorTrap when the instance cannot take the state
 */
export async function runTrial(
  factory: ActorFactory,
  options: ActorOptions,
  snapshot: SnapshotBytes,
  frame: Frame,
  kinds: Kinds,
): Promise<Trial> {
  const instance = factory.create(options);
  try {
    instance.restore(snapshot);
    const trap = trapOf(() => instance.handle(frame, 0, frame.length));
    const malformed = instance.malformed[0]?.error.message ?? '';
    if (!trap) return { trap, malformed, emitted: emitted(instance.output, kinds) };
    await trap.ready();
    return { trap: shown(trap), malformed, emitted: [] };
  } finally {
    instance.dispose();
  }
}

function trapOf(run: () => void): ActorTrap | null {
  try {
    run();
    return null;
  } catch (error) {
    return isA(error, ActorTrap) ? error : new ActorTrap(0, error);
  }
}

const shown = (trap: ActorTrap): Trial['trap'] => ({
  reason: trap.message,
  stack: stackOf(trap.cause) || stackOf(trap),
  position: trap.position,
});

function emitted({ bytes, start, end }: Output, kinds: Kinds): Trial['emitted'] {
  const frames: Trial['emitted'][number][] = [];
  for (let at = start; at < end; ) {
    const length = checkFrame(bytes, at, end);
    const facts = kinds.get(readU16(bytes, at + KIND_OFFSET));
    const target = facts?.role === 'publication' ? '' : kinds.partyName(readU16(bytes, at + TARGET_OFFSET));
    frames.push({ kindName: facts?.name ?? '', target, frame: bytes.slice(at, at + length) });
    at += length;
  }
  return frames;
}

/** @throws DecodeError, or Error when the bytes are not one whole frame for this address */
export function wholeFrame(frame: Frame, target: Address): Uint8Array {
  if (checkFrame(frame, 0, frame.length) !== frame.length) throw new Error('more than one frame');
  if (readU16(frame, TARGET_OFFSET) !== target) throw new Error('a frame for another party');
  return frame;
}
