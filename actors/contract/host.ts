/**
 * The platform as one explicit object: clock, timers, threads, and the links between them. Three implementations share this
 * contract and its conformance suite: Node (worker threads), browser (module workers), sim (one thread, virtual clock).
 *
 * The supervisor starts a system over it like this:
 *
 *   startVm('js') ─┐                             connect(local, js) ─┐
 *   startVm('wasm')┴─> a VmHandle for each       connect(local, wasm)├─> attach on both ends ─> setRoutes ─> spawn ...
 *                                                connect(js, wasm) ──┘
 *
 * The catch: a thread can die or hang at any time, so a host never hands out a bare control object. It guards each call
 * with a deadline, so that every call settles.
 */
import type { Microseconds } from '../../protocol/names.js';
import type { TraceMemories } from '../../trace/memories.js';
import type { VmControl } from './control.js';
import type { VmEvents } from './events.js';
import type { VmName } from './instance.js';
import type { ProgressReader } from './progress.js';
import { reasonOf } from './thrown.js';

export interface Clock {
  /** Microseconds since the Unix epoch; the same clock in all VMs. May step back when the system's clock is set. */
  nowMicros(): Microseconds;
  /** How long the application has stood in all, so how far this clock is behind that of the platform; 0 when not given. */
  readonly behindMicros?: number;
}

export type TimerHandle = unknown;

export interface Timers {
  set(delayMs: number, fn: () => void): TimerHandle;
  /** Clearing a timer that has fired does nothing. */
  clear(handle: TimerHandle): void;
}

/** Time that can stand: timers fire later by as long. The time of an application in one thread. */
export interface StandingTime {
  /** From now on nothing passes. @param notBefore where it stands at least, in microseconds @returns where it stands */
  stand(notBefore?: number): number;
  /** @param behindMicros how far it is behind the platform's from now on; when not given, so far that nothing has passed @returns that */
  goOn(behindMicros?: number): number;
}

/** What the device can do. A host reports what it was told to use, so that a test can take a capability away. */
export interface Capabilities {
  readonly wasm: boolean;
  /** Without shared memory, links are message ports, and a host does not see the journals of its VMs. */
  readonly sharedMemory: boolean;
  /** Without workers, every VM runs in the host's thread. */
  readonly workers: boolean;
}

/** What the supervisor learns from a VM unasked. */
export interface VmListener extends VmEvents {
  /** The thread ended unasked. Called once, and not after `terminate`. */
  lost(reason: string): void;
}

/** A guest of a VM that cannot be run. */
export interface UnfitGuest {
  readonly actor: string;
  /** What is wrong with it, for example `not a module: ...`. */
  readonly reason: string;
}

export interface VmHandle {
  readonly name: VmName;
  /** Those of its guests that cannot be run in it; none when not given. */
  readonly unfit?: readonly UnfitGuest[];
  /** Every call settles: with its answer, or with a ControlError. */
  readonly control: VmControl;
  /** Signs of life; null when there are none, and nobody can notice a hang. */
  readonly progress: ProgressReader | null;
  /**
   * Ends the thread at once, whatever it is doing. Calls in flight reject with `lost`. Resolves when the thread is gone, also on a second
   * call.
   */
  terminate(): Promise<void>;
}

/** How a VM is started. */
export interface VmStart {
  /** True: with the journal of the lost incarnation, once its thread is gone; the VM waits for `recover`. False: on memory of its own. */
  readonly again: boolean;
  /** In place of the Wasm VM, with the JavaScript actors of the VM `js`, and no ports. */
  readonly failedOver: boolean;
  /** In the host's own thread, also where there are workers. */
  readonly here: boolean;
  /** Names of the parties that are to be in it: code of theirs that is in files of its own is loaded before it starts, all at once. */
  readonly parties: readonly string[];
}

export interface Host {
  /** The application's, as all VMs see it: it stands while the application does. */
  readonly clock: Clock;
  readonly timers: Timers;
  /** Makes the clock and the timers above stand. */
  readonly standingTime: StandingTime;
  readonly capabilities: Capabilities;
  /** What the device does without; nothing when not given. */
  readonly lacks?: readonly Lack[];
  /** Writes a line for the developer; null where nobody is to be told, as in production. */
  readonly warn: ((line: string) => void) | null;
  /** A debugger may stop threads now: no thread is judged by time. */
  readonly debugging: boolean;
  /** Finds out whether a debugger stops threads, on a platform that does not tell. Called before a VM is taken to hang. Never rejects. */
  readonly probeDebugger?: () => Promise<boolean>;
  /** The VM of the host's own thread: it holds the ports. `terminate` closes its links. */
  readonly local: VmHandle;
  /** Waits for a part of the runtime that is loaded when it is needed, where a clock has to stand meanwhile. */
  loaded?<T>(part: Promise<T>): Promise<T>;
  /** Lets time pass until the promise has settled, where it passes only while somebody lets it. */
  until?<T>(promise: Promise<T>): Promise<T>;
  /** VMs that are in the host's own thread, although there are workers, so that there are fewer threads; none when not given. @param vms those that start */
  sharers?(vms: readonly Exclude<VmName, 'host'>[]): readonly Exclude<VmName, 'host'>[];
  /** Memory in which its VMs trace. */
  readonly traces: TraceMemories;
  /** Sets who receives the reports of the host's own VM. */
  listen(listener: VmEvents): void;
  /**
   * Starts a VM: in a worker, or without workers in this thread. The handle's control answers when the promise resolves.
   * @param how for the first time and as itself, when not given
   * @throws any error that says why the VM did not start; then nothing of it is left running
   */
  startVm(name: Exclude<VmName, 'host'>, listener: VmListener, how?: Partial<VmStart>): Promise<VmHandle>;
  /**
   * Makes the transports of both directions and calls `attach` on both VMs. Resolves when both have attached. A pair that was connected
   * before goes on with what had not been released, unless one of the two was started afresh.
   */
  connect(a: VmHandle, b: VmHandle): Promise<void>;
  /**
   * Calls back at an interval. This keeps nothing alive: neither a process, nor a simulation in which nothing else is left to happen.
   * @returns a function that ends it
   */
  beat(intervalMs: number, fn: () => void): () => void;
  /**
   * Says whether to keep a thread ready for the next incarnation of a running VM. Resolves, when none is wanted any more, once it is gone.
   */
  keepSpare(name: Exclude<VmName, 'host'>, kept: boolean): Promise<void>;
}

/** deadline: no answer in time. lost: the VM died. failed: the VM answered with an error, kept as `cause`. */
export type ControlFailure = 'deadline' | 'lost' | 'failed';

/** A control call that did not succeed. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  constructor(
    readonly code: ControlFailure,
    readonly vm: VmName,
    /** Method of VmControl, for example `spawn`. */
    readonly call: string,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${call} in VM ${vm}: ${code}${detail ? `: ${detail}` : ''}`, options);
  }
}

/** @param late makes the error when there is no answer within `deadlineMs`; a later answer is ignored */
export function inTime<T>(timers: Timers, deadlineMs: number, answer: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = timers.set(deadlineMs, () => reject(late()));
    answer.then(resolve, reject).finally(() => timers.clear(timer));
  });
}

/** @returns a part of the runtime that is loaded when it is needed */
export const loadedIn = <T>(host: Pick<Host, 'loaded'>, part: Promise<T>): Promise<T> => host.loaded?.(part) ?? part;

export interface Lack {
  /** For example `WebAssembly`. There is one lack of each name. */
  readonly what: string;
  /** What is done in its place, for example `JavaScript twins`. */
  readonly instead: string;
  /** As far as somebody knows; empty otherwise. */
  readonly why: string;
}

/** `WebAssembly: JavaScript twins (no module)`. */
export const textOfLack = ({ what, instead, why }: Lack): string => `${what}: ${instead}${why && ` (${why})`}`;

/** A part of the runtime could not be loaded, so what needs it was not done. Its `cause` is what the platform says, with the address of the file. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  constructor(
    /** What it does, for example `what records`. */
    readonly part: string,
    options: ErrorOptions,
  ) {
    super(`${part} could not be loaded: ${reasonOf(options.cause)}`, options);
  }
}

/** @returns the part. @throws LoadError (as rejection) */
export async function loadPart<T>(host: Pick<Host, 'loaded'>, part: string, loading: Promise<T>): Promise<T> {
  try {
    return await loadedIn(host, loading);
  } catch (cause) {
    throw new LoadError(part, { cause });
  }
}
