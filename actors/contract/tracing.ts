/** What a VM is told to trace, and what it says about its tracing. Plain data: it crosses the control plane. */
import type { Address, Sequence, VmName } from '../../protocol/names.js';
import type { TraceSpace } from '../../trace/memories.js';
import type { RecordingLevel } from '../../trace/recording.js';
import type { TraceFilter, TraceLevel } from '../../trace/step.js';

export interface TraceSettings {
  readonly level: TraceLevel;
  /** Not applied to what a recording needs. */
  readonly filter: TraceFilter;
  /** Null when nothing is recorded. */
  readonly recording: RecordingLevel | null;
  /**
   * Actors whose state the recording has, with the last sequence that they had sent before. What others send, and what these had sent until
   * then, does not come out again in a replay: whoever handles it notes the whole frame.
   */
  readonly since: readonly (readonly [source: Address, sequence: Sequence])[];
  /** Where to; null: the flight recorder. */
  readonly space: TraceSpace | null;
}

/** Nobody has asked for anything. */
export const NOT_TRACED: TraceSettings = { level: 'off', filter: {}, recording: null, since: [], space: null };

/** What is traced when all goes well: a recording needs the headers, or all frames, whatever else was asked for. */
export function levelOf({ level, recording }: Pick<TraceSettings, 'level' | 'recording'>): TraceLevel {
  if (recording === 'frames') return 'frames';
  return recording && level === 'off' ? 'headers' : level;
}

export interface TraceStatus {
  readonly vm: VmName;
  /** What is traced now. */
  readonly level: TraceLevel;
  /** Whether nobody has asked for it: it is the flight recorder. */
  readonly isFlight: boolean;
  /** Steps traced, and their bytes, since the VM started. */
  readonly records: number;
  readonly bytes: number;
  /** Messages that were handled and not traced, since more happened than may be traced. */
  readonly skipped: number;
  /**
   * Estimated share of the time that tracing takes, 0 to 1, by what was traced and what that costs: a mean since as many records were written as
   * may come in 100 ms. Where few are, that is long ago.
   */
  readonly share: number;
}

/** Where a VM traces while nobody has asked for more. */
export interface FlightRecorder {
  /** Null when it traces nothing before somebody asks for it. */
  readonly space: TraceSpace | null;
  /** Whether what is traced may cost only a share of the time; false where time is not real. */
  readonly bounded: boolean;
}
