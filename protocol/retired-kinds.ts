/** Kinds of the past. The generator refuses a schema that reuses one of them, because an old sender may still mean the old one. */
export const RETIRED_KINDS: readonly number[] = [];
