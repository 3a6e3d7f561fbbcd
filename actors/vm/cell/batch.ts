/** What is noted of the frames of a batch, one after another in `bytes`. */
import { frameLength } from '../../../protocol/frame.js';
import type { MalformedFrame } from '../../contract/instance.js';
import type { CellServices } from './cell-services.js';

/** @param frames of the batch that were handled: one at which the actor trapped will be handled again, and reported then */
export function reportMalformed(
  { router, kinds }: CellServices,
  malformed: readonly MalformedFrame[],
  bytes: Uint8Array,
  frames: number,
): void {
  for (const { frame, error } of malformed) {
    if (frame >= frames) break;
    let at = 0;
    for (let i = 0; i < frame; i++) at += frameLength(bytes, at);
    // A guest that was built before there were withdrawals works on for nobody, and no more.
    if (kinds.of(bytes, at)?.role === 'withdrawal' && error.problem === 'kind') continue;
    router.reject('undecodable', error.message, bytes, at);
  }
}
