/**
 * The ladder of devices: drives the television through one journey on engines from 2015 to today, and prints what came of it.
 *
 *   npm run devices [-- --engine NAME] [--json] [--query wasm=off]
 *
 * Engines come into a cache folder (install.ts). One that cannot be had is in the table, too. Screenshots are kept in `artifacts/devices`.
 * Exit code 1 when a step has not passed; 2 when the command line makes no sense.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isMain } from '../is-main.js';
import { LADDER, REFERENCE, type Rung } from './ladder.js';
import { endEnginesWithThis } from './process.js';
import { type Climbed, climb } from './rung.js';
import { jsonOf, tableOf } from './table.js';
import { TelevisionServer } from './television-server.js';

const ROOT = resolve(import.meta.dirname, '../..');
const ARTEFACTS = join(ROOT, 'artifacts/devices');
const MISUSED = 2;

const HELP = `npm run devices -- [options]
  --engine NAME  one rung, also several times: ${LADDER.map(({ name }) => name).join(', ')} (all)
  --query TEXT   options of the page's address, as wasm=off or build=old (none)
  --json         the last line printed is the report as JSON`;

interface Options {
  readonly rungs: readonly Rung[];
  readonly query: string;
  readonly json: boolean;
}

/** @throws Error in one line for a command line that makes no sense */
function readOptions(input: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...input],
    options: {
      engine: { type: 'string', multiple: true },
      query: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const names = values.engine ?? LADDER.map(({ name }) => name);
  const stranger = names.find((name) => !LADDER.some((rung) => rung.name === name));
  if (stranger !== undefined) throw new Error(`there is no engine ${stranger}, but ${LADDER.map(({ name }) => name).join(', ')}`);
  return { rungs: LADDER.filter(({ name }) => names.includes(name)), query: values.query, json: values.json };
}

async function climbAll({ rungs, query }: Options): Promise<readonly Climbed[]> {
  mkdirSync(ARTEFACTS, { recursive: true });
  const server = await TelevisionServer.start(join(ROOT, 'dist/examples/tv/site'));
  try {
    const ways = { server, query, artefacts: ARTEFACTS };
    const reference = await climb(LADDER.find(({ name }) => name === REFERENCE)!, { ...ways, query: '' }, null);
    const climbed: Climbed[] = [];
    for (const rung of rungs) {
      const one = rung.name === REFERENCE && !query ? reference : await climb(rung, ways, reference);
      console.error(`  ${one.name}: ${one.missing ?? `${one.passed} of ${one.steps.length} steps`}`);
      climbed.push(one);
    }
    return climbed;
  } finally {
    await server.close();
  }
}

if (isMain(import.meta.url)) {
  endEnginesWithThis();
  try {
    const options = readOptions(process.argv.slice(2));
    if (options === null) console.log(HELP);
    else {
      const climbed = await climbAll(options);
      console.log(tableOf(climbed));
      if (options.json) console.log(jsonOf(climbed));
      if (climbed.some(({ missing, failed }) => missing === null && failed > 0)) process.exitCode = 1;
    }
  } catch (error) {
    console.error(`devices: ${(error as Error).message}`);
    process.exitCode = MISUSED;
  }
}
