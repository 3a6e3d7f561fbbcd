/** Puts together what a person needs to mend an actor that crashed. */
import type { Kinds } from '../bus/kinds.js';
import type { TraceRing } from '../bus/trace.js';
import { readHeader } from '../protocol/frame.js';
import { CRASH_REPORT_FRAME_BYTES_MAX } from '../protocol/limits.js';
import type { CrashReport } from './control.js';
import { type ActorTrap, stackOf, type VmName } from './instance.js';

interface Crash {
  readonly actor: string;
  readonly vm: VmName;
  readonly epoch: number;
  readonly lastSequence: number;
  readonly trap: ActorTrap;
  readonly frame: Uint8Array;
  readonly attempt: number;
  readonly at: number;
  readonly kinds: Kinds;
  readonly trace: TraceRing;
  readonly restartsAs: number;
}

export function crashReport({ actor, vm, epoch, lastSequence, trap, frame, attempt, at, kinds, trace, restartsAs }: Crash): CrashReport {
  const header = readHeader(frame, 0);
  const named = (source: number, sequence: number, kind: number) => ({
    address: source,
    source: kinds.partyName(source),
    sequence,
    kindName: kinds.nameOf(kind),
  });
  const causes = trace.chain(header.causeSource, header.causeSequence).map(({ source, sequence, kind }) => named(source, sequence, kind));
  return {
    actor,
    address: header.target,
    vm,
    epoch,
    lastSequence,
    reason: trap.message,
    stack: stackOf(trap.cause) || stackOf(trap),
    position: trap.position,
    attempt,
    at,
    restartsAs,
    causes,
    message: {
      ...named(header.source, header.sequence, header.kind),
      kind: header.kind,
      sentAt: header.sentAt,
      firstBytes: frame.slice(0, CRASH_REPORT_FRAME_BYTES_MAX),
    },
  };
}
