/**
 * Lets everything that was sent be handled before the system ends: what is on its way arrives, is handled, and what that sends in turn as well, over and
 * over until nobody has handled anything more, within bounds.
 */
import { STOP_QUIET_MS } from '../../protocol/limits.js';
import { type Host, inTime, type VmHandle } from '../contract/host.js';
import { writtenTo } from './party/moves.js';
import type { Vms } from './vm/supervised-vm.js';

/** From an input to a picture a message leads to five others; and who sends for ever, as a frame clock does, holds nothing up. */
const HOPS_MAX = 6;

/** Never rejects: a VM that is lost, or does not become quiet, has had its time. */
export async function untilQuiet(vms: Vms, host: Pick<Host, 'timers' | 'until'>): Promise<void> {
  let late = false;
  const quiet = async () => {
    let before = -1;
    for (let hop = 0; hop < HOPS_MAX && !late; hop++) {
      const handled = await handledBy(vms.live.map(({ handle }) => handle));
      if (handled === before) return;
      before = handled;
    }
  };
  const bounded = inTime(host.timers, STOP_QUIET_MS, quiet(), () => new Error('not quiet')).catch(() => {
    late = true;
  });
  await (host.until?.(bounded) ?? bounded);
}

/** @returns how many frames were handled in all, once what is on its way now is among them */
async function handledBy(handles: readonly VmHandle[]): Promise<number> {
  const written = await Promise.all(handles.map(async ({ name, control }) => [name, await control.written()] as const));
  const handled = await Promise.all(handles.map(({ name, control }) => control.served(writtenTo(name, written))));
  return handled.reduce((sum, more) => sum + more, 0);
}
