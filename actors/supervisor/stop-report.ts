/** What became of each actor when the system stopped. */

/**
 * stopped: its VM confirmed that it ended. killed: its VM did not answer in time, or was ended under it.
 * down: it was not running when its turn came.
 */
export type StopOutcome = 'stopped' | 'killed' | 'down';

/** In the order in which they were stopped, the reverse of their start. */
export type StopReport = readonly { readonly actor: string; readonly outcome: StopOutcome }[];
