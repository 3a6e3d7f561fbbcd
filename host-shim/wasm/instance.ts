/**
 * A Wasm actor: one WebAssembly.Instance of a cached module, driven through the guest ABI (docs/GUEST-ABI.md).
 *
 * The catch: after a trap an instance is never entered again, because what its globals and its memory hold is undefined. What is
 * needed for the report (how many frames were handled, what they emitted) is copied out first, then every reference is dropped.
 */
import { type ActorInstance, type ActorOptions, ActorTrap, type MalformedFrame, type OnFrame, type Output } from '../../actors/instance.js';
import type { FaultKind } from '../../actors/vm/fault-rates.js';
import { Copier } from '../../bus/copier.js';
import type { BoundParty } from '../../protocol/bind.js';
import { frameLength } from '../../protocol/frame.js';
import { CELL, checkVersion, GuestError, type GuestExports, HANG_FAULT, MALFORMED_CELLS, NO_FAULT } from './abi.js';
import { bindControlCalls, type ControlCalls } from './control-calls.js';
import { readString } from './converters.js';
import { type MalformedFrames, type MalformedRecord, snapshotErrorOf } from './malformed.js';
import { GuestAbort, positionOf, type SourcePositions } from './positions.js';

const NOTHING = new Uint8Array(0);

/** An instance's exports with views of its memory, which are renewed when the memory has grown. */
class Guest {
  bytes: Uint8Array;
  #copier: Copier;
  #words: Uint32Array;
  readonly #firstCell: number;

  constructor(readonly exports: GuestExports) {
    checkVersion(exports);
    this.bytes = new Uint8Array(exports.memory.buffer);
    this.#copier = new Copier(this.bytes);
    this.#words = new Uint32Array(exports.memory.buffer);
    this.#firstCell = exports.tandem_cells() >>> 2;
  }

  /** Growing detaches the former buffer, and the views on it become empty. */
  refresh(): void {
    if (this.bytes.length !== 0) return;
    this.bytes = new Uint8Array(this.exports.memory.buffer);
    this.#copier = new Copier(this.bytes);
    this.#words = new Uint32Array(this.exports.memory.buffer);
  }

  cell(index: number): number {
    return this.#words[this.#firstCell + index];
  }

  setCell(index: number, value: number): void {
    this.#words[this.#firstCell + index] = value;
  }

  /** Copies `bytes[at, at + length)` into the inbox, which is made larger when they do not fit. */
  fill(bytes: Uint8Array, at: number, length: number): void {
    if (length > this.cell(CELL.inboxBytes)) {
      this.exports.tandem_reserve(length);
      this.refresh();
    }
    this.#copier.copy(bytes, at, length, this.cell(CELL.inbox));
  }

  *malformed(): Generator<MalformedRecord> {
    const count = this.cell(CELL.malformedCount);
    let at = this.cell(CELL.malformed) >>> 2;
    for (let i = 0; i < count; i++, at += MALFORMED_CELLS) {
      yield { frame: this.#words[at], problem: this.#words[at + 1], offset: this.#words[at + 2] };
    }
  }
}

function instantiate(module: WebAssembly.Module, progress: OnFrame): WebAssembly.Instance {
  let memory: WebAssembly.Memory | undefined;
  const abort = (message: number, file: number, line: number, column: number): never => {
    if (!memory) throw new GuestAbort('abort as the guest starts', '');
    const source = readString(memory, file);
    throw new GuestAbort(readString(memory, message) || 'abort', source && `${source}:${line}:${column}`);
  };
  const instance = new WebAssembly.Instance(module, { env: { abort, progress } });
  memory = (instance.exports as unknown as GuestExports).memory;
  return instance;
}

/** What the incarnations of an actor have in common. */
export interface GuestDefinition {
  readonly schema: BoundParty;
  /** Compiled once. */
  readonly module: WebAssembly.Module;
  /** From the module's source map, for the line in a crash report. */
  readonly positions?: SourcePositions;
  /** What may reach the actor, to name the field of a malformed frame. */
  readonly kinds: MalformedFrames;
}

export class WasmInstance implements ActorInstance {
  readonly output: Output = { bytes: NOTHING, start: 0, end: 0 };
  readonly malformed: MalformedFrame[] = [];
  /** Undefined once the incarnation has ended. */
  #guest: Guest | undefined;
  #control: ControlCalls | undefined;

  /**
   * @throws GuestError when the module speaks another version of the ABI, or cannot be configured
   * @throws ActorTrap when the guest traps as it starts
   */
  constructor(
    private readonly definition: GuestDefinition,
    options: ActorOptions = {},
    onFrame: OnFrame = () => {},
  ) {
    const { module } = definition;
    this.#enter(() => {
      const instance = instantiate(module, onFrame);
      this.#guest = new Guest(instance.exports as unknown as GuestExports);
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
    let trap: ActorTrap | undefined;
    try {
      guest.exports.tandem_handle(length);
    } catch (thrown) {
      guest.refresh();
      trap = new ActorTrap(guest.cell(CELL.progress), thrown, positionOf(thrown, this.definition.positions));
    }
    guest.refresh();
    this.#collect(guest, bytes, at, at + length);
    if (!trap) return;
    // A copy, so that the memory can go.
    this.output.bytes = this.output.bytes.slice(this.output.start, this.output.end);
    this.output.start = 0;
    this.output.end = this.output.bytes.length;
    this.#forget();
    throw trap;
  }

  /** What the guest left of a batch: the output of the handlers that returned, and the frames it could not read. */
  #collect(guest: Guest, bytes: Uint8Array, start: number, end: number): void {
    this.output.bytes = guest.bytes;
    this.output.start = guest.cell(CELL.outbox);
    this.output.end = this.output.start + guest.cell(CELL.committedBytes);
    if (guest.cell(CELL.malformedCount) === 0) return;
    let frame = 0;
    let at = start;
    for (const record of guest.malformed()) {
      for (; frame < record.frame; frame++) at += frameLength(bytes, at);
      this.malformed.push({ frame, error: this.definition.kinds.errorOf(record, bytes, at, end) });
    }
  }

  snapshot(): Uint8Array {
    const guest = this.#live();
    this.#clear();
    this.#enter(() => guest.exports.tandem_snapshot());
    const start = guest.cell(CELL.snapshot);
    return guest.bytes.subarray(start, start + guest.cell(CELL.snapshotBytes));
  }

  restore(snapshot: Uint8Array): void {
    const guest = this.#live();
    this.#clear();
    this.#enter(() => {
      guest.fill(snapshot, 0, snapshot.length);
      guest.exports.tandem_restore(snapshot.length);
    });
    for (const record of guest.malformed()) {
      this.dispose();
      throw snapshotErrorOf(record, this.definition.schema, snapshot);
    }
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

  #live(): Guest {
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
    this.malformed.length = 0;
  }

  /** A call outside a batch: nothing was emitted. */
  #enter<T>(call: () => T): T {
    try {
      const result = call();
      this.#guest?.refresh();
      return result;
    } catch (thrown) {
      if (thrown instanceof GuestError) throw thrown;
      this.#forget();
      throw new ActorTrap(0, thrown, positionOf(thrown, this.definition.positions));
    }
  }
}
