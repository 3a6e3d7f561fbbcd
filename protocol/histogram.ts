/**
 * The buckets of every histogram of metrics, in milliseconds. The same file is compiled by TypeScript and by AssemblyScript.
 * A value belongs to the first bucket whose bound is not below it; the last bucket has no bound.
 */

/** From a message between two VMs (0.05) to a page that hangs (2,500). 17, 34 and 50 end one, two and three frames at 60 Hz. */
export const HISTOGRAM_BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 12, 17, 25, 34, 50, 100, 250, 500, 1000, 2500];
