/**
 * Writes the codecs of a folder's schemas. Every build does that for this repository's folders. This is for other folders, and to find
 * out what is wrong with a schema.
 *
 *   npx tsx scripts/codegen.ts [folder] [--check] [--approve]
 *
 * The folder (default `protocol`) has schemas in messages/*.ts and ports/*.ts. `--check` writes nothing and exits with 1 when something
 * is stale, or when the runtime's schemas are not the approved ones. `--approve` records their hash as approved. All problems are
 * listed; when there is one, nothing is written and the exit code is 1. The exit code is 2 when the command line is wrong.
 */
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { schemaHash } from '../protocol/codegen/schema-hash.js';
import { type Codecs, generateCodecs, isApplication, isFolder, settle } from '../tools/codecs.js';
import { ownSchemas } from '../tools/own-package.js';
import { isMain } from './is-main.js';

const OPTIONS = ['--check', '--approve'];

/** Folder of the runtime's schemas by the path that started this: generated code names it, and a link outlasts a version's folder. */
function runtimeFolder(): string {
  const linked = resolve(dirname(process.argv[1]), '../protocol');
  const real = resolve(import.meta.dirname, '../protocol');
  return existsSync(linked) && realpathSync(linked) === realpathSync(real) ? linked : real;
}

/**
 * Generates codecs, and makes sure that a schema that ends the process while it is loaded does not look like success.
 * @param within put before the schema's name when that happens
 */
export async function generateGuarded(folder: string, runtime: string, within = ''): Promise<Codecs> {
  let loading: string | null = null;
  const refuseEnd = () => {
    if (loading === null) return;
    console.error(`codegen: ${within}${loading}: does not load: the process ended meanwhile\ncodegen: nothing was written`);
    process.exitCode = 1;
  };
  process.on('exit', refuseEnd);
  try {
    return await generateCodecs({
      folder,
      runtime: ownSchemas(runtime),
      loading: (file) => {
        loading = file;
      },
    });
  } finally {
    process.off('exit', refuseEnd);
  }
}

/** @returns why the command line makes no sense; null when it does */
function misuse(options: readonly string[], folders: readonly string[], folder: string, application: boolean): string | null {
  const unknown = options.find((option) => !OPTIONS.includes(option));
  if (unknown) return `unknown option ${unknown}`;
  if (folders.length > 1) return `one folder at a time, not ${folders.join(' and ')}`;
  if (!isFolder(folder)) return `there is no folder ${folder}`;
  if (application && options.includes('--approve')) return "--approve is for the runtime's schemas alone";
  return null;
}

async function main(words: readonly string[]): Promise<number> {
  const options = words.filter((word) => word.startsWith('-'));
  const folders = words.filter((word) => !word.startsWith('-'));
  const runtime = runtimeFolder();
  const folder = resolve(folders[0] ?? runtime);
  const application = isApplication(folder, runtime);
  const wrong = misuse(options, folders, folder, application);
  if (wrong) {
    console.error(`codegen: ${wrong}`);
    return 2;
  }
  const { problems, texts, parties } = await generateGuarded(folder, runtime);
  for (const problem of problems) console.error(`codegen: ${problem}`);
  if (problems.length) {
    console.error('codegen: nothing was written');
    return 1;
  }
  const check = options.includes('--check');
  const stale = settle(folder, texts, !check);
  for (const path of stale) console.log(`${check ? 'stale' : 'wrote'} ${relative(process.cwd(), join(folder, path))}`);
  const approval = join(runtime, 'schema-hash.txt');
  const hash = schemaHash(parties);
  if (options.includes('--approve')) writeFileSync(approval, `${hash}\n`);
  if (!check) return 0;
  const approved = application || readFileSync(approval, 'utf8').trim() === hash;
  if (!approved) console.error(`codegen: the runtime's schemas give the hash ${hash}, which is not the approved one`);
  return stale.length || !approved ? 1 : 0;
}

if (isMain(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
