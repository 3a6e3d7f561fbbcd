/** Messages of the runtimes themselves: every actor may receive them, and no schema lists them. No party has the address. */
import { ERROR_CODES } from '../errors.js';
import { choice, message, optional, port, u8, u16, u32 } from '../schema.js';

/** From the table of error codes: their number, and what an unknown code of a newer runtime counts as. */
export const ERROR_CODE_COUNT = ERROR_CODES.length;
export const ERROR_CODE_ENDED = ERROR_CODES.indexOf('ended');

/** Why an incarnation ended. */
export const END_REASONS = [
  /** A handler trapped or threw; the next incarnation follows. */
  'trap',
  /** A handler made no progress; the next incarnation follows. */
  'hang',
  /** Its VM was lost; the next incarnation follows where a lost VM can be restarted. */
  'vmLost',
  /** It was restarted with its group. */
  'restarted',
  /** It continues in another VM. */
  'moved',
  /** Its work is done. */
  'finished',
  /** It was stopped on request: it is down. */
  'stopped',
  /** It ended too often: it is down. */
  'exhausted',
  /** It did not start: it is down. */
  'failed',
] as const;

export const system = port({
  name: 'system',
  address: 63,
  receives: {
    /** A follower asks the owner of a topic (its kind) to publish the whole state, fresh. */
    refresh: message({ kind: 0x0001, fields: { topic: u16, follower: u16 } }),
    /**
     * A request of the target's ended without a reply; `code` is an index into ERROR_CODES. For a port, `crashEpoch` is the crashed incarnation of
     * the party that it had asked; null when no crash is the reason, or the sender knows of none. For an actor it is null: crashes elsewhere are not its input.
     */
    requestFailed: message({ kind: 0x0002, fields: { request: u32, requestKind: u16, code: u8, crashEpoch: optional(u32) } }),
    /** A timer of the target's has fired. */
    timerFired: message({ kind: 0x0003, fields: { timer: u32 } }),
    /** An incarnation of a party that the target watches has ended. Sent once for each, in their order. */
    ended: message({ kind: 0x0004, fields: { party: u16, epoch: u32, reason: choice('EndReason', END_REASONS) } }),
    /**
     * The answer to this request, which the target has in hand, is not awaited any more: the requester has cancelled it, its deadline has
     * passed, or the incarnation that asked has ended. Takes the lane of the request, so that it never overtakes it.
     */
    withdrawn: message({ kind: 0x0005, fields: { request: u32, requester: u16, requestKind: u16 } }),
  },
});
