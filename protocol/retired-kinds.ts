/** Kinds that were in use once. The generator refuses a schema that uses one of them again: an old sender may still mean the old one. */
export const RETIRED_KINDS: readonly number[] = [];
