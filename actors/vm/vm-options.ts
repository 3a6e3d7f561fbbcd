/** What a VM is made with: the application's parties, and the platform as plain objects. */
import type { JournalListener } from '../../bus/journal.js';
import type { LinkEnds } from '../../bus/link.js';
import type { BoundParty } from '../../protocol/bind.js';
import type { VmEvents } from '../contract/events.js';
import type { Clock, Host, Timers } from '../contract/host.js';
import type { ActorFactory, VmName } from '../contract/instance.js';
import type { ProgressListener } from '../contract/progress.js';
import type { TapListener } from './tap.js';

/** @param unreleased what was sent to the peer's former incarnation and not released, as `WriterRetention.unreleased` gives it */
export type OpenLinkFunction = (
  transport: { readonly incoming: unknown; readonly outgoing: unknown },
  unreleased: readonly Uint8Array[],
) => LinkEnds;

/** What a host keeps of a VM across its incarnations. */
export interface VmMemory {
  /** The VM's own from now on; where its host does not see it, a copy of what the host has of it. */
  readonly journal: SharedArrayBuffer | ArrayBuffer;
  /** Where the newest checkpoint is kept; undefined where the host does not see the VM's memory, and has to be told of each. */
  readonly checkpoint?: SharedArrayBuffer | ArrayBuffer;
  /** Of this incarnation: signs of life. */
  readonly progress: SharedArrayBuffer | ArrayBuffer;
  /** 1 for the first. */
  readonly incarnation: number;
  /** The former incarnation was lost: the VM takes nothing in until it has been told to `recover`. */
  readonly recovers: boolean;
}

export interface VmOptions {
  readonly name: VmName;
  /** Every actor and port of the application, bound to their codecs: the same list in all VMs. */
  readonly parties: readonly BoundParty[];
  readonly factories: readonly ActorFactory[];
  readonly clock: Clock;
  readonly timers: Timers;
  /** As that of the host. Without it nobody looks whether the VM still hears. */
  readonly beat?: Host['beat'];
  readonly events: VmEvents;
  /** Told of all that happens in the VM. */
  readonly listener?: TapListener;
  /** Asks the driver to call `pump` soon. */
  readonly wake: () => void;
  /** Opens this VM's ends of the links that `attach` was given. */
  readonly openLink: OpenLinkFunction;
  /** Told of every journal entry before it is handled, where the host does not see the journal's memory. */
  readonly mirror?: JournalListener;
  /** Told of progress, where the host does not see the memory for that. */
  readonly tellProgress?: ProgressListener;
  /** In place of an endless loop, for a port that is told to hang: in the simulation nothing may loop. */
  readonly loop?: () => never;
  /** What outlives the VM. Without it nothing does: what it drains from its links is released at once, and nobody makes checkpoints. */
  readonly memory?: VmMemory;
  /** Keeps an instance of each Wasm actor ready for its restart, which takes as much memory again. */
  readonly spareInstances: boolean;
  /** A port's handler threw: the frame is spent, the port goes on. */
  readonly onPortError: (port: string, error: unknown) => void;
}

/** Lets go of both ends: whoever opens them anew goes on. */
export function detach(link: LinkEnds | undefined): void {
  link?.writer.detach();
  link?.reader.detach();
}
