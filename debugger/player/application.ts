/** Finds and loads the application whose recording is played again. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ApplicationDefinition } from '../../host-shim/common/application-definition.js';
import { load } from '../../host-shim/node/load.js';
import { Cast, type ReplayApplication } from '../../host-shim/replay/cast.js';
import { placeOf } from './place-of.js';

/** There is no application, or not where it is said to be. The message is one line and says what to do. */
export class ApplicationModuleError extends Error {
  override readonly name = 'ApplicationModuleError';
}

/** Where an application's definition is generated. */
const GENERATED = 'src/tandem/definition.ts';

/** @param app path of a module, as it was given @throws ApplicationModuleError when there is none, or it exports no application */
export async function loadCast(app: string | undefined): Promise<Cast> {
  const path = pathOf(app);
  if (!existsSync(path)) throw new ApplicationModuleError(`there is no ${path}: build the application, or name its module with --app`);
  const { application } = (await (path.endsWith('.ts') ? importTypeScript(path) : import(pathToFileURL(path).href))) as Exported;
  if (!fits(application))
    throw new ApplicationModuleError(
      `${path} does not export application: actors and ports as it is started, or parties, actors, javascript and guests`,
    );
  return new Cast(application, load, placeOf);
}

interface Exported {
  readonly application?: object;
}

function fits(application?: object): application is ReplayApplication | ApplicationDefinition {
  const { actors, ports, parties, javascript, guests } = (application ?? {}) as Readonly<Record<string, unknown>>;
  return Array.isArray(actors) && (Array.isArray(ports) || [parties, javascript, guests].every(Array.isArray));
}

/** Beside the source, so that addresses in it lead where they are meant to. It stays until this process ends, for the lines of what was played. */
async function importTypeScript(path: string): Promise<unknown> {
  const file = join(dirname(path), `.${basename(path, '.ts')}-${process.pid}.mjs`);
  process.once('exit', () => {
    for (const one of [file, `${file}.map`]) rmSync(one, { force: true });
  });
  const { build } = await import('esbuild');
  await build({
    entryPoints: [path],
    outfile: file,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'silent',
  });
  return import(pathToFileURL(file).href);
}

/** @throws ApplicationModuleError */
export function pathOf(app: string | undefined): string {
  if (app !== undefined) return resolve(app);
  for (let folder = resolve('.'); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    const named = existsSync(file) ? applicationIn(readFileSync(file, 'utf8')) : undefined;
    if (named !== undefined) return resolve(folder, named);
    const generated = join(folder, GENERATED);
    if (existsSync(file) && existsSync(generated)) return generated;
    if (existsSync(file) || folder === dirname(folder))
      throw new ApplicationModuleError(
        'no application is named: use --app MODULE, "tandem": { "application": MODULE } in package.json, or run npx tandem codegen',
      );
  }
}

const applicationIn = (json: string): string | undefined =>
  (JSON.parse(json) as { readonly tandem?: { readonly application?: string } }).tandem?.application;
