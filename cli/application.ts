/** Finds and loads the application that a command runs again. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { load } from '../host-shim/node/load.js';
import { Cast, type ReplayApplication } from '../host-shim/replay/cast.js';
import { UsageError } from './command.js';
import { scriptOf } from './script-of.js';

/** The option of every command that runs actors. */
export const APP_OPTION = { app: { type: 'string' } } as const;
export const APP_HELP = `  --app MODULE        the application: a module that exports application; else "tandem": { "application": MODULE } in the nearest package.json`;

/** @param app path of a module, as it was given @throws UsageError when there is none, or it exports no application */
export async function loadCast(app: string | undefined): Promise<Cast> {
  const path = pathOf(app);
  if (!existsSync(path)) throw new UsageError(`there is no ${path}: build the application, or name its module with --app`);
  const { application } = (await import(pathToFileURL(path).href)) as { readonly application?: ReplayApplication };
  const fits = application && [application.parties, application.actors, application.javascript, application.guests].every(Array.isArray);
  if (!fits) throw new UsageError(`${path} does not export application with parties, actors, javascript and guests`);
  return new Cast(application, load, scriptOf);
}

/** @throws UsageError */
export function pathOf(app: string | undefined): string {
  if (app !== undefined) return resolve(app);
  for (let folder = resolve('.'); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    const named = existsSync(file) ? applicationIn(readFileSync(file, 'utf8')) : undefined;
    if (named !== undefined) return resolve(folder, named);
    if (existsSync(file) || folder === dirname(folder))
      throw new UsageError('no application is named: use --app MODULE, or "tandem": { "application": MODULE } in package.json');
  }
}

const applicationIn = (json: string): string | undefined =>
  (JSON.parse(json) as { readonly tandem?: { readonly application?: string } }).tandem?.application;
