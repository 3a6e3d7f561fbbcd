/**
 * One incarnation of an actor, in any language: this is what a VM drives. JavaScript actors and Wasm guests implement it, and one contract
 * suite is run against both.
 */
import { beginningOf } from '../../bus/beginning.js';
import type { DecodeError } from '../../protocol/errors.js';
import { CRASH_REASON_CHARACTERS_MAX } from '../../protocol/limits.js';
import type { SnapshotBytes, VmName } from '../../protocol/names.js';
import type { PartySchema } from '../../protocol/schema.js';
import type { FaultKind } from './fault.js';
import { reasonOf } from './thrown.js';

export type { VmName };

/** How far the links between one VM and others were written, by the name of the other. */
export type LinkPositions = readonly (readonly [peer: VmName, position: number])[];

/**
 * Frames that an actor emitted, unstamped, one after another in `bytes[start, end)`. The actor has filled in kind, target, cause
 * (source and sequence of the frame it was handling), sentAt (copied from that frame) and body. Source, sequence, epoch and the
 * real sentAt are stamped by the VM as the frames leave, so an implementation cannot forge them.
 */
export interface Output {
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** A frame that did not decode: its handler was not called, and the batch went on after it. */
export interface MalformedFrame {
  /** Index in the batch. */
  readonly frame: number;
  readonly error: DecodeError;
}

/** Runs something, and tells when it looks at the clock or at chance meanwhile: with the name of what it asked, as `Math.random`. */
export type ChanceGuard = <T>(run: () => T, looked: (at: string) => void) => T;

export interface ActorInstance {
  /**
   * Handles the frames in `bytes[at, at + length)` in order, and collects in `output` what they emit.
   * @throws ActorTrap when a handler ended this incarnation. `output` then holds only what the frames before it emitted, and no
   *   method may be called again except `dispose`.
   */
  handle(bytes: Uint8Array, at: number, length: number): void;
  /** Valid until the next call of any method. */
  readonly output: Output;
  /**
   * Frames at the end of the last batch that were not reached, since those before had emitted BATCH_OUTPUT_BYTES_MAX: hand them in again.
   */
  readonly left: number;
  /** Frames of the last batch that were skipped as malformed, in order. Valid until the next call of any method. */
  readonly malformed: readonly MalformedFrame[];
  /**
   * The state and the actor's counters, as MessagePack: [publication versions, replica versions, next request, state]. Twins give equal
   * bytes. Valid until the next call of any method.
   */
  snapshot(): SnapshotBytes;
  /** Called before the first frame; of several calls, the last counts. @throws DecodeError, after which the instance cannot be used */
  restore(snapshot: SnapshotBytes): void;
  /**
   * Arms an injected fault: the handler of the `nth` frame from now (0 is the next) traps, or never returns, after it has done its work. -1
   * disarms.
   */
  armFault(nth: number, kind?: FaultKind): void;
  /** Watches code that was not written for an actor; absent where there is none. */
  watch?(guard: ChanceGuard, looked: (at: string) => void): void;
  /** For who shows the source of a handler: the method of this name. Not there where handlers are no functions of this engine. */
  method?(name: string): unknown;
  /** Bytes of linear memory; 0 in JavaScript. */
  readonly memoryBytes: number;
  dispose(): void;
}

/** Finds a source position in cases where that takes long. */
export interface SiteSearch {
  (): string;
  /** Resolves when the files that it needs are here, or will not come in time. Never rejects. */
  readonly ready?: () => Promise<void>;
}

/**
 * Where a platform has a better place for what was thrown than its stack says, as for code that was bundled.
 * @param place as the stack says it
 * @returns null where it has none
 */
export type FindSite = (place: string, thrown: unknown) => SiteSearch | null;

/** The end of an incarnation. */
export class ActorTrap extends Error {
  override readonly name = 'ActorTrap';
  constructor(
    /** Frames of the batch that were handled before the one that trapped. */
    readonly handled: number,
    /** What was thrown: for example a WebAssembly.RuntimeError, a RangeError, an exception of a JavaScript actor. */
    cause: unknown,
    /**
     * Source position in the actor's own language, like `src/actors/basket.wasm.ts:12:5`; empty when unknown; a search where it takes long to
     * find.
     */
    private site: string | SiteSearch = '',
    /** False when it was at an unknown frame of the batch: then none counts as handled. */
    readonly certain = true,
  ) {
    super(reasonOf(cause), { cause });
  }

  /** From now on, a position that is known from the stack is searched for. */
  searchBy(find: FindSite): void {
    if (typeof this.site === 'string' && this.site !== '') this.site = find(this.site, this.cause) ?? this.site;
  }

  /** Resolves when the position can be asked for. Never rejects. */
  async ready(): Promise<void> {
    if (typeof this.site === 'function') await this.site.ready?.();
  }

  /** Whether the position is known without a search. */
  get isLocated(): boolean {
    return typeof this.site === 'string';
  }

  get position(): string {
    if (typeof this.site === 'function') this.site = this.site();
    return beginningOf(this.site, CRASH_REASON_CHARACTERS_MAX);
  }
}

/** Numbers that configure an actor before it starts, such as seeds and limits. They are the same for every incarnation. */
export type ActorOptions = Readonly<Record<string, number>>;

export type OnFrame = (index: number) => void;

export interface ActorFactory {
  readonly schema: PartySchema;
  readonly vm: 'js' | 'wasm';
  /** Number of the implementation, so that there can be a second one beside the first: 1 when not given. */
  readonly version?: number;
  /** Loads the code of the actor, where that is in a file of its own: called before the first `create`, and again after a failure. */
  readonly load?: () => Promise<void>;
  /** @param onFrame called with the number of each frame of a batch except the first, before it is handled */
  create(options: ActorOptions, onFrame?: OnFrame): ActorInstance;
}
