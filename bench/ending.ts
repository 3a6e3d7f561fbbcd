/** How a VM's thread is told to end itself, and on which channel. */
export const ENDINGS_CHANNEL = 'tandem.bench.endings';

export type Ending = 'exit' | 'error';
