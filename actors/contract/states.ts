/** States of actors, ports and of what decides where an actor runs, as their machines have them. */

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

/** docs/SUPERVISION.md, "Fail over". */
export type CircuitState = 'closed' | 'open' | 'half-open';

/**
 * What became of an actor when the system stopped. stopped: its VM confirmed that it ended. killed: its VM did not answer in time, or was ended under it.
 * down: it was not running when its turn came.
 */
export type StopOutcome = 'stopped' | 'killed' | 'down';

/** In the order in which they were stopped, the reverse of their start. */
export type StopReport = readonly { readonly actor: string; readonly outcome: StopOutcome }[];
