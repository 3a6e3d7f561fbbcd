/** The two implementations that an actor may have, and which of them runs. */

export type Side = 'js' | 'wasm';

/** Which implementations of an actor exist. */
export interface Twins {
  readonly js: boolean;
  readonly wasm: boolean;
}

/** configured: as wanted. device: no WebAssembly here. twin: the wanted twin does not exist. rollout: this device is not yet in. guest: its module cannot be run. */
export type PlacementReason = 'configured' | 'device' | 'twin' | 'rollout' | 'guest';

/**
 * Why the twin runs that runs: as it was placed, or, since then: crashes: it crashed too often in Wasm. vm: the
 * Wasm VM could not go on in Wasm. moved: by order, or back from JavaScript on trial.
 */
export type TwinReason = PlacementReason | 'crashes' | 'vm' | 'moved';

/** Which implementation of an actor runs, or would if it ran. */
export interface TwinStatus {
  /** Not always that of its VM: the Wasm VM may have failed over. */
  readonly side: Side;
  readonly why: TwinReason;
  /** For a person: what is wrong with the other one. Empty when nothing is. */
  readonly detail: string;
}
