/** What writers and readers of recordings agree on: topics, bounds. docs/TRACING.md has the layout. */
import { FRAME_BYTES_MAX, SNAPSHOT_BYTES_MAX } from '../protocol/limits.js';

export const MESSAGE_ENCODING = 'msgpack';
/** Topics of the runtime's own; those of frames are `/` and the name of their kind. */
export const OWN_TOPICS = '/tandem/';
export const FLOW_TOPIC = '/tandem/flow';
export const STEP_TOPIC = '/tandem/step';
export const SNAPSHOT_TOPIC = '/tandem/snapshot';

/** A chunk is closed when it has so much: less, and the indexes weigh more than what they index. */
export const CHUNK_BYTES = FRAME_BYTES_MAX;
/** A chunk is closed when it spans so much time: what a kill costs at most. Shorter ones resemble less of themselves, and shrink less. */
export const CHUNK_MICROS = 3_000_000;
/** Steps of one chunk: a reader has all of them in memory at once, a few hundred bytes each. */
export const CHUNK_ROWS_MAX = 1 << 15;
/** Content of a chunk record: it is closed after the step that fills it, which may bring a snapshot. */
export const CHUNK_CONTENT_BYTES_MAX = CHUNK_BYTES + 2 * SNAPSHOT_BYTES_MAX;
/** A chunk is closed when its snapshots have so much before they are compressed: equal ones shrink to nothing, and a reader has all of them in memory. */
export const CHUNK_UNPACKED_BYTES = 16 << 20;
/** What snapshots and rows of a chunk expand to: it is closed after the snapshot that fills it, and has its rows besides. A file that expands further is meant to exhaust its reader. */
export const CHUNK_UNPACKED_BYTES_MAX = CHUNK_UNPACKED_BYTES + CHUNK_CONTENT_BYTES_MAX;
/** The schemas of an application of a hundred parties. */
export const FACTS_BYTES_MAX = 4 << 20;
/** One packed file: the largest module with its source map is a tenth of it. */
export const PACKED_BYTES_MAX = 64 << 20;
/** Files packed into one recording: two for each actor of a large application. */
export const PACKED_FILES_MAX = 1024;
/** Channels of one recording: a kind each, and a file that has more than there are kinds is none of ours. */
export const CHANNELS_MAX = 0x1_0000;
/** What a slow sink has not taken yet: several seconds of a busy system. */
export const PENDING_BYTES_MAX = 32 << 20;
