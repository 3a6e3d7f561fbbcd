/** What the host gives a guest besides messages. */

/** A frame of the batch, but not its first, is about to be handled: tells whoever watches that the guest does not hang. */
// @ts-ignore: decorator
@external("env", "progress") export declare function progress(frame: u32): void;
