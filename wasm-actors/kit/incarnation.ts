/**
 * What the runtime keeps for an actor: the frame being handled, what was emitted, and the counters that are part of its snapshot.
 * Actors extend `Actor`, which is built on this; turn.ts drives it.
 */
import { BODY_OFFSET, FOLLOWERS, writeFrameLength, writeHeader } from '../../protocol/assembly/frame';
import { Message, Publication } from '../../protocol/assembly/message';
import { Problem, Reader } from '../../protocol/assembly/reader';
import { Writer } from '../../protocol/assembly/writer';
import { FRAME_BYTES_MAX, HANDLER_OUTPUT_BYTES_MAX } from '../../protocol/limits';
import { Cell, setCell } from './cells';
import {
  EndReason,
  ERROR_CODE_COUNT,
  ERROR_CODE_ENDED,
  SystemEnded,
  SystemRefresh,
  SystemRequestFailed,
  SystemTimerFired,
  SystemWithdrawn,
} from '../../protocol/generated/assembly/system';

/** Greatest number of topic versions in a snapshot: more than any schema has. */
const TOPICS_MAX: i32 = 256;
/** Stands for a replica's version while a fresh publication is awaited. */
const AWAITING_FRESH: u32 = 0xffffffff;

const systemRefresh = new SystemRefresh();
const systemRequestFailed = new SystemRequestFailed();
const systemTimerFired = new SystemTimerFired();
const systemEnded = new SystemEnded();
const systemWithdrawn = new SystemWithdrawn();

/** Tells the host whenever it has moved, so that the output of earlier handlers is found even if the next one traps. */
class Outbox extends Writer {
  protected grow(size: usize): void {
    super.grow(size);
    setCell(Cell.OUTBOX, <u32>this.start);
  }
}

export abstract class Incarnation {
  /** Header of the frame being handled. */
  source: u16 = 0;
  sequence: u64 = 0;
  sentAt: u64 = 0;
  /** Reads the body of that frame, or a snapshot; keeps the number of a request. */
  readonly reader: Reader = new Reader();

  nextRequest: u32 = 1;
  readonly outbox: Writer = new Outbox();
  /** Bytes of the outbox emitted by handlers that have returned. */
  committed: i32 = 0;
  /** Publications per topic, in the order of the schema's `publishes`. */
  private readonly published: StaticArray<u32>;
  /** Version of each followed topic, 0 before the first publication. */
  private readonly replicas: StaticArray<u32>;

  /** Takes the tables that the generator writes for the actor's schema. */
  constructor(
    readonly name: string,
    readonly address: u16,
    private readonly publishes: StaticArray<u16>,
    private readonly follows: StaticArray<u16>,
    private readonly followedOwners: StaticArray<u16>,
  ) {
    this.published = new StaticArray<u32>(publishes.length);
    this.replicas = new StaticArray<u32>(follows.length);
  }

  /** Decodes the body at the reader and calls its handler, by the generated `dispatch<Actor>(this, kind, reader)`. */
  abstract dispatch(kind: u16, reader: Reader): bool;
  abstract encodeState(writer: Writer): void;
  /** @returns false when the bytes are malformed: the reader says how */
  abstract decodeState(reader: Reader): bool;

  /** Sets a number of the configuration, before the first message and before a restore. */
  configure(name: string, value: f64): void {}
  /** A timer started by this actor has fired. */
  onTimer(timer: u32): void {}
  /** A follower has lost track: publish the whole of the topic with this kind by `publishFresh`. */
  onRefresh(topic: u16): void {}
  /** A request of this actor will not be answered. `code` is an index in the table of error codes. */
  onRequestFailed(request: u32, kind: u16, code: u8): void {}
  /** The answer to a request of this kind is not awaited any more: it was cancelled, or its deadline has passed. An answer is refused. */
  onWithdrawn(source: u16, request: u32, kind: u16): void {}
  /** A party in the schema's `watches` has ended. Called once for each incarnation. */
  onEnded(party: u16, epoch: u32, reason: EndReason): void {}

  /** Decodes a body and calls its handler. @returns false when it is malformed: the reader says how, and nothing has changed */
  handleBody(kind: u16, reader: Reader): bool {
    switch (kind) {
      case 0x0001:
        if (!systemRefresh.decode(reader)) return false;
        this.onRefresh(systemRefresh.topic);
        return true;
      case 0x0002:
        if (!systemRequestFailed.decode(reader)) return false;
        const code = systemRequestFailed.code;
        const known = code < <u8>ERROR_CODE_COUNT ? code : <u8>ERROR_CODE_ENDED;
        this.onRequestFailed(systemRequestFailed.request, systemRequestFailed.requestKind, known);
        return true;
      case 0x0003:
        if (!systemTimerFired.decode(reader)) return false;
        this.onTimer(systemTimerFired.timer);
        return true;
      case 0x0004:
        if (!systemEnded.decode(reader)) return false;
        this.onEnded(systemEnded.party, systemEnded.epoch, systemEnded.reason);
        return true;
      case 0x0005:
        if (!systemWithdrawn.decode(reader)) return false;
        this.onWithdrawn(systemWithdrawn.requester, systemWithdrawn.request, systemWithdrawn.requestKind);
        return true;
      default:
        return this.dispatch(kind, reader);
    }
  }

  /**
   * Whether a publication of a followed topic is applied: it is fresh, or the next. After a gap the owner is asked once for
   * a fresh one, and all others are skipped until that arrives.
   */
  admits(kind: u16, version: u32, fresh: bool): bool {
    const topic = this.follows.indexOf(kind);
    const known = this.replicas[topic];
    const awaiting = known == AWAITING_FRESH;
    if (fresh || (!awaiting && version == known + 1)) {
      this.replicas[topic] = version;
      return true;
    }
    if (awaiting || version <= known) return false;
    this.replicas[topic] = AWAITING_FRESH;
    systemRefresh.topic = kind;
    systemRefresh.follower = this.address;
    this.emit(systemRefresh, this.followedOwners[topic]);
    return false;
  }

  /** Tells the target of a request that its answer is not awaited any more. */
  emitWithdrawn(target: u16, request: u32, kind: u16): void {
    systemWithdrawn.request = request;
    systemWithdrawn.requester = this.address;
    systemWithdrawn.requestKind = kind;
    this.emit(systemWithdrawn, target);
  }

  publishVersion(topic: Publication, fresh: bool): void {
    const index = this.publishes.indexOf(topic.kind);
    assert(index >= 0, 'not a topic of this actor');
    const version = this.published[index] + 1;
    topic.version = version;
    topic.fresh = fresh;
    this.emit(topic, FOLLOWERS);
    this.published[index] = version;
  }

  /** Appends an unstamped frame to the outbox. */
  emit(message: Message, target: u16): void {
    const outbox = this.outbox;
    const begin = outbox.length;
    outbox.reserve(BODY_OFFSET);
    writeHeader(outbox.at, message.kind, this.address, target, this.source, this.sequence, this.sentAt);
    outbox.at += BODY_OFFSET;
    message.encode(outbox);
    const length = outbox.length - begin;
    if (length > FRAME_BYTES_MAX) throw new RangeError('a frame is larger than FRAME_BYTES_MAX');
    const emittedBytes = outbox.length - this.committed;
    if (emittedBytes > HANDLER_OUTPUT_BYTES_MAX) throw new RangeError('a handler emitted more than HANDLER_OUTPUT_BYTES_MAX');
    writeFrameLength(outbox.start + begin, length);
  }

  /** Writes `[publication versions, replica versions, next request, state]`. */
  encodeSnapshot(writer: Writer): void {
    writer.reserve(1);
    writer.structure(4);
    writeVersions(writer, this.published);
    writeVersions(writer, this.replicas);
    writer.reserve(5);
    writer.u32(this.nextRequest);
    this.encodeState(writer);
  }

  /** @returns false when the bytes are malformed: the reader says how, and this instance must not be used any more */
  decodeSnapshot(reader: Reader): bool {
    if (reader.structure() != 4) reader.fail(Problem.Type);
    readVersions(reader, this.published);
    readVersions(reader, this.replicas);
    this.nextRequest = reader.u32();
    return reader.ok && this.decodeState(reader);
  }
}

function writeVersions(writer: Writer, versions: StaticArray<u32>): void {
  writer.listLength(versions.length, TOPICS_MAX);
  writer.reserve(versions.length * 5);
  for (let i = 0; i < versions.length; i++) writer.u32(versions[i]);
}

/** An older snapshot may have fewer topics; the others start at 0. */
function readVersions(reader: Reader, versions: StaticArray<u32>): void {
  const present = reader.listLength(TOPICS_MAX);
  for (let i = 0; i < present; i++) {
    const version = reader.u32();
    if (i < versions.length) versions[i] = version;
  }
}
