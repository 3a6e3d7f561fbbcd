/**
 * Writes steps into a recording as they come. What is in a chunk that was handed to the sink is there after a kill.
 *
 *   steps ──> flow, frames, other steps of the open chunk ── its bytes, its time or its rows are full ──> sink
 *
 * The catch: a sink may be slower than the system. What it has not taken yet is bounded; beyond that steps are left out, and the recording
 * says how many. Whoever gives the steps is told, so that the states of the actors can be recorded once more.
 */
import { encode } from '@msgpack/msgpack';
import { BODY_OFFSET, LENGTH_BYTES, readU53, SENT_AT_OFFSET } from '../protocol/frame.js';
import type { Frame, Kind, Microseconds, VmName } from '../protocol/names.js';
import { compress } from './deflate.js';
import { encodeFacts, TANDEM } from './facts.js';
import { FlowWriter } from './flow-writer.js';
import { jsonSchemaOf } from './json-schema.js';
import {
  CHUNK_BYTES,
  CHUNK_MICROS,
  CHUNK_ROWS_MAX,
  CHUNK_UNPACKED_BYTES,
  FLOW_TOPIC,
  MESSAGE_ENCODING,
  SNAPSHOT_TOPIC,
  STEP_TOPIC,
} from './layout.js';
import { utf8Of } from './mcap/bytes.js';
import { McapWriter } from './mcap/writer.js';
import type { PackedFile, RecordingFacts, RecordingSink } from './recording.js';
import { Schemas } from './schemas.js';
import { SinkQueue } from './sink-queue.js';
import type { Emitted, LevelChanged, TraceStep } from './step.js';
import { encodeStep } from './step-codec.js';

const nanoseconds = (at: Microseconds): bigint => BigInt(at) * 1000n;

export interface RecorderOptions {
  /** Called once, when the sink has failed: nothing more is recorded. `close` rejects with the same. */
  readonly onFailure?: (error: unknown) => void;
  /** Called when steps are recorded again after some were left out, before they are. */
  readonly onGap?: (missing: number) => void;
  /** A chunk is closed when it spans so much time; `CHUNK_MICROS` when not given. Shorter ones are read sooner, and shrink less. */
  readonly chunkMicros?: number;
}

export class Recorder {
  private readonly queue: SinkQueue;
  private readonly file: McapWriter;
  private readonly flow = new FlowWriter();
  private readonly schemas: Schemas;
  private readonly kindChannels = new Map<Kind, number>();
  private readonly ownChannels = new Map<string, number>();
  private readonly withFrames: boolean;
  /** Time of the first step in the open chunk. */
  private chunkAt: Microseconds = 0;
  /** Bytes of the snapshots of the open chunk, before they were compressed. */
  private unpacked = 0;
  private readonly chunkMicros: number;
  /** VMs in which something may have happened. */
  private readonly vms: Set<VmName>;
  private lastAt: Microseconds;
  /** Steps left out since the last that was written. */
  private missing = 0;

  /** Writes the head of the file at once. */
  constructor(
    sink: RecordingSink,
    private readonly facts: RecordingFacts,
    private readonly options: RecorderOptions = {},
  ) {
    this.queue = new SinkQueue(sink, options.onFailure ?? (() => {}));
    this.schemas = new Schemas(facts.parties);
    this.chunkMicros = options.chunkMicros ?? CHUNK_MICROS;
    this.vms = new Set(Object.values(facts.placement));
    this.lastAt = facts.startedAt;
    this.withFrames = facts.level === 'frames';
    this.file = new McapWriter((bytes) => this.queue.write(bytes), { profile: TANDEM, library: `tandem ${facts.version}` });
    this.file.addMetadata({ name: TANDEM, metadata: encodeFacts(facts) });
  }

  /** At level `inputs`, arrivals and the frames of emissions are left out. */
  steps(steps: readonly TraceStep[]): void {
    if (this.queue.full || this.queue.failed) {
      this.missing += steps.length;
      return;
    }
    this.resume();
    for (const step of steps) this.add(step);
  }

  /** The sink takes steps again. */
  private resume(): void {
    const { missing } = this;
    if (missing === 0) return;
    this.missing = 0;
    this.lose(missing);
    this.options.onGap?.(missing);
  }

  /** Says that steps are missing here, of any VM: each has a step that says so, and the first has the number. */
  lose(missing: number): void {
    const level = this.withFrames ? 'frames' : 'headers';
    const vms = this.vms.size > 0 ? [...this.vms] : (['host'] as const);
    for (const [index, vm] of vms.entries())
      this.add({ type: 'level', vm, at: this.lastAt, level, why: 'lost', missing: index === 0 ? missing : 0 } satisfies LevelChanged);
  }

  private add(step: TraceStep): void {
    const { flow } = this;
    if (step.type === 'arrived' && !this.withFrames) return;
    if (flow.count > 0 && (step.at - this.chunkAt >= this.chunkMicros || flow.count >= CHUNK_ROWS_MAX)) this.flush();
    if (flow.count === 0) this.chunkAt = step.at;
    this.lastAt = step.at;
    if (step.type !== 'status') this.vms.add(step.vm);
    if (step.type === 'emitted') this.addEmitted(step);
    else if (step.type === 'arrived') flow.arrived(step);
    else if (step.type === 'handled') flow.handled(step);
    else this.addOther(step);
    if (this.file.chunkBytes + flow.bytes >= CHUNK_BYTES || this.unpacked >= CHUNK_UNPACKED_BYTES) this.flush();
  }

  private addEmitted(step: Emitted): void {
    const frame = this.withFrames ? step.frame : null;
    this.flow.emitted(step, frame !== null);
    if (frame) this.addFrame(step, frame);
  }

  private addFrame({ at, kind, sequence }: Emitted, frame: Frame): void {
    const sentAt = frame.length > BODY_OFFSET ? readU53(frame, SENT_AT_OFFSET) : at;
    this.file.addMessage(this.kindChannel(kind), sequence, nanoseconds(at), nanoseconds(sentAt), frame, LENGTH_BYTES);
  }

  private addOther(step: TraceStep): void {
    this.flow.other();
    const channel = this.ownChannel(step.type === 'snapshot' ? SNAPSHOT_TOPIC : STEP_TOPIC);
    const at = nanoseconds(step.at);
    const encoded = encodeStep(step);
    if (step.type === 'snapshot') this.unpacked += encoded.length;
    const data = step.type === 'snapshot' ? encode([encoded.length, compress(encoded)]) : encoded;
    this.file.addMessage(channel, 0, at, at, data);
  }

  private kindChannel(kind: Kind): number {
    const known = this.kindChannels.get(kind);
    if (known !== undefined) return known;
    const schema = this.schemas.kind(kind);
    const name = this.schemas.kindName(kind);
    const schemaId = schema ? this.file.addSchema({ name, encoding: 'jsonschema', data: utf8Of(jsonSchemaOf(schema)) }) : 0;
    const metadata = { kind: String(kind) };
    const id = this.file.addChannel({ schemaId, topic: `/${name}`, messageEncoding: MESSAGE_ENCODING, metadata });
    this.kindChannels.set(kind, id);
    return id;
  }

  private ownChannel(topic: string): number {
    const known = this.ownChannels.get(topic);
    if (known !== undefined) return known;
    const id = this.file.addChannel({ schemaId: 0, topic, messageEncoding: MESSAGE_ENCODING, metadata: {} });
    this.ownChannels.set(topic, id);
    return id;
  }

  /** Hands over a chunk that is old enough: nothing may happen any more that would close it. To be called at intervals. @param now when it is */
  passTime(now: Microseconds): void {
    if (!this.queue.full && !this.queue.failed) this.resume();
    if (now - this.chunkAt >= this.chunkMicros) this.flush();
  }

  /** Hands what was recorded so far to the sink. By itself that happens after three seconds of steps, or a megabyte. */
  flush(): void {
    const { flow, file } = this;
    if (flow.count === 0) return;
    const { count } = flow;
    const rows = flow.take();
    const at = nanoseconds(this.chunkAt);
    file.addMessage(this.ownChannel(FLOW_TOPIC), 0, at, at, encode([count, rows.length, compress(rows)]));
    file.closeChunk();
    this.unpacked = 0;
  }

  /** Puts a file beside the steps, as a module. */
  attach({ name, mediaType, bytes }: PackedFile): void {
    this.flush();
    const at = nanoseconds(this.facts.startedAt);
    this.file.addAttachment({ logTime: at, createTime: at, name, mediaType, data: bytes });
  }

  /** Resolves when the sink has taken all that was recorded so far, or has failed. */
  async settled(): Promise<void> {
    await this.queue.settled();
  }

  /** Ends the recording. @throws what the sink threw, if it has failed */
  async close(): Promise<void> {
    this.flush();
    this.file.close();
    await this.queue.close();
  }
}
