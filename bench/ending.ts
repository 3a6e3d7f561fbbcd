/** How the thread of a VM is ended from within, and where it is told. */
export const ENDINGS_CHANNEL = 'tandem.bench.endings';

export type Ending = 'exit' | 'error';
