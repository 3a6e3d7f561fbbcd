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
