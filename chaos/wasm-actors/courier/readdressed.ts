/** Messages of one courier's schema under the kinds of another's: the bodies of all couriers are the same. */
import { Message, Publication, Reply, Request } from '../../../protocol/assembly/message';
import { Reader } from '../../../protocol/assembly/reader';
import { Writer } from '../../../protocol/assembly/writer';
import { AmberAskAmber, AmberAskAmberReply, AmberNews } from '../../protocol/generated/assembly/amber';

export class ReaddressedMessage extends Message {
  constructor(kind: u16, target: u16, private readonly body: Message) {
    super(kind, target);
  }
  encode(writer: Writer): void {
    this.body.encode(writer);
  }
  decode(reader: Reader): bool {
    return this.body.decode(reader);
  }
}

export class ReaddressedAsk extends Request {
  constructor(kind: u16, target: u16, private readonly body: AmberAskAmber) {
    super(kind, target);
  }
  encode(writer: Writer): void {
    this.body.request = this.request;
    this.body.encode(writer);
  }
  decode(reader: Reader): bool {
    return this.body.decode(reader);
  }
}

export class ReaddressedAnswer extends Reply {
  constructor(kind: u16, target: u16, private readonly body: AmberAskAmberReply) {
    super(kind, target);
  }
  encode(writer: Writer): void {
    this.body.request = this.request;
    this.body.encode(writer);
  }
  decode(reader: Reader): bool {
    return this.body.decode(reader);
  }
}

export class ReaddressedNews extends Publication {
  constructor(kind: u16, target: u16, private readonly body: AmberNews) {
    super(kind, target);
  }
  encode(writer: Writer): void {
    this.body.version = this.version;
    this.body.fresh = this.fresh;
    this.body.encode(writer);
  }
  decode(reader: Reader): bool {
    return this.body.decode(reader);
  }
}
