/** Commands of the main thread to the rivals' sending worker, which answers each with its result. */
import type { MessagePort } from 'node:worker_threads';

export interface RivalPorts {
  /** Plain objects go one way; the sum comes back after the last. */
  readonly objects: MessagePort;
  /** Comlink. */
  readonly calls: MessagePort;
  /** Everything comes back unchanged. */
  readonly echo: MessagePort;
}

export type RivalCommand =
  | { readonly what: 'objects' | 'calls'; readonly samples: number }
  | { readonly what: 'echo'; readonly rounds: number };

/** Milliseconds of all samples together, or of each round. */
export type RivalAnswer = { readonly totalMs: number; readonly sum: number } | { readonly roundsMs: number[] };

/** The object that Comlink exposes in the receiving worker. */
export interface RivalCalls {
  sample(sample: import('../sample.js').Sample): void;
  takeSum(): number;
}
