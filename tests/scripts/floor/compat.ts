/** Which names engines have, by MDN's browser-compat-data: globals, what hangs on them, and members of whatever has them. */
import { createRequire } from 'node:module';
import type { CompatStatement, Identifier, SimpleSupportStatement } from '@mdn/browser-compat-data/types';

/** Engines that a build is for, each with its oldest version as MDN writes it. */
export type Floor = Readonly<Partial<Record<'chrome' | 'firefox' | 'safari', string>>>;

/** Says for each name whether all engines of a floor have it: a global `structuredClone`, a static `Object.hasOwn`, a member `at` of anything. */
export interface Names {
  readonly globals: Map<string, boolean>;
  readonly statics: Map<string, boolean>;
  readonly members: Map<string, boolean>;
}

/** What a name is written as: a static with its owner, a member with a dot before it. */
export const written = (key: keyof Names, name: string): string => (key === 'members' ? `.${name}` : name);

interface Data {
  readonly api: Readonly<Record<string, Identifier>>;
  readonly javascript: { readonly builtins: Readonly<Record<string, Identifier>> };
  readonly webassembly: { readonly api: Identifier };
}

const { api, javascript, webassembly } = createRequire(import.meta.url)('@mdn/browser-compat-data') as Data;

/** What is a global by being a member of one of these. */
const GLOBAL_OBJECTS = /^(Window|WorkerGlobalScope|DedicatedWorkerGlobalScope|EventTarget)$/;
/** An event, an option, a remark: no name that code says. */
const NO_NAME = /^__compat$|^@@|_event$|_parameter$|[^_]_(?!static$)/;

/** @returns whether a version is at most that of the floor, numbers compared part by part */
function isAtMost(version: string, floor: string): boolean {
  const [parts, others] = [version, floor].map((text) => text.split('.').map(Number));
  for (let i = 0; i < Math.max(parts.length, others.length); i++) {
    const difference = (parts[i] ?? 0) - (others[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return true;
}

function isSupported(statements: SimpleSupportStatement | readonly SimpleSupportStatement[] | undefined, floor: string): boolean {
  return [statements ?? []].flat().some(({ version_added: added, version_removed: removed, flags, prefix, alternative_name: other }) => {
    if (typeof added !== 'string' || flags || prefix || other) return false;
    if (typeof removed === 'string' && isAtMost(removed, floor)) return false;
    return isAtMost(added.replace('≤', '').replace('preview', '9999'), floor);
  });
}

const isInFloor = (compat: CompatStatement | undefined, floor: Floor): boolean =>
  Object.entries(floor).every(([browser, version]) => isSupported(compat?.support[browser as keyof Floor] as never, version));

/** Whether a member of a builtin hangs on its constructor, by the place of the specification that defines it. */
function isStatic(owner: string, name: string, compat: CompatStatement | undefined): boolean {
  const places = [compat?.spec_url ?? []].flat().join(' ').toLowerCase();
  return !places.includes('.prototype.') && places.includes(`${owner}.${name}`.toLowerCase());
}

/** Members of what the language has, which code that has methods of the same name may take for its own. */
export const OF_THE_LANGUAGE: ReadonlySet<string> = new Set(Object.values(javascript.builtins).flatMap((builtin) => Object.keys(builtin)));

/** @param floor the oldest engines @returns of each name that MDN knows whether they have it */
export function namesIn(floor: Floor): Names {
  const names: Names = { globals: new Map(), statics: new Map(), members: new Map() };
  const note = (map: Map<string, boolean>, name: string, compat: CompatStatement | undefined) =>
    map.set(name, (map.get(name) ?? false) || isInFloor(compat, floor));
  const noteOwner = (owner: string, identifier: Identifier, isGlobal: boolean) => {
    if (isGlobal) note(names.globals, owner, identifier.__compat);
    for (const [key, { __compat: compat }] of Object.entries(identifier) as [string, Identifier][]) {
      if (NO_NAME.test(key)) continue;
      const name = key.replace(/_static$/, '');
      note(names.members, name, compat);
      if (GLOBAL_OBJECTS.test(owner)) note(names.globals, name, compat);
      else if (name !== key || isStatic(owner, name, compat)) note(names.statics, `${owner}.${name}`, compat);
    }
  };
  for (const [owner, identifier] of Object.entries(javascript.builtins)) noteOwner(owner, identifier, true);
  for (const [owner, identifier] of Object.entries(api)) noteOwner(owner, identifier, true);
  for (const [owner, identifier] of Object.entries(webassembly.api))
    if (owner !== '__compat') noteOwner(owner, identifier as Identifier, false);
  names.globals.set('WebAssembly', isInFloor(webassembly.api.__compat, floor));
  return names;
}
