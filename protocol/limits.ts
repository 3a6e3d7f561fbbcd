/** Every bound of the wire format and the bus, each with its reason. Derived ones are computed. All sizes in bytes unless named otherwise. */

/** One frame with its header. A catalogue page of 100 films is 40 KB and a full display list of 2,000 nodes 200 KB; a megabyte leaves room and still fits a ring eight times. */
export const FRAME_BYTES_MAX = 1 << 20;
/** A string field that states no limit of its own: a paragraph of text. */
export const STRING_BYTES_DEFAULT_MAX = 4096;
/** A binary field that states no limit of its own: a response body must fit a frame. */
export const BINARY_BYTES_DEFAULT_MAX = FRAME_BYTES_MAX - 4096;
/** A list or map that states no limit of its own: several times the nodes of a screen. */
export const LIST_LENGTH_DEFAULT_MAX = 65_536;
/** Nested containers in a dynamic value: deeper is a mistake or an attack on the decoder's stack. */
export const NESTING_DEPTH_MAX = 16;
/** A snapshot crosses links in pieces and memory whole: four times a scene of 20,000 nodes. */
export const SNAPSHOT_BYTES_MAX = 16 << 20;

/** A ring per direction and pair of VMs: eight of the largest frames, so that one large frame never blocks the small ones behind it for long. */
export const RING_BYTES = 8 * FRAME_BYTES_MAX;
/** Bytes of frames a mailbox holds per actor: four of the largest frames. */
export const MAILBOX_BYTES_MAX = 4 * FRAME_BYTES_MAX;
/** Frames a mailbox holds per actor: a second's burst of commits at 60 per frame. */
export const MAILBOX_FRAMES_MAX = 4096;
/** What one handler may emit before it has returned: enough for a full display list and its publications. */
export const HANDLER_OUTPUT_BYTES_MAX = 4 * FRAME_BYTES_MAX;
/** The journal of one VM, between two checkpoints. */
export const JOURNAL_BYTES = 4 * FRAME_BYTES_MAX;
/** Deliveries to one actor that a restart may have to handle again: bounds the time of a recovery. */
export const REPLAY_FRAMES_MAX = 32;
/** Dead letters kept per VM, newest last: what a person reads, not an archive. */
export const DEAD_LETTERS_MAX = 256;
/** First bytes of a frame kept with its dead letter: the header and the start of the body. */
export const DEAD_LETTER_BYTES_MAX = 256;
/** A request that states no deadline of its own: a person has given up by then. */
export const REQUEST_DEADLINE_DEFAULT_MS = 10_000;
/** Requests in flight per requester: beyond it the requester is refused, not queued. */
export const REQUESTS_IN_FLIGHT_MAX = 1024;
/** A control call to a VM (boot, spawn, snapshot): a worker starts in 20 ms and a television is 20 times slower. */
export const CONTROL_DEADLINE_MS = 5_000;
