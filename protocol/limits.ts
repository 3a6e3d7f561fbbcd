/** Every bound of the wire format, the bus and the actor model, each with its reason: those of an actor or port are in its schema. Derived ones are computed. All sizes in bytes unless named otherwise. */

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
/** A dynamic value: what is longer fits no frame, and an object that has few others many times over would be written for ever. */
export const DYNAMIC_BYTES_MAX = FRAME_BYTES_MAX;
/** A snapshot crosses links in pieces and memory whole: four times a scene of 20,000 nodes. */
export const SNAPSHOT_BYTES_MAX = 16 << 20;
/** A snapshot up to this size is taken twice and compared, which costs microseconds: one that differs each time is no state. */
export const SNAPSHOT_AGAIN_BYTES_MAX = 4096;

/** A ring per direction and pair of VMs: eight of the largest frames, so that one large frame never blocks the small ones behind it for long. */
export const RING_BYTES = 8 * FRAME_BYTES_MAX;
/** Bytes of frames a mailbox holds per actor: four of the largest frames. */
export const MAILBOX_BYTES_MAX = 4 * FRAME_BYTES_MAX;
/** Frames a mailbox holds per actor: a second's burst of commits at 60 per frame. */
export const MAILBOX_FRAMES_MAX = 4096;
/** What a mailbox takes over its bounds while its own party waits for room, as a multiple of them: waves that double up to a hundred megabytes drain, and whatever grows further does so for ever. */
export const MAILBOX_FORCED_SHARE_MAX = 8;
/** What one handler may emit before it has returned: enough for a full display list and its publications. */
export const HANDLER_OUTPUT_BYTES_MAX = 4 * FRAME_BYTES_MAX;
/**
 * A batch ends early when its handlers have emitted this much together, and goes on when that has left: with the last of them it is at most twice what one may emit, in place of 256 times.
 */
export const BATCH_OUTPUT_BYTES_MAX = HANDLER_OUTPUT_BYTES_MAX;
/** The journal of one VM, between two checkpoints. */
export const JOURNAL_BYTES = 4 * FRAME_BYTES_MAX;
/** Deliveries to one actor that a restart may have to handle again: at a microsecond each, for those that cost more are bounded by their time. */
export const REPLAY_FRAMES_MAX = 1024;
/** Work that a restart may have to do again, in microseconds of handling: a quarter of the millisecond that a recovery should take. */
export const REPLAY_MICROS_MAX = 250;
/** A snapshot is not taken before the handling since the last one cost this many times what a snapshot does: bounds its share of the time. */
export const SNAPSHOT_SHARE_MAX = 4;
/** A spare instance is not brought up to date before the handling since the last time cost this many times what that does. */
export const SPARE_SHARE_MAX = 10;
/** Handling that the recovery of a lost VM may have to do again, in microseconds: with the 20 ms in which a worker starts, it goes on within 50 ms. */
export const CHECKPOINT_MICROS_MAX = 20_000;
/** A checkpoint is not made before the handling since the last one cost this many times what a checkpoint does: a tenth of the time at most. */
export const CHECKPOINT_SHARE_MAX = 10;
/** Share of the journal that is filled between two checkpoints: a quarter, so that it has room until the host has confirmed. */
export const CHECKPOINT_JOURNAL_SHARE_MAX = 0.25;
/** Characters of why something ended: what is thrown may have a megabyte of text, and a person reads the first lines. */
export const CRASH_REASON_CHARACTERS_MAX = 4_096;
/** Characters of a stack: the reason, and the places of the deepest stack that is told from another. */
export const CRASH_STACK_CHARACTERS_MAX = 16_384;
/** Crashes that requests can be told of as what they failed by: those of every party of a VM that is lost, twice over. They are asked for at once. */
export const CRASHES_KNOWN_MAX = 64;
/** The same crash of a port that goes on is told again after so long: a person reads it once a second, and not at each picture. */
export const CRASH_REPEAT_MS = 1_000;
/** Lines on the console in each period: what a person can still read as a system falls apart. The rest is counted. */
export const CONSOLE_LINES_MAX = 20;
/** After it the console is free again. */
export const CONSOLE_PERIOD_MS = 1_000;
/** Characters of one line on the console: a reason and where it was; the whole is in the crash report. */
export const CONSOLE_CHARACTERS_MAX = 1_000;
/** Dead letters kept per VM, newest last: what a person reads, not an archive. */
export const DEAD_LETTERS_MAX = 256;
/** Bytes of their frames: several of the largest. */
export const DEAD_LETTERS_BYTES_MAX = 4 * FRAME_BYTES_MAX;
/** First bytes of a frame kept with a crash report: the header and the start of the body. */
export const CRASH_REPORT_FRAME_BYTES_MAX = 256;
/** What an actor has sent since its last snapshot is kept up to this, to be shown beside a replay that differs: hundreds of usual messages, and little beside its mailbox. */
export const SENT_KEPT_BYTES_MAX = 64 << 10;
/** First bytes of each of two frames that differ: a message that a person reads is shorter. */
export const DIVERGENT_FRAME_BYTES_MAX = 4096;
/** Of the body of such a frame, as text: a line or two in a report. */
export const DIVERGENT_BODY_CHARACTERS_MAX = 500;
/** A request that states no deadline of its own: a person has given up by then. */
export const REQUEST_DEADLINE_DEFAULT_MS = 10_000;
/** Requests in flight per requester: beyond it the requester is refused, not queued. */
export const REQUESTS_IN_FLIGHT_MAX = 1024;
/** Refusals that are on their way to a requester: its mailbox holds no more. What it asks beyond these waits at its gate, and it handles nothing until it has been told. */
export const REFUSALS_IN_FLIGHT_MAX = MAILBOX_FRAMES_MAX;
/** Ends of others that wait for a watcher that is down: a crash loop of one of them takes minutes of backoff and budget to fill it. */
export const WATCH_NOTICES_MAX = 256;
/** A control call to a VM (start, spawn, snapshot): a thread answers in a millisecond, and what a batch takes comes on top of that. */
export const CONTROL_DEADLINE_MS = 5_000;

/** A VM that is busy for so long without getting on with any frame hangs: twenty times the longest task that a browser calls long, on a device that is twenty times slower. */
export const HANG_MS = 2_000;

/** How often a VM looks whether it still hears, of itself: what it finds then has been silent for so long once more, which a viewer takes for one lost key. */
export const HEARING_CHECK_MS = 1_000;

/** Idle frames (metrics, logs) wait at most this long while something animates: a flush may be late by a second, not lost. */
export const IDLE_DELAY_MAX_MS = 1_000;
/** What a port may have waiting to leave before its sends are refused: one mailbox's worth, beyond which it would outrun its targets for ever. */
export const PORT_HELD_BYTES_MAX = MAILBOX_BYTES_MAX;
/** Links of a cause chain that a report shows: from a frame back to the key that started it there are rarely more than six. */
export const CAUSE_CHAIN_MAX = 16;
/** From a change of a persistent actor to its write: what a process that is killed may lose, and twice a second is what the flash of a television bears. */
export const PERSIST_DELAY_MS = 500;
/** Opening a life of an application: every control call of the start of a system at its deadline, and what the ports need. */
export const LIFE_OPEN_DEADLINE_MS = 60_000;
/** A read or write of storage: a slow disk takes a tenth of it, and nobody watches a blank screen for longer. */
export const STORAGE_DEADLINE_MS = 3_000;
