/** States that are to be found: of one actor, after each of these messages, which rise, what is at a path. */
export interface StateQuestion {
  readonly actor: string;
  readonly numbers: readonly number[];
  readonly steps: readonly string[];
}
