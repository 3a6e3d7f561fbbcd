/** Compares what comes out of a replay, frame by frame, with what had left the first time. */
import { decode } from '@msgpack/msgpack';
import type { Kinds } from '../../../bus/kinds.js';
import {
  BODY_OFFSET,
  CAUSE_SEQUENCE_OFFSET,
  CAUSE_SOURCE_OFFSET,
  frameLength,
  KIND_OFFSET,
  readHeader,
  readU16,
  readU53,
  TARGET_OFFSET,
} from '../../../protocol/frame.js';
import { DIVERGENT_BODY_CHARACTERS_MAX, DIVERGENT_FRAME_BYTES_MAX } from '../../../protocol/limits.js';
import type { DivergenceReport } from '../../contract/events.js';
import { isSame } from './sent-since.js';

type Emitted = NonNullable<DivergenceReport['again']>;
interface Difference {
  readonly first: Uint8Array | null;
  readonly again: Uint8Array | null;
  /** The message that was handled. */
  readonly cause: Uint8Array | null;
}

export class ReplayCheck {
  /** The first one. */
  private difference: Difference | null = null;
  private at = 0;
  private sequence: number;

  /** @param sent what had left since the snapshot, as far as it was kept; null when nothing is known of it @param sequence of the snapshot @param lastSequence that had left */
  constructor(
    private readonly sent: Uint8Array | null,
    sequence: number,
    private readonly lastSequence: number,
  ) {
    this.sequence = sequence;
  }

  /** `bytes[start, end)` came out as `message` was handled again. */
  compare(message: Uint8Array, bytes: Uint8Array, start: number, end: number): void {
    const { sent } = this;
    for (let at = start; at < end && !this.difference; at += frameLength(bytes, at)) {
      const isMore = this.sequence++ >= this.lastSequence;
      const again = () => bytes.slice(at, at + frameLength(bytes, at));
      if (isMore) this.difference = { first: null, again: again(), cause: message };
      if (!sent || this.at >= sent.length || isMore) continue;
      const length = frameLength(sent, this.at);
      if (!isSame(sent, this.at, bytes, at))
        this.difference = { first: sent.slice(this.at, this.at + length), again: again(), cause: message };
      this.at += length;
    }
  }

  /** All was handled again. @param messages that were @returns whether it is known where it differs; a frame that has not come again counts */
  finish(messages: readonly Uint8Array[]): boolean {
    const { difference, sent } = this;
    if (!difference && sent && this.at < sent.length) {
      const first = sent.slice(this.at, this.at + frameLength(sent, this.at));
      this.difference = { first, again: null, cause: causeOf(first, messages) };
    }
    if (difference?.first) this.difference = { ...difference, cause: earlier(messages, difference) };
    return this.difference !== null;
  }

  describe(kinds: Kinds): Pick<DivergenceReport, 'message' | 'first' | 'again'> {
    const { first = null, again = null, cause = null } = this.difference ?? {};
    return { message: messageOf(cause, kinds), first: first && emittedOf(first, kinds), again: again && emittedOf(again, kinds) };
  }
}

/** What had caused a frame, by its header. */
function causeOf(frame: Uint8Array, messages: readonly Uint8Array[]): Uint8Array | null {
  const source = readU16(frame, CAUSE_SOURCE_OFFSET);
  const sequence = readU53(frame, CAUSE_SEQUENCE_OFFSET);
  return messages.find((message) => isFrom(message, source, sequence)) ?? null;
}

function isFrom(message: Uint8Array, source: number, sequence: number): boolean {
  const header = readHeader(message, 0);
  return header.source === source && header.sequence === sequence;
}

/** A frame that is not said again shows as the next one, of a later message. */
function earlier(messages: readonly Uint8Array[], { first, cause }: Difference): Uint8Array | null {
  const former = first && causeOf(first, messages);
  return former && cause && messages.indexOf(former) < messages.indexOf(cause) ? former : cause;
}

function messageOf(frame: Uint8Array | null, kinds: Kinds): DivergenceReport['message'] {
  if (!frame) return { kindName: '', source: '', sequence: 0 };
  const { kind, source, sequence } = readHeader(frame, 0);
  return { kindName: kinds.nameOf(kind), source: kinds.partyName(source), sequence };
}

function emittedOf(frame: Uint8Array, kinds: Kinds): Emitted {
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

function textOf(frame: Uint8Array): string {
  try {
    const text = JSON.stringify(decode(frame.subarray(BODY_OFFSET)), (_, value) =>
      value instanceof Uint8Array ? `${value.length} bytes` : value,
    );
    return text.length > DIVERGENT_BODY_CHARACTERS_MAX ? `${text.slice(0, DIVERGENT_BODY_CHARACTERS_MAX)}...` : text;
  } catch {
    return '';
  }
}
