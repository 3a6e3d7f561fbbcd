/** Bases of the generated message classes. An instance is reused for each message: copy what must outlive the handler. */
import { Reader } from './reader';
import { Writer } from './writer';

export abstract class Message {
  constructor(
    readonly kind: u16,
    /** Address of the party whose schema has the message: its target, unless it is sent to another party. */
    readonly target: u16,
  ) {}

  /** Appends the body. */
  abstract encode(writer: Writer): void;
  /** Fills this from the body at the reader. @returns false when it is malformed: the reader says how */
  abstract decode(reader: Reader): bool;
}

/** The runtime fills in `request`, like the other leading fields. */
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
