/** What a VM tells its host unasked: one union. A new event is written here, and where it is heard (supervisor/vm-reports.ts). */
import type { CrashCause, ErrorCode } from '../../protocol/errors.js';
import type { Epoch, Sequence } from '../../protocol/names.js';
import type { VmName } from './instance.js';

export type VmEvent =
  /** An incarnation of an actor or supervised port. */
  | { readonly type: 'ended'; readonly report: CrashReport }
  /** A former incarnation of the VM hung at this message; its party goes on. */
  | { readonly type: 'hung'; readonly report: CrashReport }
  /** A port that is not supervised threw: what it did is spent, and the port goes on. */
  | { readonly type: 'crashed'; readonly report: CrashReport }
  /** A message was given up after its second try; its party goes on without it. `frame`: the whole of it. */
  | { readonly type: 'poisoned'; readonly report: CrashReport; readonly frame: Uint8Array }
  | { readonly type: 'deaf'; readonly report: DeafReport }
  /** What an actor handled again gave other output than the first time. */
  | { readonly type: 'divergent'; readonly report: DivergenceReport }
  /** A party has sent what its schema does not allow: a dead letter. Said once for each of its kinds. */
  | { readonly type: 'refused'; readonly report: RefusedReport }
  /** An actor has handled something since its `snapshot` was last asked for. Said once, until it is asked for again. */
  | { readonly type: 'changed'; readonly actor: string }
  /** Only the newest is needed. `neededFrom`: journal position before which nothing is needed any more, once the host holds it. */
  | { readonly type: 'checkpoint'; readonly bytes: Uint8Array; readonly neededFrom: number };

/** The host, as its VMs see it. */
export interface VmEvents {
  /** Resolves when the host has taken it in. A `checkpoint` is held then, and what came before it can be forgotten. */
  report(event: VmEvent): Promise<void>;
  /** Resolves when its position is known, or cannot be; with null when it was no crash. */
  crashOf(question: CrashQuestion): Promise<CrashCause | null>;
}

/** What a person needs to mend the actor or port. Plain data: it crosses the control plane. */
export interface CrashReport {
  /** Of the actor or port. */
  readonly party: string;
  readonly address: number;
  readonly vm: VmName;
  readonly epoch: Epoch;
  /** Sequence of the last frame that this incarnation sent: what comes later under its epoch is refused. */
  readonly lastSequence: number;
  /** The exception's message and stack. */
  readonly reason: string;
  readonly stack: string;
  /** Source position in the actor's own language (`wasm-actors/scene.ts:120:5`), empty when unknown or not asked for yet. */
  readonly position: string;
  readonly message: {
    readonly kind: number;
    readonly kindName: string;
    readonly source: string;
    readonly sequence: Sequence;
    readonly sentAt: number;
    readonly firstBytes: Uint8Array;
  };
  /** From the message's cause back to what a port started: the nearest first. */
  readonly causes: readonly CauseLink[];
  /** 1 for the first try of this message, 2 for the retry that makes it poison. */
  readonly attempt: number;
  readonly at: number;
  /** Epoch as which its VM starts it again at once, by permit; 0 when it waits for its supervisor. */
  readonly restartsAs: number;
}

/** A frame in a chain of causes. */
export interface CauseLink {
  readonly address: number;
  readonly source: string;
  readonly sequence: Sequence;
  readonly kindName: string;
}

/** Which crash is why a request has failed? */
export interface CrashQuestion {
  /** Address of whom was asked. */
  readonly party: number;
  /** Its incarnation whose crash it was; null when that is not known. */
  readonly epoch: Epoch | null;
  readonly code: ErrorCode;
  /** When it was asked, in microseconds since the Unix epoch. */
  readonly askedAt: number;
}

/** A VM was found that had something to do, and that nobody would have woken: a defect of the runtime. It was woken. */
export interface DeafReport {
  readonly vm: VmName;
  /** pump: one that was asked for has not come. reader: of a link, awake with nobody looking. frames: waited, and could be handled. */
  readonly reason: 'pump' | 'reader' | 'frames';
  /** Microseconds since the Unix epoch. */
  readonly at: number;
}

/** An actor that handled messages again said something else than the first time: it depends on more than its messages and state, or its twins differ. It goes on. */
export interface DivergenceReport {
  readonly actor: string;
  /** Where it handled them again. */
  readonly vm: VmName;
  readonly epoch: Epoch;
  /** At which it differed first; empty names when only the digest of all tells it. */
  readonly message: { readonly kindName: string; readonly source: string; readonly sequence: Sequence };
  /** The first frame that had left and came out otherwise; null when it had sent none more, or it was not kept (docs/RECOVERY.md). */
  readonly first: DivergentFrame | null;
  /** What came out in its place; null when nothing did, or it is not known which. */
  readonly again: DivergentFrame | null;
  /** Microseconds since the Unix epoch. */
  readonly at: number;
}

/** A party has sent what goes nowhere. */
export interface RefusedReport {
  readonly vm: VmName;
  /**
   * `refused`: a message of one that its schema does not name in `sendsTo`. `overloaded`: a request beyond all bounds, and the party is too far behind even
   * to be told of each that was refused.
   */
  readonly code: 'refused' | 'overloaded';
  /** Who sent it. */
  readonly party: string;
  /** As `scene.commit`. */
  readonly kindName: string;
  /** Microseconds since the Unix epoch. */
  readonly at: number;
}

export interface DivergentFrame {
  readonly kindName: string;
  /** Empty for a publication. */
  readonly target: string;
  /** The fields of its body as JSON, shortened; empty when they cannot be read. */
  readonly body: string;
  /** Length of the frame. */
  readonly bytes: number;
  /** The first of them, at most `DIVERGENT_FRAME_BYTES_MAX`, without source, sequence and time, which are put in as it leaves. */
  readonly firstBytes: Uint8Array;
}
