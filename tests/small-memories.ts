/** For tests that start hundreds of simulated systems: what one costs is mostly the memory that is made for it. Frames have up to 32 KB then. */
export const SMALL_MEMORIES = { journalBytes: 256 << 10, ringBytes: 64 << 10 } as const;
