/** How actors, ports and their twins are, as their machines have it and as a person is told. */

/** A removed actor is gone for good; from every other state there is a way on. */
export type ActorState =
  | 'idle'
  | 'starting'
  | 'running'
  | 'restarting'
  | 'recovering'
  | 'moving'
  | 'stopping'
  | 'stopped'
  | 'exhausted'
  | 'failed'
  | 'lost'
  | 'removed';

export type PortState = 'running' | 'restarting' | 'recovering' | 'stopping' | 'exhausted' | 'starting' | 'lost';

export type VmState =
  | 'idle'
  | 'starting'
  | 'running'
  | 'restarting'
  | 'recovering'
  | 'stopping'
  | 'killing'
  | 'stopped'
  | 'lost'
  | 'failed';

/** docs/SUPERVISION.md, "Fail over". */
export type CircuitState = 'closed' | 'open' | 'half-open';

/**
 * What became of an actor when the system stopped. stopped: its VM confirmed that it ended. killed: its VM did not answer in time, or was ended under it.
 * down: it was not running when its turn came.
 */
export type StopOutcome = 'stopped' | 'killed' | 'down';

/** In the order in which they were stopped, the reverse of their start. */
export type StopReport = readonly { readonly actor: string; readonly outcome: StopOutcome }[];

/**
 * stopped: nothing runs, and nothing will without an order. restarting: nothing runs yet, and that passes by itself. failed over: runs, as
 * its JavaScript twin, since it crashed too often in Wasm, or its guest cannot be run. poisoned: runs, but has given up messages.
 */
export type Condition = 'running' | 'restarting' | 'failed over' | 'poisoned' | 'stopped';

export interface LastCrash {
  readonly reason: string;
  /** In its source; empty when that is not known. */
  readonly position: string;
  /** Of the message at which it was; empty when it was at none. */
  readonly kindName: string;
  /** 2 when it made the message poison. */
  readonly attempt: number;
  /** By the clock of its VM, in microseconds. */
  readonly at: number;
}

/** Messages that were given up, since the system started. */
export interface PoisonedMessages {
  readonly messages: number;
  /** Of the last one, in microseconds. */
  readonly at: number;
}

export interface CrashHistory {
  /** Null when it never crashed. */
  readonly lastCrash: LastCrash | null;
  /** Null when it gave up none. */
  readonly poisoned: PoisonedMessages | null;
}

export interface PartyCondition extends CrashHistory {
  readonly condition: Condition;
}

/**
 * A fact about now hides one about the past, for now is what a person can act on: whoever reads `poisoned` may rely on it that messages are
 * handled. What is hidden stands beside it in `poisoned`. An actor that was poisoned stays so as long as the system runs: nobody but a person
 * knows whether what was given up is made good.
 * @param circuit null for a port, and for an actor that has none
 */
export function conditionOf(state: ActorState | PortState, { poisoned }: CrashHistory, circuit: CircuitState | null): Condition {
  switch (state) {
    case 'running':
      if (circuit === 'open') return 'failed over';
      return poisoned ? 'poisoned' : 'running';
    case 'starting':
    case 'restarting':
    case 'recovering':
    case 'moving':
      return 'restarting';
    case 'idle':
    case 'stopping':
    case 'stopped':
    case 'exhausted':
    case 'failed':
    case 'lost':
    case 'removed':
      return 'stopped';
  }
}

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
