/**
 * Fields of messages that do not leave the application: a recording that is made with a redaction has what stands for nothing in their place.
 *
 *   ['session.login.password', 'network.fetch.reply.body']
 *
 * The catch: an actor may keep in its state what a message said. So no state is recorded either, and such a recording cannot be played again.
 */
import { encode } from '@msgpack/msgpack';
import { DecodeError } from '../protocol/errors.js';
import { BODY_OFFSET, writeFrameLength } from '../protocol/frame.js';
import type { Frame, Kind } from '../protocol/names.js';
import { Reader } from '../protocol/reader.js';
import type { Field } from '../protocol/schema.js';
import type { Schemas } from './schemas.js';
import type { TraceStep } from './step.js';

/** What a text says instead. */
const REDACTED = '[redacted]';

/** Position of a field in its body, and the bytes that stand there instead. */
type Blanks = Map<number, Uint8Array>;

export class Redaction {
  private readonly kinds = new Map<Kind, Blanks>();

  /**
   * @param paths names of fields, each after the name of its kind
   * @throws RangeError for a kind or field that does not exist
   */
  constructor(schemas: Schemas, paths: readonly string[]) {
    for (const path of paths) {
      const [name, field] = [path.slice(0, path.lastIndexOf('.')), path.slice(path.lastIndexOf('.') + 1)];
      const kind = schemas.kindNamed(name);
      if (!kind) throw new RangeError(`redact: ${path}: there is no kind ${name}`);
      const position = kind.fields.findIndex(([one]) => one === field);
      if (position < 0)
        throw new RangeError(`redact: ${name} has no field ${field}: it has ${kind.fields.map(([one]) => one).join(', ') || 'none'}`);
      const blanks: Blanks = this.kinds.get(kind.kind) ?? new Map();
      this.kinds.set(kind.kind, blanks.set(position, encode(blankOf(kind.fields[position][1]))));
    }
  }

  /** @returns steps without what is not to be seen */
  apply(steps: readonly TraceStep[]): readonly TraceStep[] {
    return this.kinds.size === 0 ? steps : steps.map((step) => this.without(step));
  }

  private without(step: TraceStep): TraceStep {
    if (step.type === 'snapshot') return { ...step, snapshot: null };
    if (step.type === 'started') return { ...step, begin: null };
    if (!('kind' in step)) return step;
    const blanks = this.kinds.get(step.kind);
    if (!blanks) return step;
    if (step.type === 'emitted') return { ...step, digest: null, frame: step.frame && blanked(step.frame, blanks) };
    if (step.type === 'handled' || step.type === 'rejected') return { ...step, frame: step.frame && blanked(step.frame, blanks) };
    return step;
  }
}

/** A body that makes no sense is left out whole: nobody knows what is in it. */
function blanked(frame: Frame, blanks: Blanks): Frame | null {
  try {
    const reader = new Reader().reset(frame, BODY_OFFSET);
    const count = reader.listLength(Number.POSITIVE_INFINITY);
    const parts = [frame.subarray(0, reader.at)];
    for (let position = 0; position < count; position++) {
      const from = reader.at;
      reader.skip();
      parts.push(blanks.get(position) ?? frame.subarray(from, reader.at));
    }
    reader.finish();
    return frameOf(parts);
  } catch (error) {
    if (error instanceof DecodeError) return null;
    throw error;
  }
}

function frameOf(parts: readonly Uint8Array[]): Frame {
  const frame = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  writeFrameLength(frame, 0, frame.length);
  return frame;
}

/** Fits the schema of the field, so that the body can be decoded. */
function blankOf(field: Field): unknown {
  switch (field.type) {
    case 'str':
      return (field.max ?? REDACTED.length) >= REDACTED.length ? REDACTED : '';
    case 'bin':
      return new Uint8Array(0);
    case 'bool':
      return false;
    case 'list':
      return [];
    case 'map':
      return {};
    case 'struct':
      return Object.values(field.fields!).map(blankOf);
    case 'optional':
    case 'dynamic':
      return null;
    default:
      return 0;
  }
}
