/**
 * A Wasm actor: one WebAssembly.Instance of a cached module, driven through the guest ABI (docs/GUEST-ABI.md).
 *
 * The catch: after a trap an instance is never entered again, because its globals and its memory may hold anything. What the report
 * needs (how many frames were handled, what they emitted) is copied out first, then every reference is dropped.
 */

import type { FaultKind } from '../../actors/contract/fault.js';
import {
  type ActorInstance,
  type ActorOptions,
  ActorTrap,
  type MalformedFrame,
  type OnFrame,
  type Output,
} from '../../actors/contract/instance.js';
import { isA } from '../../actors/contract/thrown.js';
import type { BoundParty } from '../../protocol/bind.js';
import { frameLength, LENGTH_BYTES } from '../../protocol/frame.js';
import { BATCH_OUTPUT_BYTES_MAX } from '../../protocol/limits.js';
import type { SnapshotBytes } from '../../protocol/names.js';
import { handlersOf } from '../common/handler-source.js';
import { CELL, GuestError, type GuestExports, HANG_FAULT, NO_FAULT } from './abi.js';
import { bindControlCalls, type ControlCalls } from './control-calls.js';
import { readString } from './converters.js';
import { AbiViolation, GuestMemory } from './guest-memory.js';
import { type MalformedFrames, snapshotErrorOf } from './malformed.js';
import { GuestAbort, positionOf, type SourcePositions } from './positions.js';
import { nameField } from './unwritten.js';

const NOTHING = new Uint8Array(0);
/** Greatest size of what a guest says, or aborts with: as much as a person reads. */
const TEXT_BYTES_MAX = 8192;

function instantiate(
  module: WebAssembly.Module,
  progress: (index: unknown) => void,
  say: ((text: string) => void) | undefined,
): WebAssembly.Instance {
  let memory: WebAssembly.Memory | undefined;
  const abort = (message: unknown, file: unknown, line: unknown, column: unknown): never => {
    if (!memory) throw new GuestAbort('abort as the guest starts', '');
    const source = readString(memory, file, TEXT_BYTES_MAX);
    const text = readString(memory, message, TEXT_BYTES_MAX) || 'abort';
    throw new GuestAbort(text, source && `${source}:${String(line)}:${String(column)}`);
  };
  const log = (text: unknown): void => {
    say?.(memory ? readString(memory, text, TEXT_BYTES_MAX) : 'something as it starts, before its memory can be read');
  };
  const instance = new WebAssembly.Instance(module, { env: { abort, progress, log } });
  memory = (instance.exports as unknown as GuestExports).memory;
  return instance;
}

/** What all incarnations of an actor share. */
export interface GuestDefinition {
  readonly schema: BoundParty;
  /** Compiled once. */
  readonly module: WebAssembly.Module;
  /** The module's source map, for the line in a crash report. */
  readonly positions?: SourcePositions;
  /** Called with what the guest says by `env.log`. */
  readonly say?: (text: string) => void;
  /** The messages that may reach the actor, to name the field of a malformed frame. */
  readonly kinds: MalformedFrames;
}

export class WasmInstance implements ActorInstance {
  readonly output: Output = { bytes: NOTHING, start: 0, end: 0 };
  readonly malformed: MalformedFrame[] = [];
  left = 0;
  /** Undefined once the incarnation has ended. */
  #guest: GuestMemory | undefined;
  #control: ControlCalls | undefined;
  /** `env.progress` may report a frame after this one, and before that many. Outside of a batch it may report none. */
  #frame = 0;
  #framesMax = 0;
  /** The guest's violation of the ABI. It is noted because a guest may catch the error that is thrown at it, and go on. */
  #violation: AbiViolation | null = null;

  /**
   * @throws GuestError when the module speaks another version of the ABI, or cannot be configured
   * @throws ActorTrap when the guest traps while it starts
   */
  constructor(
    private readonly definition: GuestDefinition,
    options: ActorOptions = {},
    private readonly onFrame: OnFrame = () => {},
  ) {
    const { module, say } = definition;
    this.#enter(() => {
      const instance = instantiate(module, (index) => this.#progress(index), say);
      this.#guest = new GuestMemory(instance.exports as unknown as GuestExports);
      this.#control = bindControlCalls(module, instance, (call) => {
        this.#live();
        return this.#enter(call);
      });
    });
    for (const [name, value] of Object.entries(options)) {
      if (!this.#control) throw new GuestError('missing export', `configure, for ${name}`);
      this.#control.configure(name, value);
    }
  }

  get memoryBytes(): number {
    return this.#guest?.exports.memory.buffer.byteLength ?? 0;
  }

  handle(bytes: Uint8Array, at: number, length: number): void {
    const guest = this.#live();
    this.#clear();
    this.#enter(() => guest.fill(bytes, at, length));
    const trap = this.#run(guest, bytes, at, length) ?? null;
    const broken = this.#collect(guest, bytes, at, at + length, trap);
    if (broken) {
      this.#clear();
      this.#forget();
      throw broken;
    }
    if (!trap) return;
    // Copied, so that the memory can be freed.
    this.output.bytes = this.output.bytes.slice(this.output.start, this.output.end);
    this.output.start = 0;
    this.output.end = this.output.bytes.length;
    this.#forget();
    throw trap;
  }

  #run(guest: GuestMemory, bytes: Uint8Array, at: number, length: number): ActorTrap | undefined {
    this.#frame = 0;
    this.#framesMax = 1 + Math.floor(length / LENGTH_BYTES);
    try {
      guest.exports.tandem_handle(length);
      return undefined;
    } catch (thrown) {
      guest.refresh();
      nameField(thrown, guest.bytes, this.definition.schema, this.definition.kinds);
      const handled = guest.cell(CELL.progress);
      const injected = guest.cell(CELL.fault) === 0 ? this.#handlersOf(bytes, at, at + length, handled) : [];
      return new ActorTrap(handled, thrown, positionOf(thrown, this.definition.positions, injected));
    } finally {
      this.#framesMax = 0;
      guest.refresh();
    }
  }

  /** Names that the handler of a frame of the batch may have; none when there is no such frame. */
  #handlersOf(bytes: Uint8Array, start: number, end: number, frame: number): readonly string[] {
    let at = start;
    for (let i = 0; i < frame && at < end; i++) at += frameLength(bytes, at);
    const { schema, kinds } = this.definition;
    const kind = at < end ? kinds.kindName(bytes, at) : '';
    return kind ? handlersOf(schema.name, kind) : [];
  }

  /**
   * Collects the results of a batch: the output of the handlers that returned, and the frames that could not be read.
   * @returns a trap without a known frame when the guest's results are impossible
   */
  #collect(guest: GuestMemory, bytes: Uint8Array, start: number, end: number, trap: ActorTrap | null): ActorTrap | null {
    const frames = trap || guest.cell(CELL.malformedCount) > 0 ? countFrames(bytes, start, end) : 0;
    try {
      if (this.#violation) throw this.#violation;
      if (trap && trap.handled > frames) throw new AbiViolation(`it has handled ${trap.handled} frames of ${frames}: ${trap.message}`);
      guest.checkInbox();
      const output = guest.output();
      this.output.bytes = guest.bytes;
      this.output.start = output.start;
      this.output.end = output.end;
      this.#noteMalformed(guest, bytes, start, end, frames);
      if (!trap && output.end - output.start >= BATCH_OUTPUT_BYTES_MAX) this.#endedEarly(guest, countFrames(bytes, start, end));
      return null;
    } catch (error) {
      if (!isA(error, AbiViolation)) throw error;
      return new ActorTrap(0, error, '', countFrames(bytes, start, end) === 1);
    }
  }

  /** A guest may end a batch early when its output is large, but not when it has done nothing, or has skipped the rest as malformed. */
  #endedEarly(guest: GuestMemory, frames: number): void {
    const handled = guest.cell(CELL.progress);
    const passedOver = (this.malformed.at(-1)?.frame ?? -1) >= handled;
    if (handled > 0 && handled < frames && !passedOver) this.left = frames - handled;
  }

  #noteMalformed(guest: GuestMemory, bytes: Uint8Array, start: number, end: number, frames: number): void {
    let frame = 0;
    let at = start;
    for (const record of guest.malformed(frames)) {
      for (; frame < record.frame; frame++) at += frameLength(bytes, at);
      this.malformed.push({ frame, error: this.definition.kinds.errorOf(record, bytes, at, end) });
    }
  }

  /** A guest makes progress only by reporting a later frame of the batch; anything else is a violation, so that a loop cannot pass for work. */
  #progress(index: unknown): void {
    if (typeof index === 'number' && index > this.#frame && index < this.#framesMax) {
      this.#frame = index;
      this.onFrame(index);
      return;
    }
    const where = this.#framesMax === 0 ? 'outside of a batch' : `after frame ${this.#frame} of at most ${this.#framesMax}`;
    this.#violation = new AbiViolation(`it tells of progress at frame ${String(index)}, ${where}`);
    throw this.#violation;
  }

  snapshot(): Uint8Array {
    const guest = this.#live();
    this.#clear();
    return this.#enter(() => {
      guest.exports.tandem_snapshot();
      guest.refresh();
      return guest.snapshot();
    });
  }

  restore(snapshot: SnapshotBytes): void {
    const guest = this.#live();
    this.#clear();
    const [record] = this.#enter(() => {
      guest.fill(snapshot, 0, snapshot.length);
      guest.exports.tandem_restore(snapshot.length);
      guest.refresh();
      return guest.malformed(1);
    });
    if (!record) return;
    this.dispose();
    throw snapshotErrorOf(record, this.definition.schema, snapshot);
  }

  armFault(nth: number, kind: FaultKind = 'trap'): void {
    this.#live().setCell(CELL.fault, nth < 0 ? NO_FAULT : kind === 'hang' ? HANG_FAULT + nth : nth);
  }

  /** The typed control calls, for the control plane. Undefined for a guest that is not in AssemblyScript. */
  get control(): ControlCalls | undefined {
    this.#live();
    return this.#control;
  }

  dispose(): void {
    this.#forget();
    this.#clear();
  }

  #live(): GuestMemory {
    if (!this.#guest) throw new Error(`this incarnation of ${this.definition.schema.name} has ended`);
    return this.#guest;
  }

  #forget(): void {
    this.#guest = undefined;
    this.#control = undefined;
  }

  #clear(): void {
    this.output.bytes = NOTHING;
    this.output.start = 0;
    this.output.end = 0;
    this.left = 0;
    this.malformed.length = 0;
  }

  /** Runs a call outside a batch, with no output. */
  #enter<T>(call: () => T): T {
    try {
      const result = call();
      this.#guest?.refresh();
      if (this.#violation) throw this.#violation;
      return result;
    } catch (thrown) {
      if (isA(thrown, GuestError)) throw thrown;
      this.#guest?.refresh();
      nameField(thrown, this.#guest?.bytes ?? new Uint8Array(0), this.definition.schema, this.definition.kinds);
      this.#forget();
      throw new ActorTrap(0, thrown, positionOf(thrown, this.definition.positions));
    }
  }
}

/** Number of whole frames in `bytes[at, end)`; an incomplete rest counts as one. */
function countFrames(bytes: Uint8Array, at: number, end: number): number {
  let frames = 0;
  for (; at < end; at += frameLength(bytes, at)) frames++;
  return frames;
}
