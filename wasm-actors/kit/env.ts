/** What the host gives a guest besides messages. */

/** Called before each frame of a batch but the first: shows the watchdog that the guest does not hang. */
// @ts-ignore: decorator
@external("env", "progress") export declare function progress(frame: u32): void;

/** Writes a line to the console in development, with the actor's name before it. Nothing comes of it otherwise: no message, no state. */
// @ts-ignore: decorator
@external("env", "log") export declare function log(text: string): void;
