/**
 * The worker's end of the control plane: what Comlink exposes to the host.
 *
 *   host ── prepare(preparation) ──▶ worker   loads the guests
 *   host ── check(actor) ... ──▶ worker       enters each of them for the first time
 *   host ── start(boot, events) ──▶ worker    builds the VM, starts to drive it
 *   host ── control.spawn(...) ... ──▶ worker
 *   host ◀── events.report(event) ... ── worker
 */
import { type Endpoint, expose, type Remote, transfer } from 'comlink';
import type { VmControl } from '../../actors/contract/control.js';
import type { VmEvent, VmEvents } from '../../actors/contract/events.js';
import type { Clock, UnfitGuest } from '../../actors/contract/host.js';
import type { VmName } from '../../actors/contract/instance.js';
import type { FlightRecorder } from '../../actors/contract/tracing.js';
import type { VmMemory } from '../../actors/vm/vm-options.js';
import type { Microseconds } from '../../protocol/names.js';
import { platformClock } from './clock.js';
import type { Guests } from './guests.js';
import type { GuestModules, KnownGuests } from './known-guests.js';
import { StopRecord } from './stops.js';

export interface Preparation {
  readonly wasm: boolean;
  /** True when the thread takes the place of another VM than the one that its file is for. */
  readonly failedOver: boolean;
  /** Name of the lock that this thread holds while it lives; empty where the platform itself tells of a thread's death. */
  readonly lifeLock: string;
  /** What is known of the guests; nothing when not given. */
  readonly guests?: KnownGuests;
  /** How long one guest may take to load; `GUEST_LOAD_DEADLINE_MS` when not given. */
  readonly guestDeadlineMs?: number;
  /** Names of the parties that are to be in the VM, as far as they are known. */
  readonly parties?: readonly string[];
}

/** A prepared thread's report about its guests. */
export interface PreparedGuests {
  readonly unfit: readonly UnfitGuest[];
  /** Actors whose guests are to be checked, one by one, before the VM may start. */
  readonly unchecked: readonly string[];
}

export interface Boot {
  readonly name: Exclude<VmName, 'host'>;
  readonly memory: VmMemory;
  /** Given where the host does not see the memory: takes every journal entry and the VM's progress. */
  readonly journalPort?: MessagePort;
  readonly spareInstances: boolean;
  /** Whether deadlines of requests stretch while a debugger stops a thread: in development. */
  readonly stretches?: boolean;
  readonly trace?: FlightRecorder;
}

export interface VmService {
  prepare(preparation: Preparation): Promise<PreparedGuests>;
  /** Enters a guest. @returns what is wrong with it; null when nothing is */
  check(actor: string): Promise<UnfitGuest | null>;
  /** Modules that the next incarnation need not load. */
  modules(): Promise<GuestModules>;
  /** Called once, after `prepare` has resolved and every guest was checked. */
  start(boot: Boot, events: HostEvents): Promise<void>;
  /** Defined once `start` has resolved. */
  readonly control: VmControl;
  /** Resolves when the thread's event loop turns: with when it stood still last, or 0. */
  alive(): Promise<Microseconds>;
}

/** The host, as a VM in a worker sees it. */
export interface HostEvents extends VmEvents {
  /** As that of `VmOptions`. */
  stoppedUntil(since: Microseconds): Promise<Microseconds>;
}

/** Builds the VM and drives it. */
export type StartVm = (boot: Boot, events: HostEvents) => Promise<VmControl>;

/** What is long is not copied. */
function movedWhole(event: VmEvent): VmEvent {
  if (event.type === 'checkpoint') return transfer(event, [event.bytes.buffer]);
  return event.type === 'trace' && event.records.length > 0 ? transfer(event, [event.records.buffer]) : event;
}

/**
 * @param prepare loads the parts of the VM, and hands over its guests, if it has any
 * @param clock the application's; the platform's when not given
 */
export function exposeVm(
  endpoint: Endpoint,
  prepare: (preparation: Preparation, handOver: (guests: Guests | null) => void) => Promise<StartVm>,
  clock: Clock = platformClock,
): void {
  let startVm: StartVm | null = null;
  let guests: Guests | null = null;
  let stops: StopRecord | null = null;
  const service = {
    control: null as VmControl | null,
    async prepare(preparation: Preparation): Promise<PreparedGuests> {
      startVm = await prepare(preparation, (loaded) => {
        guests = loaded;
      });
      return { unfit: guests?.unfit ?? [], unchecked: guests?.unchecked ?? [] };
    },
    check: async (actor: string): Promise<UnfitGuest | null> => guests?.check(actor) ?? null,
    modules: async (): Promise<GuestModules> => guests?.modules ?? new Map(),
    async start(boot: Boot, events: Remote<HostEvents>): Promise<void> {
      if (!startVm) throw new Error('the thread was not prepared');
      if (boot.stretches) stops = new StopRecord(clock);
      service.control = await startVm(boot, {
        report: (event) => events.report(movedWhole(event)),
        crashOf: (question) => events.crashOf(question),
        stoppedUntil: (since) => events.stoppedUntil(since),
      });
    },
    alive: async (): Promise<Microseconds> => stops?.look() ?? 0,
  };
  expose(service, endpoint);
}
