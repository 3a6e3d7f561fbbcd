/** An application's definition of one VM: the same on every host, in a worker and in the host's thread. */
import type { ActorFactory, VmName } from '../../actors/contract/instance.js';
import type { TapListener } from '../../actors/vm/tap/tap.js';
import type { Vm } from '../../actors/vm/vm.js';
import type { BoundParty } from '../../protocol/bind.js';

/** A built Wasm actor. */
export interface Guest {
  /** The bound schema, as the generated file exports it. */
  readonly schema: BoundParty;
  readonly module: URL;
  /** Gives the source line in crash reports. */
  readonly sourceMap?: URL;
}

export interface VmDefinition {
  /** Every actor and port of the application, bound: the same list in all VMs. */
  readonly parties: readonly BoundParty[];
  /** Actors in JavaScript that may be placed in this VM. */
  readonly actors?: readonly ActorFactory[];
  /** Actors in Wasm that may be placed in this VM. Ignored on a device without WebAssembly. */
  readonly guests?: readonly Guest[];
  /** Told of everything that happens in this VM, while it happens. */
  readonly listener?: TapListener;
  /** Opens the ports in this VM, for example the page where it runs next to its actors. Called before the VM handles anything. */
  readonly ports?: (vm: Vm) => void;
}

/** The definition that a Wasm VM fails over to, made from that of the JavaScript VM. */
export const twinsOf = ({ parties, actors, listener }: VmDefinition): VmDefinition => ({ parties, actors, listener });

/** The VMs that can have a thread of their own. */
export type WorkerName = Exclude<VmName, 'host'>;

/** A worker of the platform: a `Worker` in a browser, one of `node:worker_threads` on Node. */
export interface WorkerLike {
  postMessage(message: unknown, transfer?: never): void;
}

/**
 * The application's worker file, which calls `runVm` with the definition: its address, or a function that makes the worker of it. Bundlers find
 * a worker's file only where it stands in the call: `() => new Worker(new URL('./js-worker.ts', import.meta.url), { type: 'module' })`.
 */
export type WorkerEntry = URL | (() => WorkerLike);

/** Source of a VM other than the host's. */
export interface VmSource {
  /** When not given, the VM is in the host's thread, as for the placement `host` and on a device without workers. */
  readonly entry?: WorkerEntry;
  /** Loads the same definition on a device without workers. Called only there, and for the placement `host`, so that others need not load it. */
  readonly load: () => Promise<VmDefinition>;
}
