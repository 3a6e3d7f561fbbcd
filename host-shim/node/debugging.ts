/** Whether somebody debugs this process: Node knows. */
import { url } from 'node:inspector';

/** Its inspector is open, for all of its threads. */
export const debugging = (): boolean => url() !== undefined;
