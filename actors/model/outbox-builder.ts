/** Builds unstamped frames, one after another: what an actor or port emits before the gate stamps it. */

import { type Descriptor, leadOf } from '../../protocol/bind.js';
import { EncodeError } from '../../protocol/errors.js';
import { BODY_OFFSET, type FrameHeader, writeFrameLength, writeHeader } from '../../protocol/frame.js';
import { FRAME_BYTES_MAX, HANDLER_OUTPUT_BYTES_MAX } from '../../protocol/limits.js';
import type { Address, Kind, Microseconds, Sequence } from '../../protocol/names.js';
import { Writer } from '../../protocol/writer.js';
import { isA, unwritable } from '../contract/thrown.js';

/** A handler emitted more than the bounds allow. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** How to write a message; its name and fields tell where writing failed. */
export interface Encodable<F> extends Partial<Pick<Descriptor, 'name' | 'role' | 'fields'>> {
  readonly kind: Kind;
  encode(writer: Writer, fields: F, first: number, second: boolean): void;
}

function unwritableMessage(error: unknown, message: Encodable<never>, writer: Writer, at: number): EncodeError {
  const { kind, name = '', role, fields } = message;
  const { field, problem, cause } = unwritable(error, name, role && fields && { ...leadOf(role), ...fields }, writer, at);
  return new EncodeError(field, `${problem} (kind 0x${kind.toString(16).padStart(4, '0')})`, cause ? { cause } : {});
}

export class OutboxBuilder {
  private readonly writer = new Writer();
  private readonly header: FrameHeader = {
    kind: 0,
    source: 0,
    target: 0,
    sequence: 0,
    epoch: 0,
    causeSource: 0,
    causeSequence: 0,
    sentAt: 0,
  };

  /** Where the output of the running handler begins. */
  private handlerAt = 0;

  constructor(source = 0) {
    this.header.source = source;
  }

  get bytes(): Uint8Array {
    return this.writer.bytes;
  }

  get length(): number {
    return this.writer.length;
  }

  /** Drops everything that was built. */
  begin(): void {
    this.writer.reset(0);
    this.handlerAt = 0;
  }

  /** Drops what was built after `length`. */
  truncate(length: number): void {
    this.writer.reset(length);
  }

  /** Sets the cause of all following frames, which count together against the bound for one handler. */
  causedBy(source: Address, sequence: Sequence, sentAt: Microseconds): void {
    this.handlerAt = this.writer.length;
    this.header.causeSource = source;
    this.header.causeSequence = sequence;
    this.header.sentAt = sentAt;
  }

  /**
   * @param first request number, or version of a publication
   * @param second whether a publication is fresh
   * @throws EncodeError or OutputError; then nothing was appended
   */
  append<F>(message: Encodable<F>, target: Address, fields: F, first = 0, second = false): void {
    const { writer, header } = this;
    const at = writer.length;
    header.kind = message.kind;
    header.target = target;
    writer.reserve(BODY_OFFSET);
    writeHeader(writer.bytes, at, header);
    writer.length = at + BODY_OFFSET;
    try {
      message.encode(writer, fields, first, second);
      if (writer.length - at > FRAME_BYTES_MAX)
        throw new OutputError(`a frame of ${writer.length - at} bytes is over the limit of ${FRAME_BYTES_MAX}`);
      if (writer.length - this.handlerAt > HANDLER_OUTPUT_BYTES_MAX)
        throw new OutputError(`a handler emitted more than ${HANDLER_OUTPUT_BYTES_MAX} bytes`);
    } catch (error) {
      const wrong = isA(error, OutputError) ? error : unwritableMessage(error, message, writer, at + BODY_OFFSET);
      writer.reset(at);
      throw wrong;
    }
    writeFrameLength(writer.bytes, at, writer.length - at);
  }
}
