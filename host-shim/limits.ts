/** Every bound of the hosts, each with its reason. Those of the wire format, the bus and the actor model are in protocol/limits.ts. */
import { FRAME_BYTES_MAX } from '../protocol/limits.js';

/** Timers of one starter that run at once: a screen of cards with one each is a tenth of it, and who starts two at each that fires must not fill the host. */
export const TIMERS_RUNNING_MAX = 1024;
/**
 * Loading a thread: its file and modules over a home's network, and its guests compiled, while a television is busy with all else that starts. What cannot be
 * loaded says so at once; this is for a server that never answers.
 */
export const LOAD_DEADLINE_MS = 30_000;
/** The part of it for one guest: a module that does not come in time is its own actor's loss, and leaves the thread time to begin with the others. */
export const GUEST_LOAD_DEADLINE_MS = 20_000;
/** A guest's first instance, its answer who it is, and its first snapshot: microseconds, on any device. A `start` that loops has its thread ended, which begins anew without that guest. */
export const GUEST_START_DEADLINE_MS = 5_000;
/** How long a crash report waits for the source map that has its line: it goes without, then, and must do so before the control call that asks for it is late. */
export const SOURCE_MAP_DEADLINE_MS = 2_000;
/** Size of a page's script or its source map, which is read at a crash in development: the television's largest has 4 MB, in its build for old engines. */
export const SCRIPT_MAP_BYTES_MAX = 16 << 20;
/** Before a backend that did not take a flush is tried again; each further wait is twice as long. */
export const TELEMETRY_RETRY_MS = 1_000;
/** Tries of one flush: with the waits between them a minute, in which most deployments of a backend are over. */
export const TELEMETRY_ATTEMPTS_MAX = 7;
/** Log bodies that wait for the backend: those of a minute of flushes. The oldest go first. */
export const TELEMETRY_LOGS_WAITING_MAX = 6;
/** The flight recorder of one VM: some three thousand steps, the last second of a busy television, and little beside the memory of its guests. */
export const FLIGHT_BYTES = 256 << 10;
/**
 * What `start` gives a VM unless it is asked for more. In the journal the largest frame fits once, so that a checkpoint is made more often under load; a
 * checkpoint has room for a few actors, and a larger one is sent to the host, which costs a copy; a link has room for a burst of a page.
 */
export const SMALL_MEMORY = {
  journalBytes: FRAME_BYTES_MAX + (128 << 10),
  checkpointBytes: 128 << 10,
  ringStartBytes: 128 << 10,
} as const;
/**
 * What a VM gets on a device short of memory, where a browser counts a shared buffer once for each thread that has it. A link begins with room for a few
 * screens of a scene's changes, and grows for a larger frame, up to the largest one.
 */
export const LEAN_MEMORY = { ...SMALL_MEMORY, ringBytes: FRAME_BYTES_MAX, ringStartBytes: 64 << 10 } as const;
/** The flight recorder with it: the last few hundred steps, which is what a crash report needs. */
export const SMALL_FLIGHT_BYTES = 64 << 10;
/** Characters at one location in localStorage, keys included: a fifth of what browsers give an origin, for all that runs there; a page's history takes some thousand. */
export const LOCAL_STORAGE_CHARACTERS_MAX = 1 << 20;
