/**
 * Every bound of the wire format, the bus and the actor model, each with its reason; the bounds of an actor or port are in its schema.
 * Derived bounds are computed. All sizes are in bytes unless the name says otherwise.
 */

/**
 * One frame with its header. A catalogue page of 100 films is 40 KB and a full display list of 2,000 nodes 200 KB; a megabyte leaves
 * room and still fits a ring eight times.
 */
export const FRAME_BYTES_MAX = 1 << 20;
/** Longest string in a field that states no limit of its own: a paragraph of text. */
export const STRING_BYTES_DEFAULT_MAX = 4096;
/** Longest binary in a field that states no limit of its own: a response body must fit a frame. */
export const BINARY_BYTES_DEFAULT_MAX = FRAME_BYTES_MAX - 4096;
/** Longest list or map that states no limit of its own: several times the nodes of a screen. */
export const LIST_LENGTH_DEFAULT_MAX = 65_536;
/** Deepest nesting of containers in a dynamic value: anything deeper is a mistake or an attack on the decoder's stack. */
export const NESTING_DEPTH_MAX = 16;
/** Longest dynamic value: a longer one fits no frame, and an object that repeats a few others many times would be written for ever. */
export const DYNAMIC_BYTES_MAX = FRAME_BYTES_MAX;
/** Largest snapshot, which crosses links in pieces and memory whole: four times a scene of 20,000 nodes. */
export const SNAPSHOT_BYTES_MAX = 16 << 20;
/** A snapshot up to this size is taken twice and compared, which costs microseconds: one that differs each time is not a state. */
export const SNAPSHOT_AGAIN_BYTES_MAX = 4096;

/** A ring per direction and pair of VMs: eight of the largest frames, so that a large frame never blocks the next small ones for long. */
export const RING_BYTES = 8 * FRAME_BYTES_MAX;
/** A ring at first, where shared memory grows: a screen's burst of small frames. A frame of more than half of it makes it larger. */
export const RING_START_BYTES = FRAME_BYTES_MAX / 4;
/** Bytes of frames that an actor's mailbox holds: four of the largest frames. */
export const MAILBOX_BYTES_MAX = 4 * FRAME_BYTES_MAX;
/** Frames that an actor's mailbox holds: a second's burst of commits at 60 per frame. */
export const MAILBOX_FRAMES_MAX = 4096;
/**
 * How much a mailbox takes while its own party waits for room, as a multiple of its bounds. Waves that double up to a hundred
 * megabytes drain; those that grow further grow for ever.
 */
export const MAILBOX_FORCED_SHARE_MAX = 8;
/** Most bytes that one handler may emit before it returns: enough for a full display list and its publications. */
export const HANDLER_OUTPUT_BYTES_MAX = 4 * FRAME_BYTES_MAX;
/**
 * A batch ends early when its handlers have emitted this much together, and goes on once that has been sent. So its output is at most
 * twice, not 256 times, what one handler may emit.
 */
export const BATCH_OUTPUT_BYTES_MAX = HANDLER_OUTPUT_BYTES_MAX;
/** The journal of one VM, between two checkpoints. */
export const JOURNAL_BYTES = 4 * FRAME_BYTES_MAX;
/** Deliveries that a restart may have to handle again, at about a microsecond each: costlier ones are bounded by `REPLAY_MICROS_MAX`. */
export const REPLAY_FRAMES_MAX = 1024;
/** Work that a restart may have to repeat, in microseconds of handling: a quarter of the millisecond that a recovery should take. */
export const REPLAY_MICROS_MAX = 250;
/** A snapshot is taken only after handling since the last one cost this many times as much as a snapshot: bounds its share of the time. */
export const SNAPSHOT_SHARE_MAX = 4;
/** A spare instance is brought up to date only after handling since the last time cost this many times as much. */
export const SPARE_SHARE_MAX = 10;
/** Handling that the recovery of a lost VM may have to repeat, in microseconds: with 20 ms to start a worker, it goes on within 50 ms. */
export const CHECKPOINT_MICROS_MAX = 20_000;
/** A checkpoint is made only after handling since the last one cost this many times as much as one: a tenth of the time at most. */
export const CHECKPOINT_SHARE_MAX = 10;
/** Share of the journal that is filled between two checkpoints: a quarter, so that there is room until the host has confirmed. */
export const CHECKPOINT_JOURNAL_SHARE_MAX = 0.25;
/** Characters kept of the reason for a crash: a thrown error may have a megabyte of text, and a person reads the first lines. */
export const CRASH_REASON_CHARACTERS_MAX = 4_096;
/** Characters kept of a stack: the reason, and the places of the deepest stack that is told from another. */
export const CRASH_STACK_CHARACTERS_MAX = 16_384;
/** Crashes kept as causes of failed requests: twice those of all parties of a lost VM. They are asked for at once. */
export const CRASHES_KNOWN_MAX = 64;
/** A port that goes on reports the same crash again only after this time: a person reads it once a second, not at every picture. */
export const CRASH_REPEAT_MS = 1_000;
/** Lines on the console in each period: as many as a person can read while a system falls apart. The rest is counted. */
export const CONSOLE_LINES_MAX = 20;
/** Length of the console's period; after it lines are written again. */
export const CONSOLE_PERIOD_MS = 1_000;
/** Characters of one line on the console: a reason and its place; the whole text is in the crash report. */
export const CONSOLE_CHARACTERS_MAX = 1_000;
/** Dead letters kept per VM, newest last: for a person to read, not an archive. */
export const DEAD_LETTERS_MAX = 256;
/** Bytes of the frames of the dead letters kept: several of the largest. */
export const DEAD_LETTERS_BYTES_MAX = 4 * FRAME_BYTES_MAX;
/** First bytes of a frame kept with a crash report: the header and the start of the body. */
export const CRASH_REPORT_FRAME_BYTES_MAX = 256;
/**
 * Bytes kept of what an actor has sent since its last snapshot, to be shown beside a replay that differs: hundreds of usual messages,
 * and little compared to its mailbox.
 */
export const SENT_KEPT_BYTES_MAX = 64 << 10;
/** First bytes kept of each of two frames that differ: a message that a person reads is shorter. */
export const DIVERGENT_FRAME_BYTES_MAX = 4096;
/** Characters of the body of a frame that differs, as text: a line or two in a report. */
export const DIVERGENT_BODY_CHARACTERS_MAX = 500;
/** Deadline of a request that states none of its own: a person has stopped waiting by then. */
export const REQUEST_DEADLINE_DEFAULT_MS = 10_000;
/** Requests in flight per requester: further ones are refused, not queued. */
export const REQUESTS_IN_FLIGHT_MAX = 1024;
/**
 * Refusals on their way to a requester: its mailbox holds no more. Further requests wait at its gate, and it handles nothing until it
 * has been told.
 */
export const REFUSALS_IN_FLIGHT_MAX = MAILBOX_FRAMES_MAX;
/** Notices of ended parties that wait for a watcher that is down: a crash loop takes minutes of backoff and budget to fill this. */
export const WATCH_NOTICES_MAX = 256;
/**
 * How long a system that is stopped waits for what was sent before: a thousand messages take some milliseconds, and whoever waits for the end
 * is about to leave.
 */
export const STOP_QUIET_MS = 1_000;
/** Deadline of a control call to a VM (start, spawn, snapshot): a thread answers in a millisecond, after the batch that it handles. */
export const CONTROL_DEADLINE_MS = 5_000;

/**
 * A VM that is busy for this time without progress on any frame hangs: twenty times the longest task that a browser calls long, on a
 * device that is twenty times slower.
 */
export const HANG_MS = 2_000;

/**
 * Pause before a VM whose thread did not start is started again; each further one is twice as long. With the default budget its file may be
 * missing for 15 s: a television's radio finds its network again in that time, and a server is deployed.
 */
export const VM_RETRY_MS = 1_000;
/** The longest such pause, for a budget that allows many: when the file is back, nobody waits much longer for the application. */
export const VM_RETRY_MS_MAX = 30_000;

/** How often a VM checks by itself whether it still hears: silence is found after twice this, which a viewer takes for one lost key. */
export const HEARING_CHECK_MS = 1_000;

/** Longest wait of idle frames (metrics, logs) while something animates: a flush may be late by a second, but not lost. */
export const IDLE_DELAY_MAX_MS = 1_000;
/** Bytes of a port's waiting output before its sends are refused: one mailbox. With more it would outrun its targets for ever. */
export const PORT_HELD_BYTES_MAX = MAILBOX_BYTES_MAX;
/** Links of a cause chain that a report shows: a frame is rarely more than six away from the key that started it. */
export const CAUSE_CHAIN_MAX = 16;
/** Time from a change of a persistent actor to its write: a killed process loses no more, and a television's flash bears two a second. */
export const PERSIST_DELAY_MS = 500;
/** Deadline for opening a life of an application: every control call of a system's start at its deadline, and the time of the ports. */
export const LIFE_OPEN_DEADLINE_MS = 60_000;
/** Deadline for loading what a system needs before it starts its VMs: as long as a VM's own file may take. */
export const PART_LOAD_DEADLINE_MS = 30_000;
/** Deadline of a read or write of storage: a slow disk takes a tenth of it, and nobody watches a blank screen for longer. */
export const STORAGE_DEADLINE_MS = 3_000;
