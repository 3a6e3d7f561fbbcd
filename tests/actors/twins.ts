/**
 * Compares the two implementations of an actor: for random message sequences, cut into random batches, both must emit the same
 * bytes and have the same snapshots, and in the middle of each sequence they swap: each goes on in a new instance restored
 * from the other's snapshot.
 *
 *   TANDEM_SEED=7 npx vitest run tests/actors       other sequences
 *   TANDEM_SEED=7 TANDEM_SEQUENCE=31 ...            only the sequence that a failure names
 */
import { decode } from '@msgpack/msgpack';
import type { ActorInstance } from '../../actors/contract/instance.js';
import { OutboxBuilder } from '../../actors/model/outbox-builder.js';
import { Random } from '../../bus/random.js';
import { frameLength, LENGTH_BYTES, readHeader, SEQUENCE_OFFSET, SOURCE_OFFSET, writeU16, writeU53 } from '../../protocol/frame.js';
import { skipValue } from '../../protocol/skip.js';
import type { Writer } from '../../protocol/writer.js';

/** A frame for the actor, before it is encoded. */
export interface TwinFrame {
  /** A message, request, reply or publication of a generated schema. */
  readonly message: {
    readonly kind: number;
    readonly name?: string;
    encode(writer: Writer, fields: never, first: number, second: boolean): void;
  };
  readonly fields: object;
  /** Address of the sender; the first application when left out. */
  readonly source?: number;
  /** Request number of a request or reply, version of a publication. */
  readonly first?: number;
  /** Only of a publication. */
  readonly fresh?: boolean;
}

/** Output of the actor, so that a sequence can answer. `body` is decoded MessagePack with its leading fields. */
export interface EmittedFrame {
  readonly kind: number;
  readonly target: number;
  readonly body: readonly unknown[];
}

/** Makes the frames of one sequence. @param emitted output since the last call; empty within a batch */
export type TwinSequence = (emitted: readonly EmittedFrame[]) => TwinFrame;

export interface TwinsOptions {
  readonly name: string;
  /** The actor's address. */
  readonly address: number;
  readonly js: () => ActorInstance;
  readonly wasm: () => ActorInstance;
  /** Starts a sequence. All its choices come from `random`. */
  readonly sequence: (random: Random) => TwinSequence;
  readonly sequences?: number;
  /** Index of the first one; 0 when not given. */
  readonly from?: number;
  /** Number of messages in a sequence. */
  readonly length?: number;
  /** Seed unless TANDEM_SEED is set. */
  readonly seed?: number;
}

const APPLICATION = 64;
const BATCH_FRAMES_MAX = 8;
/** A time in 2026. */
const START_MICROS = 1_780_000_000_000_000;

/** @throws Error that names seed, sequence and message, and shows the batch and both results */
export function compareTwins(options: TwinsOptions): void {
  const seed = process.env.TANDEM_SEED ? Number(process.env.TANDEM_SEED) : (options.seed ?? 1);
  const only = process.env.TANDEM_SEQUENCE ? Number(process.env.TANDEM_SEQUENCE) : null;
  const { from = 0, sequences = 2000 } = options;
  const root = new Random(seed);
  for (let index = from; index < from + sequences; index++) {
    if (only !== null && index !== only) continue;
    const random = root.fork(`${options.name} ${index}`);
    const pair = new Pair(options, random);
    try {
      pair.run(options.length ?? 200);
    } catch (error) {
      const where = `twins of ${options.name} differ: TANDEM_SEED=${seed} TANDEM_SEQUENCE=${index}, near message ${pair.handled}`;
      throw new Error(`${where}\n${error instanceof Error ? error.message : error}\nbatch:\n${pair.describeBatch()}`, { cause: error });
    } finally {
      pair.dispose();
    }
  }
}

/** Both implementations during a sequence. */
class Pair {
  handled = 0;
  private js: ActorInstance;
  private wasm: ActorInstance;
  private readonly next: TwinSequence;
  private readonly builder: OutboxBuilder;
  private readonly sequences = new Map<number, number>();
  private sentAt = START_MICROS;
  private batch: TwinFrame[] = [];
  private emitted: EmittedFrame[] = [];
  /** After the first batch. */
  private early: Uint8Array | null = null;

  constructor(
    private readonly options: TwinsOptions,
    private readonly random: Random,
  ) {
    this.js = options.js();
    this.wasm = options.wasm();
    this.next = options.sequence(random);
    this.builder = new OutboxBuilder();
  }

  run(length: number): void {
    const swapAt = this.random.integer(length);
    let swapped = false;
    while (this.handled < length) {
      this.runBatch(1 + this.random.integer(Math.min(BATCH_FRAMES_MAX, length - this.handled)));
      this.early ??= this.wasm.snapshot().slice();
      if (swapped || this.handled <= swapAt) continue;
      this.compareSnapshots();
      this.swap();
      swapped = true;
    }
    this.compareSnapshots();
  }

  describeBatch(): string {
    const text = this.batch.map(({ message, source, first, fresh, fields }) =>
      JSON.stringify({ message: message.name ?? `0x${message.kind.toString(16)}`, source, first, fresh, fields }),
    );
    return text.map((line) => (line.length > 4000 ? `${line.slice(0, 4000)}...` : line)).join('\n');
  }

  dispose(): void {
    this.js.dispose();
    this.wasm.dispose();
  }

  private runBatch(count: number): void {
    this.builder.begin();
    this.batch = [];
    for (let i = 0; i < count; i++) {
      const frame = this.next(this.emitted);
      this.emitted = [];
      this.batch.push(frame);
      this.append(frame);
    }
    const { bytes, length } = this.builder;
    this.js.handle(bytes, 0, length);
    this.wasm.handle(bytes, 0, length);
    this.handled += count;
    // Only one of them is kept: that of the other is compared where it is.
    const output = outputOf(this.js).slice();
    compareFrames(output, outputOf(this.wasm));
    compareMalformed(this.js, this.wasm);
    for (let at = 0; at < output.length; at += frameLength(output, at)) this.emitted.push(emittedAt(output, at));
  }

  private append({ message, fields, source = APPLICATION, first = 0, fresh = false }: TwinFrame): void {
    const { builder } = this;
    const at = builder.length;
    this.sentAt += this.random.integer(20_000);
    const sequence = (this.sequences.get(source) ?? 0) + 1;
    this.sequences.set(source, sequence);
    builder.causedBy(0, 0, this.sentAt);
    builder.append(message, this.options.address, fields as never, first, fresh);
    writeU16(builder.bytes, at + SOURCE_OFFSET, source);
    writeU53(builder.bytes, at + SEQUENCE_OFFSET, sequence);
  }

  private compareSnapshots(): void {
    const js = this.js.snapshot().slice();
    const wasm = this.wasm.snapshot().slice();
    const at = firstDifference(js, wasm);
    if (at >= 0)
      throw new Error(`snapshots differ at byte ${at} of ${js.length}\n  js   ${show(decode(js))}\n  wasm ${show(decode(wasm))}`);
  }

  private swap(): void {
    const former = [this.js, this.wasm];
    const fromJs = this.js.snapshot().slice();
    const fromWasm = this.wasm.snapshot().slice();
    this.js = this.options.js();
    this.wasm = this.options.wasm();
    // A spare instance takes one snapshot after another: only the last one counts, whether it is larger or smaller than those before.
    for (const snapshot of [this.early ?? fromWasm, fromWasm, this.early ?? fromWasm, fromWasm]) {
      this.js.restore(snapshot);
      this.wasm.restore(snapshot);
      this.compareSnapshots();
    }
    for (const instance of former) instance.dispose();
    this.compareSnapshots();
    const restored = this.js.snapshot();
    const at = firstDifference(fromJs, restored);
    if (at >= 0)
      throw new Error(`a restored snapshot differs at byte ${at}\n  before ${show(decode(fromJs))}\n  after  ${show(decode(restored))}`);
  }
}

const outputOf = ({ output }: ActorInstance): Uint8Array => output.bytes.subarray(output.start, output.end);

/** Its body is decoded when a sequence looks at it, as few do. @throws Error when the frame is no MessagePack */
function emittedAt(output: Uint8Array, at: number): EmittedFrame {
  const end = at + frameLength(output, at);
  if (skipValue(output, at + LENGTH_BYTES, end) !== end) throw new Error(`output at byte ${at} is not one value of MessagePack`);
  const { kind, target } = readHeader(output, at);
  return {
    ...{ kind, target },
    get body() {
      return (decode(output.subarray(at + LENGTH_BYTES, end)) as unknown[])[7] as unknown[];
    },
  };
}

function compareFrames(js: Uint8Array, wasm: Uint8Array): void {
  const at = firstDifference(js, wasm);
  if (at >= 0) throw new Error(`output differs at byte ${at}\n  js   ${showFrames(js)}\n  wasm ${showFrames(wasm)}`);
}

function compareMalformed(js: ActorInstance, wasm: ActorInstance): void {
  const text = ({ malformed }: ActorInstance): string => malformed.map(({ frame, error }) => `${frame}: ${error.message}`).join('; ');
  if (text(js) !== text(wasm)) throw new Error(`malformed frames differ\n  js   ${text(js)}\n  wasm ${text(wasm)}`);
}

/** @returns -1 for equal bytes */
function firstDifference(left: Uint8Array, right: Uint8Array): number {
  if (Buffer.compare(left, right) === 0) return -1;
  const end = Math.min(left.length, right.length);
  for (let i = 0; i < end; i++) if (left[i] !== right[i]) return i;
  return end;
}

function showFrames(frames: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at + LENGTH_BYTES < frames.length; at += frameLength(frames, at)) {
    const { kind, target, causeSequence } = readHeader(frames, at);
    lines.push(`0x${kind.toString(16)} to ${target} caused by ${causeSequence}: ${show(emittedAt(frames, at).body)}`);
  }
  return lines.join('\n       ') || 'nothing';
}

const show = (value: unknown): string =>
  JSON.stringify(value, (_, inner) => (inner instanceof Uint8Array ? Buffer.from(inner).toString('hex') : inner)).slice(0, 8000);
