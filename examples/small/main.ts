/**
 * `npm run examples`: serves the small examples.
 *
 *   npm run examples                   all of them, and a page that lists them
 *   npm run examples -- crash          one: prints the address of its page, or runs it when it is a program of Node
 *   npm run examples -- --list         their names
 *   npm run examples -- --generate     writes what is generated for them, which their sources import
 *   npm run examples -- --pictures     takes the pictures of all anew, or of those that are named, and writes docs/EXAMPLES.md
 *
 * `--port N` serves on that port. Exit code 2: the command line makes no sense.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hasPage } from './gallery.js';
import { EXAMPLES } from './list.js';
import { addressOf, generateExamples, runExample, serveExamples } from './site.js';

const PORT = '5180';
const MISUSED = 2;

function misused(text: string): void {
  console.error(`examples: ${text}`);
  process.exitCode = MISUSED;
}

/** By what the tests do with them. */
async function takePictures(names: readonly string[]): Promise<void> {
  const script = fileURLToPath(new URL('../../tests/examples/pictures.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...names], { stdio: 'inherit' });
  process.exitCode = await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

async function main(): Promise<void> {
  const yes = { type: 'boolean' } as const;
  const options = { list: yes, generate: yes, pictures: yes, port: { type: 'string', default: PORT } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const wanted = EXAMPLES.filter(({ name }) => positionals.includes(name));
  const unknown = positionals.find((name) => !wanted.some((example) => example.name === name));
  if (unknown !== undefined) return misused(`there is no ${unknown}; npm run examples -- --list has their names`);
  if (!/^\d{1,5}$/.test(values.port)) return misused(`--port is a number, not ${values.port}`);
  if (values.list) for (const { name, says } of EXAMPLES) console.log(`${name.padEnd(16)}${says}`);
  else if (values.generate) await generateExamples();
  else if (values.pictures) await takePictures(positionals);
  else if (wanted.length > 1) misused('one at a time');
  else if (wanted.length === 1 && !hasPage(wanted[0])) process.stdout.write(await runExample(wanted[0]));
  else {
    const server = await serveExamples(Number(values.port));
    console.log(`${wanted.length === 1 ? wanted[0].title : 'The examples'}: ${addressOf(server, wanted[0]?.name)}   (Ctrl-C ends it)`);
  }
}

try {
  await main();
} catch (error) {
  if (!String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')) throw error;
  misused((error as Error).message);
}
