/**
 * What a VM tells its host unasked: one union. A new event is added here, and where it is received (supervisor/vm/vm-reports.ts). It passes the
 * tap as `report`.
 */
import type { CrashCause, ErrorCode } from '../../protocol/errors.js';
import type { Address, Epoch, Frame, Kind, Microseconds, Position, Sequence } from '../../protocol/names.js';
import type { TraceMemoryName } from '../../trace/memories.js';
import type { TraceStep } from '../../trace/step.js';
import type { BreakReport } from './breakpoint.js';
import type { VmName } from './instance.js';
import type { HaltReport } from './pause.js';

export type VmEvent =
  /** An incarnation of an actor or of a supervised port has ended. */
  | { readonly type: 'ended'; readonly report: CrashReport }
  /** A former incarnation of the VM hung at this message; its party goes on. */
  | { readonly type: 'hung'; readonly report: CrashReport }
  /** A port without supervision threw: the message is used up, and the port goes on. */
  | { readonly type: 'crashed'; readonly report: CrashReport }
  /** A message was poison at its second attempt: its party goes on without it. `frame`: the whole message. */
  | { readonly type: 'poisoned'; readonly report: CrashReport; readonly frame: Frame }
  | { readonly type: 'deaf'; readonly report: DeafReport }
  /** An actor handled messages again, and its output differed from the first time. */
  | { readonly type: 'divergent'; readonly report: DivergenceReport }
  /** A wrapped class has looked at the clock or at chance: from now on its messages are not handled again. Reported once in each life of its VM. */
  | { readonly type: 'unrepeatable'; readonly report: UnrepeatableReport }
  /** A party sent what its schema does not allow: it became a dead letter. Reported once for each kind of message. */
  | { readonly type: 'refused'; readonly report: RefusedReport }
  /** A message has come at which the VM stops, if a debugger is attached. */
  | { readonly type: 'break'; readonly report: BreakReport }
  /** The VM has come to stand by itself. */
  | { readonly type: 'halted'; readonly report: HaltReport }
  /** It stands at a trap whose position had to be searched for: the same report, with it. */
  | { readonly type: 'haltLocated'; readonly report: HaltReport }
  /** An actor has handled something since its `snapshot` was last asked for. Reported once, until it is asked for again. */
  | { readonly type: 'changed'; readonly actor: string }
  /** A listener at the tap threw this, and hears no more. */
  | { readonly type: 'listenerFailed'; readonly reason: string }
  /** Only the newest checkpoint is needed. `neededFrom`: once the host holds it, nothing before this journal position is needed. */
  | { readonly type: 'checkpoint'; readonly bytes: Uint8Array; readonly neededFrom: Position }
  /** Something was traced. `records`: what, where the host does not see the memory; else empty. `memory`: where they belong. */
  | { readonly type: 'trace'; readonly memory: TraceMemoryName; readonly records: Uint8Array };

/** The host, as its VMs see it. */
export interface VmEvents {
  /** Resolves when the host has received the event. The host then holds a `checkpoint`, and what came before it can be forgotten. */
  report(event: VmEvent): Promise<void>;
  /** Resolves when the position of the crash is known, or cannot be found; with null when there was no crash. */
  crashOf(question: CrashQuestion): Promise<CrashCause | null>;
}

/** What a person needs to mend the actor or port. Plain data: it crosses the control plane. */
export interface CrashReport {
  /** Name of the actor or port. */
  readonly party: string;
  readonly address: Address;
  readonly vm: VmName;
  readonly epoch: Epoch;
  /** Sequence of the last frame that this incarnation sent: later ones under its epoch are refused. */
  readonly lastSequence: Sequence;
  /** The exception's message and stack. */
  readonly reason: string;
  readonly stack: string;
  /** Source position in the actor's own language (`src/actors/basket.wasm.ts:12:5`), empty when unknown or not asked for yet. */
  readonly position: string;
  readonly message: {
    readonly kind: Kind;
    readonly kindName: string;
    readonly source: string;
    readonly sequence: Sequence;
    readonly sentAt: Microseconds;
    readonly firstBytes: Uint8Array;
  };
  /** The causes of the message, nearest first, back to the frame that a port started with. */
  readonly causes: readonly CauseLink[];
  /** What its VM did last, oldest first, by the flight recorder; nothing where there is none. */
  readonly recent?: readonly TraceStep[];
  /** 1 for the first attempt at this message, 2 for the one that makes it poison. */
  readonly attempt: number;
  readonly at: Microseconds;
  /** Epoch with which its VM starts it again at once, by permit; 0 when it waits for its supervisor. */
  readonly restartsAs: Epoch;
}

/** A frame in a chain of causes. */
export interface CauseLink {
  readonly address: Address;
  readonly source: string;
  readonly sequence: Sequence;
  readonly kindName: string;
}

/** Asks which crash made a request fail. */
export interface CrashQuestion {
  /** Address of the party that got the request. */
  readonly party: Address;
  /** Its incarnation that may have crashed; null when unknown. */
  readonly epoch: Epoch | null;
  readonly code: ErrorCode;
  /** When the request was made, in microseconds since the Unix epoch. */
  readonly askedAt: number;
}

/** An actor that may say something else when it handles a message again. */
export interface UnrepeatableReport {
  readonly actor: string;
  /** What it asked, for example `Math.random`. */
  readonly lookedAt: string;
}

/** A VM had something to do and slept, and nobody would have woken it: a defect of the runtime. It was woken. */
export interface DeafReport {
  readonly vm: VmName;
  /**
   * pump: a pump that was asked for has not come. reader: the reader of a link counts as awake, and nobody looks. frames: some waited, and
   * could be handled.
   */
  readonly reason: 'pump' | 'reader' | 'frames';
  readonly at: Microseconds;
}

/**
 * An actor's output differed when it handled messages again: it depends on more than its messages and state, or its twins differ. The actor
 * goes on.
 */
export interface DivergenceReport {
  readonly actor: string;
  /** Where the actor handled them again. */
  readonly vm: VmName;
  readonly epoch: Epoch;
  /** The message at which the output first differed; empty names when only the digest of all shows it. */
  readonly message: { readonly kindName: string; readonly source: string; readonly sequence: Sequence };
  /** The first frame that had left and came out differently; null when no other had left, or it was not kept (docs/RECOVERY.md). */
  readonly first: DivergentFrame | null;
  /** The frame that came out in its place; null when none did, or it is not known which. */
  readonly again: DivergentFrame | null;
  readonly at: Microseconds;
}

/** A party has sent a message that goes nowhere. */
export interface RefusedReport {
  readonly vm: VmName;
  /**
   * `refused`: the recipient is not named in the `sendsTo` of the party's schema. `overloaded`: a request beyond all bounds, from a party
   * that is too far behind even to be told of each refusal.
   */
  readonly code: 'refused' | 'overloaded';
  /** Name of the sender. */
  readonly party: string;
  /** For example `basket.add`. */
  readonly kindName: string;
  readonly at: Microseconds;
}

export interface DivergentFrame {
  readonly kindName: string;
  /** Empty for a publication. */
  readonly target: string;
  /** Fields of the body as JSON, shortened; empty when they cannot be read. */
  readonly body: string;
  /** Length of the frame. */
  readonly bytes: number;
  /** The first bytes, at most `DIVERGENT_FRAME_BYTES_MAX`, without source, sequence and time, which are stamped as the frame leaves. */
  readonly firstBytes: Uint8Array;
}
