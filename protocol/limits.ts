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
/** Timers of one starter that run at once: a screen of cards with one each is a tenth of it, and who starts two at each that fires must not fill the host. */
export const TIMERS_RUNNING_MAX = 1024;
/** Ends of others that wait for a watcher that is down: a crash loop of one of them takes minutes of backoff and budget to fill it. */
export const WATCH_NOTICES_MAX = 256;
/** A control call to a VM (start, spawn, snapshot): a thread answers in a millisecond, and what a batch takes comes on top of that. */
export const CONTROL_DEADLINE_MS = 5_000;
/**
 * Loading a thread: its file and modules over a home's network, and its guests compiled, while a television is busy with all else that starts. What cannot be
 * loaded says so at once; this is for a server that never answers.
 */
export const LOAD_DEADLINE_MS = 30_000;
/** Of these, for one guest: a module that does not come in time is its own actor's loss, and leaves the thread time to begin with the others. */
export const GUEST_LOAD_DEADLINE_MS = 20_000;
/** A guest's first instance, its answer who it is, and its first snapshot: microseconds, on any device. A `start` that loops has its thread ended, which begins anew without that guest. */
export const GUEST_START_DEADLINE_MS = 5_000;
/** How long a crash report waits for the source map that has its line: it goes without, then, and must do so before the control call that asks for it is late. */
export const SOURCE_MAP_DEADLINE_MS = 2_000;

/** A VM that is busy for so long without getting on with any frame hangs: twenty times the longest task that a browser calls long, on a device that is twenty times slower. */
export const HANG_MS = 2_000;

/** How often a VM looks whether it still hears, of itself: what it finds then has been silent for so long once more, which a viewer takes for one lost key. */
export const HEARING_CHECK_MS = 1_000;

/** Series that each half of metrics (the application's, the runtime's) keeps: several times the five actors' own; a name made from data must not grow it for ever. */
export const METRIC_SERIES_MAX = 256;
/** A metric's name, a log record's source. */
export const METRIC_NAME_BYTES_MAX = 96;
/** Log records that each half keeps until the next flush: a burst of an error per frame for two seconds. */
export const LOG_RECORDS_MAX = 128;
/** A sentence with the head of a stack. */
export const LOG_TEXT_BYTES_MAX = 2048;
/** With these, a full half (LOG_RECORDS_MAX records of 4.8 KB, METRIC_SERIES_MAX series of 0.4 KB) is 0.7 MB and still one frame. */
export const LOG_ATTRIBUTES_MAX = 8;
export const LOG_ATTRIBUTE_NAME_BYTES_MAX = 64;
export const LOG_ATTRIBUTE_VALUE_BYTES_MAX = 256;

export const URL_BYTES_MAX = 2048;
export const HTTP_HEADERS_MAX = 32;
export const HTTP_HEADER_NAME_BYTES_MAX = 64;
/** A signed token fits. */
export const HTTP_HEADER_VALUE_BYTES_MAX = 2048;
/** What is sent is a form or a query; FETCHES_MAX of them, with their headers, fit a snapshot. */
export const REQUEST_BODY_BYTES_MAX = 32 << 10;
/** The rest of the frame is for the headers: 32 of the longest are 68 KB. */
export const RESPONSE_BODY_BYTES_MAX = FRAME_BYTES_MAX - (96 << 10);
/** Fetches that network has in hand: running, queued, or waiting for the next try. Beyond it a request is refused at once. */
export const FETCHES_MAX = 96;
/** Requesters that share one fetch. */
export const FETCH_WAITERS_MAX = 256;
/** Bytes of replies that one answer gives rise to: half of what a handler may emit. Requesters beyond it wait for another fetch. */
export const REPLIES_BYTES_MAX = HANDLER_OUTPUT_BYTES_MAX / 2;
/** Fetches that run at once, unless configured: what a browser gives one host over HTTP/1.1. */
export const FETCHES_RUNNING_DEFAULT = 6;
/** Answers that network keeps, and their bytes with URL and headers: twenty catalogue pages. Both are part of each of its snapshots. */
export const CACHE_ENTRIES_MAX = 128;
export const CACHE_BYTES_MAX = 1 << 20;
/** One answer may not push out more than a quarter of the others. */
export const CACHE_ENTRY_BYTES_MAX = CACHE_BYTES_MAX / 4;
/** Tries after the first, whatever a request asks for: with the longest delays they outlast a restart of the server. */
export const RETRIES_MAX = 8;
/** The first retry waits up to this, each further one up to twice as long, none longer than the second. */
export const RETRY_DELAY_MS = 400;
export const RETRY_DELAY_MAX_MS = 15_000;
/** A server that asks for a longer pause (Retry-After) gets it: its answer is the reply. */
export const RETRY_AFTER_MAX_SECONDS = 30;
/** One try, unless the request says otherwise, and at most. */
export const FETCH_TIMEOUT_DEFAULT_MS = 10_000;
export const FETCH_TIMEOUT_MAX_MS = 60_000;
/** How much later than the fetch port network itself gives a try up. */
export const FETCH_GRACE_MS = 500;
/** From the first message after a flush of metrics to the next flush. */
export const FLUSH_INTERVAL_DEFAULT_MS = 10_000;
/** Before a backend that did not take a flush is tried again; each further wait is twice as long. */
export const TELEMETRY_RETRY_MS = 1_000;
/** Tries of one flush: with the waits between them a minute, in which most deployments of a backend are over. */
export const TELEMETRY_TRIES_MAX = 7;
/** Log bodies that wait for the backend: those of a minute of flushes. The oldest go first. */
export const TELEMETRY_LOGS_WAITING_MAX = 6;

/** Layers over each other: dialogs on dialogs; a viewer is lost at three. */
export const FOCUS_LAYERS_MAX = 16;
/** Groups with rules: half of what scene publishes at most. The rules of further ones are passed over. */
export const FOCUS_GROUPS_MAX = 4096;
/** Groups in each other, and steps up to a common one. What lies deeper counts as a member of the root. */
export const FOCUS_DEPTH_MAX = 32;
/** A wish for a node that has not appeared by then is dropped: the viewer has gone elsewhere meanwhile. */
export const FOCUS_WISH_MS = 5_000;
/** The page is ahead of what scene has laid out by a frame or two: so long a wish that was granted stands for the next bearer of its number. */
export const FOCUS_WISH_AHEAD_MS = 250;
/** A key held this long repeats: shorter, and a slow press counts twice. */
export const FOCUS_REPEAT_DELAY_MS = 400;
/** Time between the first repeats: a viewer can still stop at a card. */
export const FOCUS_REPEAT_INTERVAL_MS = 180;
/** Time between repeats at full speed: about as fast as a rail can scroll. */
export const FOCUS_REPEAT_INTERVAL_MIN_MS = 60;
/** From the first repeat to full speed. */
export const FOCUS_REPEAT_ACCELERATION_MS = 1_500;

/** Entries of the back stack: nobody presses Back so often. The oldest above the root goes. */
export const HISTORY_ENTRIES_MAX = 64;
/** Bytes of parameters in all entries together: a snapshot stays small. The oldest above the root goes, the current entry stays. */
export const HISTORY_PARAMETERS_BYTES_MAX = 256 << 10;
/** Scroll offsets of one entry: rails of a screen. */
export const HISTORY_SCROLL_MAX = 64;
/** Parties of one page that hold navigation: forms with unsaved input. Further ones are passed over. */
export const HISTORY_BLOCKERS_MAX = 16;
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
