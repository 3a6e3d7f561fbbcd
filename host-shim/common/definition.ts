/** What an application says of one VM: the same on every host, in a worker and in the host's thread. */
import type { ActorFactory } from '../../actors/contract/instance.js';
import type { TapListener } from '../../actors/vm/tap.js';
import type { Vm } from '../../actors/vm/vm.js';
import type { BoundParty } from '../../protocol/bind.js';

/** A built Wasm actor. */
export interface Guest {
  /** The bound schema, as the generated file exports it. */
  readonly schema: BoundParty;
  readonly module: URL;
  /** For the source line in crash reports. */
  readonly sourceMap?: URL;
}

export interface VmDefinition {
  /** Every actor and port of the application, bound: the same list in all VMs. */
  readonly parties: readonly BoundParty[];
  /** Actors in JavaScript that may be placed in this VM. */
  readonly actors?: readonly ActorFactory[];
  /** Actors in Wasm that may be placed in this VM. Left alone on a device without WebAssembly. */
  readonly guests?: readonly Guest[];
  /** Told of all that happens in this VM, in the middle of it. */
  readonly listener?: TapListener;
  /** Opens the ports that live in this VM, as the page where it runs beside its actors. Called before the VM handles anything. */
  readonly ports?: (vm: Vm) => void;
}

/** What a VM that cannot go on in Wasm fails over to, made of the definition of the JavaScript VM. */
export const twinsOf = ({ parties, actors, listener }: VmDefinition): VmDefinition => ({ parties, actors, listener });

export type WorkerName = 'js' | 'wasm';

/** Where a VM beside the host's comes from. */
export interface VmSource {
  /** The application's worker file, which calls `runVm` with the definition. */
  readonly entry: URL;
  /** The same definition, for a device without workers: called only there, so that others need not load it. */
  readonly load: () => Promise<VmDefinition>;
}
