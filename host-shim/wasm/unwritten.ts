/**
 * When a guest's writer refuses a value, its message says what was written before: ` (after 61 bytes at 70144)`. Those bytes and the schema
 * tell which field it was, as in TypeScript, so guests need not contain the names of their fields.
 */
import { isA } from '../../actors/contract/thrown.js';
import type { BoundParty } from '../../protocol/bind.js';
import { BODY_OFFSET, frameLength } from '../../protocol/frame.js';
import { locateSnapshot, type MalformedFrames } from './malformed.js';
import { GuestAbort } from './positions.js';

const AFTER = / \(after (\d{1,10}) bytes at (\d{1,10})\)$/;
/** The first byte of a frame after its length; a snapshot begins with another byte. */
const FRAME_TAG = 0x98;

/** Adds the field, for example `order.place.quantity`, to the message of an abort. Anything else stays unchanged. */
export function nameField(thrown: unknown, memory: Uint8Array, schema: BoundParty, kinds: MalformedFrames): void {
  const found = isA(thrown, GuestAbort) && AFTER.exec(thrown.message);
  if (!found) return;
  const problem = thrown.message.slice(0, found.index);
  const at = Number(found[2]);
  const field = fieldBehind(memory.subarray(at, at + Number(found[1])), schema, kinds);
  const text = field ? `${field.path}: ${problem}${field.kind}` : problem;
  const { stack, message } = thrown;
  thrown.message = text;
  if (stack) thrown.stack = stack.replace(message, () => text);
}

function fieldBehind(written: Uint8Array, schema: BoundParty, kinds: MalformedFrames): { path: string; kind: string } | null {
  if (written.length >= BODY_OFFSET && written[4] === FRAME_TAG) {
    // The length of the frame that is being written is not known yet.
    let at = 0;
    for (
      let length = frameLength(written, 0);
      length > BODY_OFFSET && at + length + BODY_OFFSET <= written.length;
      length = frameLength(written, at)
    )
      at += length;
    return kinds.unfinished(written, at);
  }
  return { path: locateSnapshot(schema, written, written.length), kind: '' };
}
