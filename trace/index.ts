/** Traces and recordings: what happened in a run, kept and read back. The public API of `tandem/trace`. */

export { decodeFrame } from './decode.js';
export { compileFilter, FilterError, type MessageFilter } from './filter.js';
export { MemoryFile } from './memory-file.js';
export { messagesOf, type TracedMessage } from './messages.js';
export { type OpenRecording, openRecording } from './open.js';
export {
  type PackedFile,
  type Recording,
  RecordingError,
  type RecordingFacts,
  type RecordingLevel,
  type RecordingSink,
  type RecordingSource,
} from './recording.js';
export { Schemas } from './schemas.js';
export type { SpyOptions } from './spy.js';
export { TRACE_LEVELS, type TraceFilter, type TraceLevel, type TraceStep } from './step.js';
