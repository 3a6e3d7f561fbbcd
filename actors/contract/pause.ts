/** An application that stands as a whole: no message is handled, and its time stands. docs/DEBUGGER.md says how to use it. */
import type { Address, Frame, Microseconds, Sequence } from '../../protocol/names.js';
import type { Breakpoint } from './breakpoint.js';

import type { LinkPositions, VmName } from './instance.js';

/** A message that a VM would handle next, or has handled last. */
export interface NextMessage {
  /** The actor or port that handles it. */
  readonly party: string;
  readonly address: Address;
  readonly kindName: string;
  readonly source: string;
  readonly sourceAddress: Address;
  readonly sequence: Sequence;
  readonly sentAt: Microseconds;
  /** The whole message; empty when it is longer than `SHOWN_FRAME_BYTES_MAX`, or of one that has trapped, than `TRAPPED_FRAME_BYTES_MAX`. */
  readonly frame: Frame;
}

/** A person reads the message on one line; and a VM that stands is asked again and again. */
export const SHOWN_FRAME_BYTES_MAX = 4096;
/** It is told once, and a person reads all of it: that is the message which has gone wrong. */
export const TRAPPED_FRAME_BYTES_MAX = 64 << 10;

/** A VM that has not come to stand within this time is named: a tenth of a second passes for at once. */
export const PAUSING_TOLD_MS = 100;

/** VMs that are still in the middle of a message, though the application is to stand. */
export interface PausingReport {
  /** Empty when it is over. */
  readonly vms: readonly VmName[];
  /** So long they are waited for at most, since the application was to stand. Then nothing stands. */
  readonly atMostMs: number;
}

/** How one VM stands. Plain data: it crosses the control plane. */
export interface VmStand {
  readonly vm: VmName;
  /** On its clock, which stands. */
  readonly at: Microseconds;
  /** Null when nothing waits that it could handle. */
  readonly next: NextMessage | null;
  /** Frames in its mailboxes. */
  readonly waiting: number;
  /** How far its links were written. */
  readonly written: LinkPositions;
}

export interface VmStep extends VmStand {
  /** Null when nothing could be handled. */
  readonly handled: NextMessage | null;
}

/** Where a VM comes to stand by itself. Plain data: it crosses the control plane. */
export interface Halts {
  /** Right before a message that fits one of these is handled. */
  readonly before: readonly Breakpoint[];
  /** Once a message that fits was handled; null for none. */
  readonly after: Breakpoint | null;
  /** Once an actor or port has trapped, before it is restarted. */
  readonly trap: boolean;
}

export type HaltReason = 'breakpoint' | 'after' | 'trap';

/** A VM has come to stand by itself. */
export interface HaltReport {
  readonly vm: VmName;
  readonly why: HaltReason;
  /** Which breakpoint's condition threw, and what; or why the party trapped; else empty. */
  readonly detail: string;
  /** As of `Paused`. */
  readonly position: string;
  readonly message: NextMessage;
}

/** The application stands. */
export interface Paused {
  readonly why: 'asked' | 'step' | HaltReason;
  readonly detail: string;
  /** For a trap, its position in the party's own source, as in a `CrashReport`; empty while it is searched for, and when it is not known. */
  readonly position: string;
  /** The VM that has come to stand by itself, or has taken the step; null when everything was asked to stand. */
  readonly vm: VmName | null;
  /** At a breakpoint the one that is not handled yet; else the one that was handled last, and null when that is not known. */
  readonly message: NextMessage | null;
  /** What a step handles; null when nothing waits. */
  readonly next: (NextMessage & { readonly vm: VmName }) | null;
  readonly vms: readonly VmStand[];
  /** On the application's clock. */
  readonly at: Microseconds;
}

/** Until when the application goes on by itself: a message that was handled, or the next trap. Breakpoints hold meanwhile, too. */
export type Until = { readonly handled: Breakpoint } | 'trap';

/** state: it does not run, or does not stand. busy: a VM did not come to an end of what it handles, so nothing stands. nothing: no message waits. */
export type PauseFailure = 'state' | 'busy' | 'nothing';

/** What was asked of an application that stands, or is to stand, cannot be done now. */
export class PauseError extends Error {
  override readonly name = 'PauseError';
  constructor(
    readonly code: PauseFailure,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }
}
