/** Bases of the generated message classes. An instance is used again for each message: copy what must outlive the handler. */
import { Reader } from './reader';
import { Writer } from './writer';

export abstract class Message {
  constructor(
    readonly kind: u16,
    /** Address of the party whose schema has the message: whom it goes to, unless it is sent to another. */
    readonly target: u16,
  ) {}

  /** Appends the body. */
  abstract encode(writer: Writer): void;
  /** Fills this from the body that the reader stands at. @returns false when it is malformed: the reader says how */
  abstract decode(reader: Reader): bool;
}

/** `request` is filled in by the runtime, as the other leading fields. */
export abstract class Request extends Message {
  request: u32 = 0;
}

export abstract class Reply extends Message {
  request: u32 = 0;
}

export abstract class Publication extends Message {
  version: u32 = 0;
  fresh: bool = false;
}
