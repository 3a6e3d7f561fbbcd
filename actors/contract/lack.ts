/** What a device, or one run on it, does without. Nothing is missing in silence: docs/DEVICES.md has the list. */

export interface Lack {
  /** For example `WebAssembly`. There is one lack of each name. */
  readonly what: string;
  /** What is done in its place, for example `JavaScript twins`. */
  readonly instead: string;
  /** As far as somebody knows; empty otherwise. */
  readonly why: string;
}

/** `WebAssembly: JavaScript twins (no module)`. */
export const textOfLack = ({ what, instead, why }: Lack): string => `${what}: ${instead}${why && ` (${why})`}`;
