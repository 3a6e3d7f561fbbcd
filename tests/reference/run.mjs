/** Runs examples one after another in one process: `node run.mjs FILE...`. The last line is what each has printed, or why it failed, as JSON. */

import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

/** An example that does not end is named, and does not hold up the rest. */
const DEADLINE_MS = 20_000;
const late = () => new Promise((_, reject) => setTimeout(reject, DEADLINE_MS, new Error(`not over after ${DEADLINE_MS} ms`)));

const results = [];
for (const file of process.argv.slice(2)) {
  const printed = [];
  console.log = (...values) => void printed.push(...format(...values).split('\n'));
  try {
    await Promise.race([import(pathToFileURL(file).href), late()]);
    results.push({ printed });
  } catch (error) {
    results.push({ printed, error: String(error?.stack ?? error) });
  }
}
process.stdout.write(`\n${JSON.stringify(results)}`, () => process.exit());
