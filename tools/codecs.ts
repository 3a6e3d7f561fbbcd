/**
 * Generates the codecs of a folder's schemas as texts. The folder has schemas in messages/*.ts and ports/*.ts. Those of an application
 * may follow and send to the runtime's own actors. Schemas are loaded as TypeScript, so the calling process must be able to load it.
 *
 * Generated code names the runtime as its schemas do: by the package when they import the schema language by its name, else by the
 * relative path from one folder to the other.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AssemblyScriptPaths, emitAssemblyScript, emitShared, SHARED_FILE } from '../protocol/codegen/assemblyscript.js';
import { problemsOf, problemsOfApplication } from '../protocol/codegen/check.js';
import { conflictsIn } from '../protocol/codegen/conflicts.js';
import { type Constants, constantsOf, problemsOfConstants } from '../protocol/codegen/constants.js';
import { sharedTypes } from '../protocol/codegen/model.js';
import { emitTypeScript, type TypeScriptPaths } from '../protocol/codegen/typescript.js';
import type { PartySchema } from '../protocol/schema.js';
import type { SchemaLibrary } from './library.js';

export interface Codecs {
  /** All problems, each with its file and path: `messages/order.ts: order.place.quantity: …`. */
  readonly problems: readonly string[];
  /** Texts by path in the folder, such as `generated/order.ts`. Empty when there is a problem. */
  readonly texts: ReadonlyMap<string, string>;
  /** Parties of the folder, in the order of their addresses. */
  readonly parties: readonly PartySchema[];
}

/** Called with a schema before it is loaded, and with null after: a schema may be any program, and may end this process. */
export type Loading = (file: string | null) => void;

interface SchemaFile {
  /** For example `messages/counter`. */
  readonly module: string;
  readonly schema: PartySchema;
  readonly constants: Constants;
}

/** A folder's schemas, and the problems of those that cannot be used. */
interface Schemas {
  readonly files: readonly SchemaFile[];
  /** Names of the parties that have problems. */
  readonly refused: readonly string[];
  readonly problems: readonly string[];
}

export const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** Whether a folder's schemas belong to an application and not to the runtime, whatever path names the folder. */
export const isApplication = (folder: string, runtime: string): boolean =>
  !isFolder(folder) || realpathSync(folder) !== realpathSync(runtime);

export interface CodecBuild {
  /** Folder of the schemas. */
  readonly folder: string;
  /** Where the runtime's schemas are, which may be the same folder. */
  readonly runtime: SchemaLibrary;
  readonly loading?: Loading;
}

/** Loads and checks all schemas that belong together, and generates their codecs for both languages. Writes no file. */
export async function generateCodecs({ folder, runtime, loading = () => {} }: CodecBuild): Promise<Codecs> {
  const { files, foreignFiles, parties, problems } = await readSchemas(folder, runtime.folder, loading);
  return { problems, texts: problems.length ? new Map() : textsOf(waysOf(folder, runtime), files, foreignFiles), parties };
}

/** How generated code names other modules. */
interface Ways {
  readonly runtime: TypeScriptPaths['runtime'];
  /** Folders of AssemblyScript. */
  readonly assembly: Pick<AssemblyScriptPaths, 'runtime' | 'foreign'>;
}

/** The package's name, if a schema imports the schema language by it: `name/<language>`. */
function packageIn(folder: string, language: string): string | undefined {
  const byPackage = new RegExp(`\\bfrom\\s*['"]((?:@[^'"/]+/)?[^.'"/][^'"/]*)/${language}['"]`);
  const files = ['messages', 'ports'].flatMap((kind) => typeScriptIn(join(folder, kind)).map((file) => join(folder, kind, file)));
  return files.map((file) => byPackage.exec(readFileSync(file, 'utf8'))?.[1]).find((name) => name !== undefined);
}

function waysOf(folder: string, { folder: runtime, specifiers }: SchemaLibrary): Ways {
  const name = packageIn(folder, specifiers.language);
  if (name !== undefined) {
    const codec = `${name}/${specifiers.codec}`;
    return {
      runtime: { bind: codec, reader: codec, writer: codec },
      assembly: { runtime: `${name}/${specifiers.assembly}`, foreign: `${name}/${specifiers.partiesInAssembly}` },
    };
  }
  const there = slashes(relative(join(folder, 'generated'), runtime));
  const fromAssembly = slashes(relative(join(folder, 'generated/assembly'), runtime));
  return {
    runtime: { bind: `${there}/bind.js`, reader: `${there}/reader.js`, writer: `${there}/writer.js` },
    assembly: { runtime: `${fromAssembly}/assembly`, foreign: `${fromAssembly}/generated/assembly` },
  };
}

/** Folders of what is generated for a folder of schemas. */
const GENERATED = ['generated', 'generated/assembly'];

/**
 * Makes the folder contain these texts and no other generated files. Unchanged files are not written, so that builds stay warm.
 * @param generated folders in which no other TypeScript stays
 * @returns the paths that differed; they are settled when `write` is set
 */
export function settle(folder: string, texts: ReadonlyMap<string, string>, write: boolean, generated = GENERATED): string[] {
  const stale: string[] = [];
  for (const [path, text] of texts) {
    const file = join(folder, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    stale.push(path);
    if (!write) continue;
    mkdirSync(dirname(file), { recursive: true });
    // Written next to it and renamed, so that nobody who builds at the same time sees half a file.
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  }
  for (const inner of generated) {
    for (const entry of typeScriptIn(join(folder, inner))) {
      if (texts.has(`${inner}/${entry}`)) continue;
      stale.push(`${inner}/${entry}`);
      if (write) rmSync(join(folder, inner, entry));
    }
  }
  return stale;
}

async function readSchemas(folder: string, runtime: string, loading: Loading) {
  const application = isApplication(folder, runtime);
  const own = await loadSchemas(folder, application, loading);
  const others: Schemas = application ? await loadSchemas(runtime, false, loading) : { files: [], refused: [], problems: [] };
  const [parties, foreign] = [own.files, others.files].map((files) => files.map((file) => file.schema));
  const fileOf = (party: PartySchema) => [...own.files, ...others.files].find(({ schema }) => schema === party)?.module;
  const conflicts = conflictsIn([...foreign, ...parties], [...own.refused, ...others.refused], parties);
  const problems = [...own.problems, ...others.problems, ...conflicts.map(({ party, text }) => `${fileOf(party)}.ts: ${text}`)];
  if (!own.files.length && !own.refused.length)
    problems.push(`there is no schema in ${join(folder, 'messages')} or ${join(folder, 'ports')}`);
  return { files: own.files, foreignFiles: others.files, parties, problems };
}

async function loadSchemas(folder: string, application: boolean, loading: Loading): Promise<Schemas> {
  const files: SchemaFile[] = [];
  const refused: string[] = [];
  const problems: string[] = [];
  for (const kind of ['messages', 'ports']) {
    for (const file of modulesIn(join(folder, kind))) {
      const name = basename(file, extname(file));
      loading(`${kind}/${file}`);
      const { schema, constants, wrong } = await loadSchema(join(folder, kind, file), name, application);
      loading(null);
      problems.push(...wrong.map((text) => `${kind}/${file}: ${text}`));
      if (wrong.length) refused.push(name);
      else files.push({ module: `${kind}/${name}`, schema: schema as PartySchema, constants });
    }
  }
  return { files: files.sort((left, right) => left.schema.address - right.schema.address), refused, problems };
}

const filesIn = (folder: string, kind: RegExp): string[] =>
  isFolder(folder)
    ? readdirSync(folder)
        .filter((one) => kind.test(one) && !one.endsWith('.d.ts'))
        .sort()
    : [];

const typeScriptIn = (folder: string): string[] => filesIn(folder, /\.ts$/);
/** An installed runtime's schemas are compiled. */
const modulesIn = (folder: string): string[] => filesIn(folder, /\.[tj]s$/);

interface Loaded {
  /** The export that has the file's name. */
  readonly schema?: unknown;
  readonly constants: Constants;
  readonly wrong: string[];
}

async function loadSchema(path: string, name: string, application: boolean): Promise<Loaded> {
  const constants: Constants = new Map();
  try {
    const exports = await import(pathToFileURL(path).href);
    const schema: unknown = exports[name];
    if (schema === undefined) {
      const others = Object.keys(exports)
        .filter((one) => !['default', 'module.exports'].includes(one))
        .join(', ');
      return { constants, wrong: [`exports no party named ${name}, as its file is${others ? `, but ${others}` : ''}`] };
    }
    const wrong = application ? problemsOfApplication(schema) : problemsOf(schema);
    const called = (schema as Partial<PartySchema> | null)?.name;
    if (typeof called === 'string' && called !== name)
      wrong.push(`exports no party named ${name}, as its file is, but one named ${called}`);
    const found = constantsOf(exports);
    if (!wrong.length) wrong.push(...problemsOfConstants(found, schema as PartySchema));
    return { schema, constants: found, wrong };
  } catch (error) {
    return { constants, wrong: [`does not load: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

const slashes = (path: string) => path.split('\\').join('/');

function textsOf(ways: Ways, files: readonly SchemaFile[], foreignFiles: readonly SchemaFile[]): Map<string, string> {
  const [parties, foreign] = [files, foreignFiles].map((some) => some.map(({ schema }) => schema));
  const shared = sharedTypes(parties);
  const texts = new Map<string, string>();
  for (const { module, schema, constants } of files) {
    const paths = { schema: `${module}.ts`, ...ways.assembly };
    texts.set(`generated/assembly/${schema.name}.ts`, emitAssemblyScript(schema, { parties, foreign }, shared, paths, constants));
    texts.set(`generated/${schema.name}.ts`, emitTypeScript(schema, { schema: `../${module}.js`, runtime: ways.runtime }));
  }
  if (shared.size) {
    texts.set(`generated/assembly/${SHARED_FILE}.ts`, emitShared(shared, { schema: 'the schemas', ...ways.assembly }));
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
    '// Generated; do not edit.',
    ...names.map((name) => `import { ${name} } from './${name}.js';`),
    '',
    `export { ${names.join(', ')} };`,
    `export const ${list} = [${names.join(', ')}] as const;`,
    '',
  ].join('\n');
}
