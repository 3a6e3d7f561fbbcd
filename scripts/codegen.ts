/**
 * Writes the codecs of a folder's schemas.
 *
 *   npx tsx scripts/codegen.ts [folder] [--check] [--approve]
 *
 * The folder (default `protocol`) has schemas in messages/*.ts and ports/*.ts; an application's may follow and send to the runtime's
 * own actors. `--check` writes nothing and exits with 1 when something is stale. `--approve` records the hash of the runtime's
 * schemas as approved. Problems are all listed, each with its file and the path of what it is about; when there is one, nothing is written and the exit
 * code is 1. It is 2 when it was called wrongly.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { emitAssemblyScript, emitShared, SHARED_FILE } from '../protocol/codegen/assemblyscript.js';
import { problemsOf, problemsOfApplication } from '../protocol/codegen/check.js';
import { conflictsIn } from '../protocol/codegen/conflicts.js';
import { sharedTypes } from '../protocol/codegen/model.js';
import { schemaHash } from '../protocol/codegen/schema-hash.js';
import { emitTypeScript } from '../protocol/codegen/typescript.js';
import type { PartySchema } from '../protocol/schema.js';
import { isMain } from './is-main.js';

const OPTIONS = ['--check', '--approve'];

interface SchemaFile {
  /** As `messages/counter`. */
  readonly module: string;
  readonly schema: PartySchema;
}

/** A folder's schemas, and what is wrong with the others. */
interface Schemas {
  readonly files: readonly SchemaFile[];
  /** Names of those that have problems. */
  readonly refused: readonly string[];
  readonly problems: readonly string[];
}

/** The runtime's schemas, by the name under which this was started: what is generated refers to them, and a link stays when a version goes. */
function runtimeFolder(): string {
  const linked = resolve(dirname(process.argv[1]), '../protocol');
  const real = resolve(import.meta.dirname, '../protocol');
  return existsSync(linked) && realpathSync(linked) === realpathSync(real) ? linked : real;
}

async function loadSchemas(folder: string, application: boolean): Promise<Schemas> {
  const files: SchemaFile[] = [];
  const refused: string[] = [];
  const problems: string[] = [];
  for (const kind of ['messages', 'ports']) {
    for (const file of schemaFiles(join(folder, kind))) {
      const name = basename(file, '.ts');
      loading = `${kind}/${file}`;
      const { schema, wrong } = await loadSchema(join(folder, kind, file), name, application);
      loading = null;
      problems.push(...wrong.map((text) => `${kind}/${file}: ${text}`));
      if (wrong.length) refused.push(name);
      else files.push({ module: `${kind}/${name}`, schema: schema as PartySchema });
    }
  }
  return { files: files.sort((left, right) => left.schema.address - right.schema.address), refused, problems };
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();
const schemaFiles = (folder: string): string[] =>
  isFolder(folder)
    ? readdirSync(folder)
        .filter((one) => one.endsWith('.ts'))
        .sort()
    : [];

/** A schema may be any program, and end this one: that must not look as if all were well. */
let loading: string | null = null;
function refuseEnd(): void {
  if (loading === null) return;
  console.error(`codegen: ${loading}: does not load: the process ended meanwhile\ncodegen: nothing was written`);
  process.exitCode = 1;
}

async function loadSchema(path: string, name: string, application: boolean): Promise<{ schema?: unknown; wrong: string[] }> {
  try {
    const exports = await import(pathToFileURL(path).href);
    const schema: unknown = exports[name];
    if (schema === undefined) {
      const others = Object.keys(exports)
        .filter((one) => !['default', 'module.exports'].includes(one))
        .join(', ');
      return { wrong: [`exports no party named ${name}, as its file is${others ? `, but ${others}` : ''}`] };
    }
    const wrong = application ? problemsOfApplication(schema) : problemsOf(schema);
    const called = (schema as Partial<PartySchema> | null)?.name;
    if (typeof called === 'string' && called !== name)
      wrong.push(`exports no party named ${name}, as its file is, but one named ${called}`);
    return { schema, wrong };
  } catch (error) {
    return { wrong: [`does not load: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

const slashes = (path: string) => path.split('\\').join('/');

/** Text of every generated file by its path in `folder`. */
function generate(folder: string, protocol: string, files: readonly SchemaFile[], foreign: readonly PartySchema[]): Map<string, string> {
  const parties = files.map((file) => file.schema);
  const shared = sharedTypes(parties);
  const runtime = slashes(relative(join(folder, 'generated'), protocol));
  const assembly = slashes(relative(join(folder, 'generated/assembly'), protocol));
  const texts = new Map<string, string>();
  for (const { module, schema } of files) {
    const paths = { schema: `${module}.ts`, runtime: `${assembly}/assembly`, foreign: `${assembly}/generated/assembly` };
    texts.set(`generated/assembly/${schema.name}.ts`, emitAssemblyScript(schema, { parties, foreign }, shared, paths));
    texts.set(`generated/${schema.name}.ts`, emitTypeScript(schema, { schema: `../${module}.js`, runtime }));
  }
  if (shared.size) {
    texts.set(
      `generated/assembly/${SHARED_FILE}.ts`,
      emitShared(shared, { schema: 'the schemas', runtime: `${assembly}/assembly`, foreign: '' }),
    );
  }
  texts.set(
    'generated/index.ts',
    indexText(
      parties.map((party) => party.name),
      foreign.length ? 'parties' : 'tandemParties',
    ),
  );
  return texts;
}

function indexText(names: readonly string[], list: string): string {
  return [
    '// Generated by scripts/codegen.ts; do not edit.',
    ...names.map((name) => `import { ${name} } from './${name}.js';`),
    '',
    `export { ${names.join(', ')} };`,
    `export const ${list} = [${names.join(', ')}] as const;`,
    '',
  ].join('\n');
}

/** @returns the paths that differ; none of them is left when `write` is set */
function settle(folder: string, texts: ReadonlyMap<string, string>, write: boolean): string[] {
  const stale: string[] = [];
  for (const [path, text] of texts) {
    const file = join(folder, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    stale.push(path);
    if (!write) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  for (const inner of ['generated', 'generated/assembly']) {
    for (const entry of existsSync(join(folder, inner)) ? readdirSync(join(folder, inner)) : []) {
      if (!entry.endsWith('.ts') || texts.has(`${inner}/${entry}`)) continue;
      stale.push(`${inner}/${entry}`);
      if (write) rmSync(join(folder, inner, entry));
    }
  }
  return stale;
}

/** @returns why this cannot be done at all */
function misuse(options: readonly string[], folders: readonly string[], folder: string, application: boolean): string | null {
  const unknown = options.find((option) => !OPTIONS.includes(option));
  if (unknown) return `unknown option ${unknown}`;
  if (folders.length > 1) return `one folder at a time, not ${folders.join(' and ')}`;
  if (!isFolder(folder)) return `there is no folder ${folder}`;
  if (application && options.includes('--approve')) return "--approve is for the runtime's schemas alone";
  return null;
}

/** Loads and checks all schemas that belong together. */
async function readSchemas(folder: string, protocol: string, application: boolean) {
  const own = await loadSchemas(folder, application);
  const runtime: Schemas = application ? await loadSchemas(protocol, false) : { files: [], refused: [], problems: [] };
  const [parties, foreign] = [own.files, runtime.files].map((files) => files.map((file) => file.schema));
  const fileOf = (party: PartySchema) => [...own.files, ...runtime.files].find(({ schema }) => schema === party)?.module;
  const conflicts = conflictsIn([...foreign, ...parties], [...own.refused, ...runtime.refused], parties);
  const problems = [...own.problems, ...runtime.problems, ...conflicts.map(({ party, text }) => `${fileOf(party)}.ts: ${text}`)];
  if (!own.files.length && !own.refused.length)
    problems.push(`there is no schema in ${join(folder, 'messages')} or ${join(folder, 'ports')}`);
  return { files: own.files, parties, foreign, problems };
}

async function main(words: readonly string[]): Promise<number> {
  const options = words.filter((word) => word.startsWith('-'));
  const folders = words.filter((word) => !word.startsWith('-'));
  const protocol = runtimeFolder();
  const folder = resolve(folders[0] ?? protocol);
  const application = !isFolder(folder) || realpathSync(folder) !== realpathSync(protocol);
  const wrong = misuse(options, folders, folder, application);
  if (wrong) {
    console.error(`codegen: ${wrong}`);
    return 2;
  }
  const { files, parties, foreign, problems } = await readSchemas(folder, protocol, application);
  for (const problem of problems) console.error(`codegen: ${problem}`);
  if (problems.length) {
    console.error('codegen: nothing was written');
    return 1;
  }
  const check = options.includes('--check');
  const stale = settle(folder, generate(folder, protocol, files, foreign), !check);
  for (const path of stale) console.log(`${check ? 'stale' : 'wrote'} ${relative(process.cwd(), join(folder, path))}`);
  if (options.includes('--approve')) writeFileSync(join(protocol, 'schema-hash.txt'), `${schemaHash(parties)}\n`);
  return check && stale.length ? 1 : 0;
}

if (isMain(import.meta.url)) {
  process.on('exit', refuseEnd);
  process.exitCode = await main(process.argv.slice(2));
}
