/** One value of a body, by its path: what is before it is skipped, and what is after it is not read. */
import { DecodeError } from '../protocol/errors.js';
import { BODY_OFFSET } from '../protocol/frame.js';
import type { Frame, Kind } from '../protocol/names.js';
import { Reader } from '../protocol/reader.js';
import type { Field } from '../protocol/schema.js';
import { defaultOf, FieldDecoder } from './decode.js';
import type { Schemas } from './schemas.js';
import { valueAt } from './values.js';

/** Where the first field of a path is in bodies of one kind. */
interface Place {
  readonly index: number;
  readonly field: Field;
}

export class BodyPath {
  private readonly reader = new Reader();
  private readonly decoder = new FieldDecoder(this.reader);
  private readonly places = new Map<Kind, Place | null>();

  constructor(
    private readonly schemas: Schemas,
    private readonly steps: readonly string[],
  ) {}

  /** Whether bodies of a kind have the field in which the path begins. */
  isIn(kind: Kind): boolean {
    return this.placeOf(kind) !== null;
  }

  private placeOf(kind: Kind): Place | null {
    let place = this.places.get(kind);
    if (place === undefined) this.places.set(kind, (place = this.find(kind)));
    return place;
  }

  private find(kind: Kind): Place | null {
    const fields = this.schemas.kind(kind)?.fields ?? [];
    const index = fields.findIndex(([name]) => name === this.steps[0]);
    return index < 0 ? null : { index, field: fields[index][1] };
  }

  /** Undefined where there is none, or it is malformed. The header is not looked at. */
  of(kind: Kind, frame: Frame): unknown {
    const place = this.placeOf(kind);
    if (!place) return undefined;
    try {
      this.reader.reset(frame, BODY_OFFSET);
      return this.inStructure(place.index, place.field, 1);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return undefined;
    }
  }

  private inStructure(index: number, field: Field, at: number): unknown {
    const { reader, steps } = this;
    if (index >= reader.structure()) return valueAt(defaultOf(field), steps.slice(at));
    for (let before = 0; before < index; before++) reader.skip();
    return this.inField(field, at);
  }

  private inField(field: Field, at: number): unknown {
    const { reader, decoder, steps } = this;
    if (at < steps.length && field.type === 'optional') return reader.nil() ? undefined : this.inField(field.item!, at);
    if (at < steps.length && field.type === 'struct') {
      const names = Object.keys(field.fields!);
      const index = names.indexOf(steps[at]);
      return index < 0 ? undefined : this.inStructure(index, field.fields![names[index]], at + 1);
    }
    if (at < steps.length && field.type === 'list' && /^\d+$/.test(steps[at])) {
      const length = reader.listLength(Number.POSITIVE_INFINITY);
      const index = Number(steps[at]);
      if (index >= length) return undefined;
      for (let before = 0; before < index; before++) reader.skip();
      return this.inField(field.item!, at + 1);
    }
    const value = decoder.value(field);
    return at === steps.length ? value : valueAt(value, steps.slice(at));
  }
}
