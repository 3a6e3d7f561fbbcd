/** Frames as a person reads and writes them, by the schemas of the recording. */
import { BODY_OFFSET, FOLLOWERS, type FrameHeader, readHeader } from '../../protocol/frame.js';
import { readableBody } from '../../trace/decode.js';
import { editableBody, encodeMessage } from '../../trace/encode.js';
import type { Schemas } from '../../trace/schemas.js';
import { shortText } from '../../trace/text.js';
import type { MessageTable } from './message-table.js';

/** What a frame says, apart from when it was sent. */
export interface FrameText {
  readonly kind: string;
  readonly source: string;
  readonly target: string;
  readonly body: string;
}

/** A frame, or why there is none. */
export interface Written {
  readonly frame: Uint8Array | null;
  readonly error: string;
}

const NOBODY = { kind: 0, source: 0, target: 0 };
/** Characters of a body that stands alone. */
const BODY_CHARACTERS = 400;

export class Frames {
  constructor(
    private readonly table: MessageTable,
    private readonly schemas: Schemas,
  ) {}

  /** @param known what is known of a frame that is not here */
  textOf(frame: Uint8Array, known?: Pick<FrameHeader, 'source' | 'target' | 'kind'>): FrameText {
    const { schemas } = this;
    const isWhole = frame.length >= BODY_OFFSET;
    const { kind, source, target } = isWhole ? readHeader(frame, 0) : (known ?? NOBODY);
    const to = target === FOLLOWERS ? 'followers' : schemas.partyName(target);
    const body = isWhole ? shortText(readableBody(schemas, frame), BODY_CHARACTERS) : '';
    return { kind: schemas.kindName(kind), source: schemas.partyName(source), target: to, body };
  }

  /** All of what a frame says, as JSON. */
  bodyOf(frame: Uint8Array): string {
    return editableBody(readableBody(this.schemas, frame));
  }

  /** The body of a message to be edited; null when it is not in the recording. */
  editable(row: number): string | null {
    const frame = this.table.frame(row);
    return frame && editableBody(readableBody(this.schemas, frame));
  }

  /** A message like that of a row, with another body. */
  written(row: number, body: string): Written {
    const { table, schemas } = this;
    try {
      const message = { kind: table.kind(row), target: table.target(row), sentAt: table.at(row), body };
      return { frame: encodeMessage(schemas, message), error: '' };
    } catch (error) {
      return { frame: null, error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** @returns -1 when it is not in the table */
  rowOf(source: number, sequence: number, target: number): number {
    const { table } = this;
    for (let row = table.length - 1; row >= 0; row--)
      if (table.sequence(row) === sequence && table.source(row) === source && table.target(row) === target) return row;
    return -1;
  }
}
