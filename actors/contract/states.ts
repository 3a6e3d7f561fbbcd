/** States of actors, ports and VMs, as their machines have them and as a person sees them. */
import type { Microseconds } from '../../protocol/names.js';

/** A removed actor is gone for good; all other states can be left again. */
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

/**
 * degraded: an actor or port is gone that nobody has stopped; the rest goes on. failed: no actor is left. Both can be stopped, and a degraded
 * system is whole again when its actor is started again.
 */
export type SystemState = 'starting' | 'running' | 'degraded' | 'failed' | 'stopping' | 'stopped';

/** docs/SUPERVISION.md, "Fail over". */
export type CircuitState = 'closed' | 'open' | 'half-open';

/**
 * What became of an actor when the system stopped. stopped: its VM confirmed that it ended. killed: its VM did not answer in time, or ended
 * meanwhile. down: it was not running at its turn.
 */
export type StopOutcome = 'stopped' | 'killed' | 'down';

/** In the order in which they were stopped, the reverse of their start. */
export type StopReport = readonly { readonly actor: string; readonly outcome: StopOutcome }[];

/**
 * stopped: nothing runs, and nothing will until it is started. restarting: nothing runs yet, and that passes by itself. failed over: the
 * JavaScript twin runs, since the actor crashed too often in Wasm, or its guest cannot be run. poisoned: it runs, but has dropped messages
 * that were poison.
 */
export type Condition = 'running' | 'restarting' | 'failed over' | 'poisoned' | 'stopped';

export interface LastCrash {
  readonly reason: string;
  /** Position in its source; empty when unknown. */
  readonly position: string;
  /** Kind of the message at which it crashed; empty when it crashed at none. */
  readonly kindName: string;
  /** 2 when the crash made the message poison. */
  readonly attempt: number;
  /** By the clock of its VM, in microseconds since the Unix epoch. */
  readonly at: Microseconds;
}

/** Messages that were poison, since the system started. */
export interface PoisonedMessages {
  readonly messages: number;
  /** Time of the last one, in microseconds since the Unix epoch. */
  readonly at: Microseconds;
}

export interface CrashHistory {
  /** Null when it never crashed. */
  readonly lastCrash: LastCrash | null;
  /** Null when no message was poison. */
  readonly poisoned: PoisonedMessages | null;
}

export interface PartyCondition extends CrashHistory {
  readonly condition: Condition;
}

/**
 * A present state hides a past one, since a person can act on the present: whoever reads `poisoned` may rely on messages being handled.
 * What is hidden is in `poisoned` of the crash history. An actor stays poisoned as long as the system runs: only a person can know whether
 * the loss of the poison messages was made good.
 * @param circuit null for a port, and for an actor without one
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

/**
 * configured: as wanted. device: no WebAssembly here. twin: the wanted twin does not exist. rollout: this device is not included yet.
 * guest: the actor's module cannot be run.
 */
export type PlacementReason = 'configured' | 'device' | 'twin' | 'rollout' | 'guest';

/**
 * Why this twin runs: the reason of its placement, or what happened since. crashes: it crashed too often in Wasm. vm: the Wasm VM could not
 * go on in Wasm. moved: somebody moved it, or it is back in Wasm on trial.
 */
export type TwinReason = PlacementReason | 'crashes' | 'vm' | 'moved';

/** Which implementation of an actor runs, or would if it ran. */
export interface TwinStatus {
  /** May differ from that of its VM: the Wasm VM may have failed over. */
  readonly side: Side;
  readonly why: TwinReason;
  /** For a person: what is wrong with the other twin. Empty when nothing is. */
  readonly detail: string;
}
