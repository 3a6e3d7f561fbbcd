/** The contract: schema language, frame, codecs, limits and errors. The public API of `tandem/protocol`. */

export type {
  AnyBound,
  Bound,
  BoundMessage,
  BoundParty,
  BoundPublication,
  BoundReply,
  BoundRequest,
  Descriptor,
  MessageRole,
  Recipient,
  StateCodec,
} from './bind.js';
export { bind, leadOf } from './bind.js';
export { decodeDynamic, encodeDynamic } from './dynamic.js';
export {
  type CrashCause,
  CrashError,
  DECODE_PROBLEMS,
  DecodeError,
  type DecodeProblem,
  EncodeError,
  ERROR_CODES,
  type ErrorCode,
  PermissionError,
  RequestError,
} from './errors.js';
export { checkFrame, type FrameHeader, readHeader, writeFrameLength, writeHeader } from './frame.js';
export {
  display,
  fetch,
  focus,
  history,
  input,
  metrics,
  network,
  page,
  scene,
  system,
  tandemParties,
  telemetry,
  timer,
} from './generated/index.js';
export { locateField } from './locate.js';
export { SCENE_NODES_MAX, SCENE_PROPERTIES, type SceneProperty } from './messages/scene.js';
export type { Address, Batch, Epoch, Frame, Kind, Microseconds, Position, SavedStateBytes, Sequence, SnapshotBytes } from './names.js';
export { IMAGE_ITEM, TEXT_ITEM, VIEW_ITEM } from './ports/display.js';
export { Reader } from './reader.js';
export type {
  Field,
  Fields,
  FieldType,
  Infer,
  InferFields,
  Lane,
  MessageFields,
  MessageOf,
  MessageSchema,
  Overflow,
  PartySchema,
  PublicationOf,
  PublicationSchema,
  ReplyFields,
  StateOf,
} from './schema.js';
export {
  actor,
  bin,
  bool,
  choice,
  dynamic,
  f64,
  i8,
  i16,
  i32,
  list,
  map,
  message,
  optional,
  port,
  publication,
  request,
  str,
  struct,
  u8,
  u16,
  u32,
  u53,
} from './schema.js';
export { Writer } from './writer.js';
