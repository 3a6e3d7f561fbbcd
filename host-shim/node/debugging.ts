/** Whether a debugger is attached to this process. Node tells. */
import { url } from 'node:inspector';

/** True while the inspector is open: it serves all threads of the process. */
export const debugging = (): boolean => url() !== undefined;
