/** How an actor or port is, in one word for a person, and what made it so. */
import type { ActorState, CircuitState, PortState } from './states.js';

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
