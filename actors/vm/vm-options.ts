/** What a VM is made with: the parties of the application, and the platform as plain objects. */
import type { JournalListener } from '../../bus/journal.js';
import type { LinkEnds } from '../../bus/link.js';
import type { BoundParty } from '../../protocol/bind.js';
import type { Microseconds } from '../../protocol/names.js';
import type { ConditionOf } from '../contract/breakpoint.js';
import type { VmEvents } from '../contract/events.js';
import type { Clock, Host, StandingTime, Timers } from '../contract/host.js';
import type { ActorFactory, ChanceGuard, FindSite, VmName } from '../contract/instance.js';
import type { ProgressListener } from '../contract/progress.js';
import type { FlightRecorder } from '../contract/tracing.js';
import type { TapListener } from './tap/tap.js';

/** @param unreleased frames that were sent to the peer's former incarnation and not released, from `WriterRetention.unreleased` */
export type OpenLinkFunction = (
  transport: { readonly incoming: unknown; readonly outgoing: unknown },
  unreleased: readonly Uint8Array[],
) => LinkEnds;

/** What a host keeps of a VM across its incarnations. */
export interface VmMemory {
  /** The journal, from now on the VM's own; where the host does not see the VM's memory, a copy of what the host has. */
  readonly journal: SharedArrayBuffer | ArrayBuffer;
  /** Memory for the newest checkpoint; undefined where the host does not see the VM's memory, and has to be told of each checkpoint. */
  readonly checkpoint?: SharedArrayBuffer | ArrayBuffer;
  /** Signs of life of this incarnation. */
  readonly progress: SharedArrayBuffer | ArrayBuffer;
  /** Counts the incarnations, from 1. */
  readonly incarnation: number;
  /** True when the former incarnation was lost: the VM accepts nothing until `recover` is called. */
  readonly recovers: boolean;
}

export interface VmOptions {
  readonly name: VmName;
  /** Every actor and port of the application, bound to their codecs: the same list in all VMs. */
  readonly parties: readonly BoundParty[];
  readonly factories: readonly ActorFactory[];
  /** Loads another implementation of an actor; undefined when there is none for this VM. Without it, none is ever replaced. */
  readonly loadImplementation?: (actor: string, address: string) => Promise<ActorFactory | undefined>;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Makes them stand; not given where somebody else does that, as in the host's own thread. */
  readonly standingTime?: StandingTime;
  /** As that of the host. */
  readonly loaded?: Host['loaded'];
  /** Like that of the host. Without it, nobody checks whether the VM still hears. */
  readonly beat?: Host['beat'];
  readonly events: VmEvents;
  /** Told of everything that happens in the VM. */
  readonly listener?: TapListener;
  /** Loads what reads the condition of a breakpoint, and throws BreakpointError `condition`. Without it, breakpoints have none. */
  readonly loadConditionOf?: () => Promise<ConditionOf>;
  /**
   * When a debugger stopped a thread last, if it was after `since`; else 0. Asked before a request fails by its deadline. Without it, no
   * deadline is stretched. Never rejects.
   */
  readonly stoppedUntil?: (since: Microseconds) => Promise<Microseconds>;
  /** Told when something begins to move on the screen, and when nothing does any more: a platform then has time for its own work. */
  readonly onAnimating?: (animating: boolean) => void;
  /** Whether all other VMs run on this thread, too: then nothing arrives while this one looks, and it sleeps at once. */
  readonly sharesThread?: boolean;
  /** Asks the driver to call `pump` soon. */
  readonly wake: () => void;
  /** Opens this VM's ends of the links that `attach` was given. */
  readonly openLink: OpenLinkFunction;
  /** Told of every journal entry before it is handled, where the host does not see the journal's memory. */
  readonly mirror?: JournalListener;
  /** Told of progress, where the host does not see the memory for that. */
  readonly tellProgress?: ProgressListener;
  /** Replaces an endless loop for a port that is to hang: in the simulation nothing may loop. */
  readonly loop?: () => never;
  /** Where it traces while nobody has asked for more; nowhere when not given. */
  readonly trace?: FlightRecorder;
  /** What outlives the VM. Without it nothing does: frames are released as soon as they are drained, and no checkpoints are made. */
  readonly memory?: VmMemory;
  /** Whether an instance of each Wasm actor is kept ready for its restart, which takes the same memory once more. */
  readonly spareInstances: boolean;
  /** Watches classes that are wrapped as actors. Without it nobody does. */
  readonly guard?: ChanceGuard;
  /** Finds where in its source something threw that was bundled. Without it, crashes are where their stacks say. */
  readonly findSite?: FindSite;
  /** Called when a port's handler threw: the frame is used up, and the port goes on. */
  readonly onPortError: (port: string, error: unknown) => void;
}
