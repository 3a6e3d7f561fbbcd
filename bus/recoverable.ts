/**
 * What makes recovery possible: journal, snapshots, checkpoints, sequences, and the digest of what has left. Always there; only the
 * benchmarks have a build without it (scripts/build-bare.ts), to measure what it costs.
 */
export const RECOVERABLE: boolean = true;
