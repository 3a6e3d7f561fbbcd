/**
 * What a trace consists of: one step for each thing that happened in a VM, in the order in which it happened there. A running system gives
 * steps, a recording gives the same steps back, and everything that shows or judges a run reads nothing else.
 *
 * The way of one message: emitted (by the VM of its source) ─> arrived (in another VM, if it came over a link) ─> handled, or rejected.
 *
 * The catch: steps of different VMs come in the order in which they were collected, not in that in which they happened. `at` compares them up
 * to the accuracy of the clock; `inOrder` (order.ts) puts what was handled into an order that no effect precedes its cause in.
 */
import type { ErrorCode } from '../protocol/errors.js';
import type { Address, Epoch, Frame, Kind, Microseconds, Sequence, SnapshotBytes, VmName } from '../protocol/names.js';
import type { SystemStatus } from './status.js';

/** off: nothing. headers: who sent what to whom, when and why. frames: the messages themselves, too. */
export type TraceLevel = 'off' | 'headers' | 'frames';
export const TRACE_LEVELS: readonly TraceLevel[] = ['off', 'headers', 'frames'];

/** Names one frame for ever: no source uses a sequence twice. The same frame may go to several targets. */
export interface MessageId {
  readonly source: Address;
  readonly sequence: Sequence;
}

interface Step {
  readonly vm: VmName;
  readonly at: Microseconds;
}

/** Identifies a message at one target. */
interface Delivery extends MessageId {
  readonly target: Address;
  readonly kind: Kind;
}

/** A frame has left its party. A recording has one for each that left an actor, also where it has not kept the frame. */
export interface Emitted extends Step, Delivery {
  readonly type: 'emitted';
  readonly epoch: Epoch;
  /** Null when nothing caused it: a port started with it. */
  readonly cause: MessageId | null;
  /** Length of the frame, header included. */
  readonly bytes: number;
  /** A digest of its body (`BodyDigest`, bus/digest.ts), for comparisons; null when none was taken. */
  readonly digest: number | null;
  /** The whole frame; null at level `headers`. */
  readonly frame: Frame | null;
}

/** A frame has come over a link and is in a mailbox. */
export interface Arrived extends Step, Delivery {
  readonly type: 'arrived';
}

/** A handler has returned. `at` is when it began. */
export interface Handled extends Step, Delivery {
  readonly type: 'handled';
  /** Incarnation of the party that handled it. */
  readonly epoch: Epoch;
  /** When the sender's gate stamped it: the time that the handler saw. */
  readonly sentAt: Microseconds;
  readonly endedAt: Microseconds;
  /** It was handled before, and what it emitted was held back: after a restart or a move. */
  readonly again: boolean;
  /** The whole frame where a recording needs it: it came from a port or the runtime, or had been sent before the recording began. */
  readonly frame: Frame | null;
}

/** A frame has become a dead letter. */
export interface Rejected extends Step, Delivery {
  readonly type: 'rejected';
  readonly code: ErrorCode;
  readonly frame: Frame | null;
}

/** An incarnation runs. `begin` is there when it does not go on from the one before. */
export interface Started extends Step {
  readonly type: 'started';
  readonly party: Address;
  readonly epoch: Epoch;
  readonly begin: Beginning | null;
}

/** What an actor begins with. */
export interface Beginning {
  readonly options: Readonly<Record<string, number>>;
  /** State and counters; null for the state of a new actor. */
  readonly snapshot: SnapshotBytes | null;
  /** The last sequence that it had sent. */
  readonly sequence: Sequence;
}

/** An incarnation has ended: by a trap, a hang, its supervisor, or for good. */
export interface Ended extends Step {
  readonly type: 'ended';
  readonly party: Address;
  readonly epoch: Epoch;
  /** Empty when its supervisor ended it. */
  readonly reason: string;
  /** Source position of a trap, as far as it is known by now. */
  readonly position: string;
  /** The message at which it ended; null when none is to blame. */
  readonly message: MessageId | null;
}

/** A message is not handled any more, because its party ended at it repeatedly. */
export interface Poisoned extends Step, Delivery {
  readonly type: 'poisoned';
}

/** The state of an actor after all `handled` steps of it before this one. */
export interface SnapshotTaken extends Step {
  readonly type: 'snapshot';
  readonly party: Address;
  /** The last sequence that it had sent. */
  readonly sequence: Sequence;
  /** Null when only the fact is told. */
  readonly snapshot: SnapshotBytes | null;
  /** Bytes of a state that belongs here and is larger than the trace memory can hold: a replay cannot begin here. Otherwise not there. */
  readonly tooLarge?: number;
}

/** A step of a move of an actor to another VM. */
export interface Moved extends Step {
  readonly type: 'moved';
  readonly party: Address;
  readonly step: string;
}

/** The VM traces more or less from here on, or steps are missing. */
export interface LevelChanged extends Step {
  readonly type: 'level';
  /** What is traced from here on. */
  readonly level: TraceLevel;
  /** asked: by a person. flood: more happened than may be traced. calm: the flood is over. lost: nobody collected the steps in time. */
  readonly why: 'asked' | 'flood' | 'calm' | 'lost';
  /** Steps that are missing before this one. Where it is not known of which VM they are, each VM has such a step, and only one has the number. */
  readonly missing: number;
}

/** How the system is, from here on. The host tells it when something has changed, so it may come before steps of VMs that are older. */
export interface StatusNoted extends Step {
  readonly type: 'status';
  /** All of it; else its lists have only what has changed since the one before. */
  readonly whole: boolean;
  readonly status: SystemStatus;
}

/** What happened in a VM. */
export type VmStep = Emitted | Arrived | Handled | Rejected | Started | Ended | Poisoned | SnapshotTaken | Moved | LevelChanged;
export type TraceStep = VmStep | StatusNoted;

/** What is traced: a message that fits all that are given. Applied in the VM, before anything is copied. */
export interface TraceFilter {
  /** Names of parties, of which one is the source or the target. */
  readonly parties?: readonly string[];
  /** Names of kinds, as `focus.key`. */
  readonly kinds?: readonly string[];
  readonly lanes?: readonly ('interactive' | 'ordinary' | 'idle')[];
  /**
   * Names of kinds, as `input.key`: the message is such a one, or is caused by one, however indirectly. Where the chain of causes leads into
   * another VM, the host decides, when it has the steps of that VM: up to 0.3 s later. It knows no chain through a VM that is not traced by this filter.
   */
  readonly roots?: readonly string[];
}
