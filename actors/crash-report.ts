/** Puts together what a person needs to mend an actor that crashed. */
import type { Kinds } from '../bus/kinds.js';
import type { TraceRing } from '../bus/trace.js';
import { readHeader } from '../protocol/frame.js';
import { CRASH_REPORT_FRAME_BYTES_MAX } from '../protocol/limits.js';
import type { CrashReport } from './control.js';
import { type ActorTrap, stackOf, type VmName } from './instance.js';

interface Crash {
  readonly actor: string;
  readonly address: number;
  readonly vm: VmName;
  readonly epoch: number;
  readonly lastSequence: number;
  readonly trap: ActorTrap;
  /** Null when it ended at none, as a port whose `onOpen` throws. */
  readonly frame: Uint8Array | null;
  readonly attempt: number;
  readonly at: number;
  readonly kinds: Kinds;
  readonly trace: TraceRing;
  readonly restartsAs: number;
}

export function crashReport(crash: Crash): CrashReport {
  const { actor, address, vm, epoch, lastSequence, trap, attempt, at, restartsAs } = crash;
  return {
    actor,
    address,
    vm,
    epoch,
    lastSequence,
    reason: trap.message,
    stack: stackOf(trap.cause) || stackOf(trap),
    position: trap.position,
    attempt,
    at,
    restartsAs,
    ...messageOf(crash),
  };
}

const NO_MESSAGE = { kind: 0, kindName: '', source: '', sequence: 0, sentAt: 0, firstBytes: new Uint8Array(0) };

function messageOf({ frame, kinds, trace }: Crash): Pick<CrashReport, 'message' | 'causes'> {
  if (!frame) return { message: NO_MESSAGE, causes: [] };
  const header = readHeader(frame, 0);
  const named = (source: number, sequence: number, kind: number) => ({
    address: source,
    source: kinds.partyName(source),
    sequence,
    kindName: kinds.nameOf(kind),
  });
  return {
    causes: trace.chain(header.causeSource, header.causeSequence).map(({ source, sequence, kind }) => named(source, sequence, kind)),
    message: {
      ...named(header.source, header.sequence, header.kind),
      kind: header.kind,
      sentAt: header.sentAt,
      firstBytes: frame.slice(0, CRASH_REPORT_FRAME_BYTES_MAX),
    },
  };
}
