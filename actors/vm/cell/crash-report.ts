/** Puts together what a person needs to mend an actor or port that crashed. */
import type { Kinds } from '../../../bus/kinds.js';
import type { TraceRing } from '../../../bus/trace.js';
import { readHeader } from '../../../protocol/frame.js';
import { CRASH_REPORT_FRAME_BYTES_MAX } from '../../../protocol/limits.js';
import type { CauseLink, CrashReport } from '../../contract/events.js';
import type { ActorTrap, VmName } from '../../contract/instance.js';
import { isA, stackOf } from '../../contract/thrown.js';
import type { Tap } from '../tap.js';

/** Of the VM in which it was. */
interface Witness {
  readonly vm: VmName;
  readonly kinds: Kinds;
  readonly tap: Tap;
  readonly now: () => number;
}

interface Crash {
  readonly party: string;
  readonly address: number;
  readonly epoch: number;
  readonly lastSequence: number;
  readonly trap: ActorTrap;
  /** Null when it ended at none, as a port whose `onOpen` throws. */
  readonly frame: Uint8Array | null;
  readonly attempt: number;
  readonly restartsAs: number;
}

export function crashReport(witness: Witness, crash: Crash): CrashReport {
  const { party, address, epoch, lastSequence, trap, attempt, restartsAs } = crash;
  return {
    party,
    address,
    vm: witness.vm,
    epoch,
    lastSequence,
    reason: trap.message,
    stack: stackOf(isA(trap.cause, Error) ? trap.cause : trap),
    position: trap.isLocated ? trap.position : '',
    attempt,
    at: witness.now(),
    restartsAs,
    ...messageOf(witness, crash),
  };
}

const NO_MESSAGE = { kind: 0, kindName: '', source: '', sequence: 0, sentAt: 0, firstBytes: new Uint8Array(0) };

/** A frame and its causes, nearest first, as far as they passed this VM lately. */
export const causeLinks = (trace: TraceRing, kinds: Kinds, source: number, sequence: number): readonly CauseLink[] =>
  trace.chain(source, sequence).map((link) => ({
    address: link.source,
    source: kinds.partyName(link.source),
    sequence: link.sequence,
    kindName: kinds.nameOf(link.kind),
  }));

function messageOf({ kinds, tap }: Witness, { frame }: Crash): Pick<CrashReport, 'message' | 'causes'> {
  if (!frame) return { message: NO_MESSAGE, causes: [] };
  const { source, sequence, kind, sentAt, causeSource, causeSequence } = readHeader(frame, 0);
  return {
    causes: causeLinks(tap.trace, kinds, causeSource, causeSequence),
    message: {
      kind,
      kindName: kinds.nameOf(kind),
      source: kinds.partyName(source),
      sequence,
      sentAt,
      firstBytes: frame.slice(0, CRASH_REPORT_FRAME_BYTES_MAX),
    },
  };
}
