/** Bodies of messages by the schemas of a recording, decoded once for all that ask for the same frame after each other. */
import type { Frame } from '../protocol/names.js';
import { type DecodedFields, decodeFrame } from './decode.js';
import type { TracedMessage } from './messages.js';
import type { Schemas } from './schemas.js';

export class Bodies {
  private frame: Frame | null = null;
  private body: DecodedFields | null = null;

  constructor(private readonly schemas: Schemas) {}

  /** Null when the frame is not known, or malformed. */
  of({ frame }: Pick<TracedMessage, 'frame'>): DecodedFields | null {
    if (!frame) return null;
    if (this.frame !== frame) {
      this.body = this.decode(frame);
      this.frame = frame;
    }
    return this.body;
  }

  private decode(frame: Frame): DecodedFields | null {
    try {
      return decodeFrame(this.schemas, frame);
    } catch {
      return null;
    }
  }
}
