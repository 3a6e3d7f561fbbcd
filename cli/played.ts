/** How much of a recording was played: "nothing differs" is no more than that. */
import type { Unreplayed } from '../host-shim/replay/replayer.js';
import type { Output } from './command.js';

export interface Played {
  readonly messages: number;
  readonly unreplayed: Unreplayed;
  /** Steps of which the recording says that they are missing. */
  readonly missing: number;
}

/** Whether the answer is worth something: at least one message was played, and no steps are missing. */
export const isPlayed = ({ messages, missing }: Played): boolean => messages > 0 && missing === 0;

/** For example `12 messages`, or `of 12 messages 3 were played, at least 40 steps are missing in the recording`. */
export function playedText({ messages, unreplayed, missing }: Played): string {
  const all = messages + unreplayed.messages;
  const gap = missing > 0 ? `, at least ${missing} ${missing === 1 ? 'step is' : 'steps are'} missing in the recording` : '';
  return `${unreplayed.messages > 0 ? `of ${all} messages ${messages} were played` : `${messages} messages`}${gap}`;
}

/** What a comparison gave that found no difference. @param than what it was compared with, or how far, as `" from js"` */
export const nothingDiffers = (played: Played, than = ''): string =>
  `${playedText(played)}, ${played.messages > 0 ? `nothing differs${than}` : 'so nothing was compared'}`;

/** Says which messages were left out, and why. */
export function noteUnplayed({ messages, reasons }: Unreplayed, output: Output): void {
  if (messages > 0) output.note(`${messages} messages could not be played: ${reasons.join('; ')}`);
}

/** Says that a message that was asked for is beyond the end. */
export function noteBeyond(asked: number | undefined, reached: number, output: Output): void {
  if (asked !== undefined && reached < asked) output.note(`there is no message ${asked}: this is the end, after message ${reached}`);
}
