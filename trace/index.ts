/** Traces and recordings: what happened in a run, kept and read back. The public API of `tandem/trace`. */

export { Bodies } from './bodies.js';
export { type DecodedFields, decodeFrame, decodeValue } from './decode.js';
export { compileFilter, FilterError, type MessageFilter } from './filter.js';
export { MemoryFile } from './memory-file.js';
export { joinMessages, MessageJoin, messagesOf, type Outcome, type TracedMessage } from './messages.js';
export { type OpenRecording, openRecording, type StepCursor } from './open.js';
export { inOrder, MessageOrder, type Placed } from './order.js';
export { Recorder, type RecorderOptions } from './recorder.js';
export {
  type PackedFile,
  type Recording,
  RecordingError,
  type RecordingFacts,
  type RecordingFailure,
  type RecordingLevel,
  type RecordingSink,
  type RecordingSource,
} from './recording.js';
export { type KindSchema, Schemas } from './schemas.js';
export { SPY_LINES, type SpyOptions } from './spy.js';
export {
  type Arrived,
  type Beginning,
  type Emitted,
  type Ended,
  type Handled,
  type LevelChanged,
  type MessageId,
  type Moved,
  type Poisoned,
  type Rejected,
  type SnapshotTaken,
  type Started,
  TRACE_LEVELS,
  type TraceFilter,
  type TraceLevel,
  type TraceStep,
} from './step.js';
