/** Bodies of messages by the schemas of a recording, decoded once for all that ask for the same message after each other. */
import { type DecodedFields, decodeFrame } from './decode.js';
import type { TracedMessage } from './messages.js';
import type { Schemas } from './schemas.js';

export class Bodies {
  private message: TracedMessage | null = null;
  private body: DecodedFields | null = null;

  constructor(private readonly schemas: Schemas) {}

  /** Null when the frame is not known, or malformed. */
  of(message: TracedMessage): DecodedFields | null {
    if (this.message !== message) {
      this.body = this.decode(message);
      this.message = message;
    }
    return this.body;
  }

  private decode({ frame }: TracedMessage): DecodedFields | null {
    if (!frame) return null;
    try {
      return decodeFrame(this.schemas, frame);
    } catch {
      return null;
    }
  }
}
