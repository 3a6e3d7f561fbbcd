/** What the host gives a guest besides messages. */

/** Called before each frame of a batch but the first: shows the watchdog that the guest does not hang. */
// @ts-ignore: decorator
@external("env", "progress") export declare function progress(frame: u32): void;
