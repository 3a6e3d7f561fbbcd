/** Finds the parties in an application's folder of actors: a file that exports a schema, with its twins. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BoundParty } from '../protocol/bind.js';
import { problemsOfApplication } from '../protocol/codegen/check.js';
import { type Constants, constantsOf, problemsOfConstants } from '../protocol/codegen/constants.js';
import type { Problem } from './generated-application.js';
import { type Imports, loadModules } from './load-modules.js';

export interface ActorFile {
  /** From the root. */
  readonly file: string;
  readonly party: BoundParty;
  readonly constants: Constants;
  /** Name of the exported class that is its JavaScript twin, or of what `wrap` has made. */
  readonly twin?: string;
  /** Whether that is what `wrap` has made: a function that makes the twin. */
  readonly wrapped?: boolean;
  /** Its AssemblyScript twin, from the root. */
  readonly source?: string;
}

export interface ActorFiles {
  readonly found: readonly ActorFile[];
  readonly problems: readonly Problem[];
  /** Absolute paths of all that was read. */
  readonly files: readonly string[];
  readonly imports: Imports;
}

/** What an actor's client has besides its messages. */
const CLIENT_METHODS = ['on', 'state'];

export const GUEST_SOURCE = '.wasm.ts';
const NO_ACTOR = /\.(wasm|test|spec|d)\.ts$/;

/** @param folder of the actors, from the root */
export async function findActors(root: string, folder: string): Promise<ActorFiles> {
  const names = existsSync(join(root, folder)) ? readdirSync(join(root, folder)).sort() : [];
  const files = names.filter((name) => name.endsWith('.ts') && !NO_ACTOR.test(name)).map((name) => `${folder}/${name}`);
  const loaded = await loadModules(root, files);
  const problems = [...loaded.problems];
  const found: ActorFile[] = [];
  for (const [file, exports] of loaded.modules) {
    const { actor, wrong } = read(root, file, exports);
    problems.push(...wrong.map((text) => ({ file, text })));
    if (actor) found.push(actor);
  }
  for (const name of names.filter((one) => one.endsWith(GUEST_SOURCE))) {
    const twin = `${folder}/${basename(name, GUEST_SOURCE)}.ts`;
    if (!files.includes(twin))
      problems.push({ file: `${folder}/${name}`, text: `is the AssemblyScript of an actor whose schema is missing: ${twin}` });
  }
  const { imports } = loaded;
  return { found, problems, imports, files: [...loaded.files, ...found.flatMap(({ source }) => (source ? [join(root, source)] : []))] };
}

const isParty = (value: unknown): value is BoundParty =>
  typeof value === 'object' && value !== null && ['actor', 'port'].includes((value as BoundParty).role) && 'receives' in value;

/** Whether a value is a class of actors. It may be the subclass of another package's `Actor`. */
const isTwin = (value: unknown): boolean =>
  typeof value === 'function' &&
  ['snapshot', 'restore'].every((method) => typeof (value.prototype as Record<string, unknown> | undefined)?.[method] === 'function');

/** Whether a value is what `wrap` gives for a schema. */
const isWrapped = (value: unknown): boolean => typeof value === 'function' && Object.hasOwn(value, 'wraps');

/** What a file has: an actor or port, or nothing that matters here. */
function read(
  root: string,
  file: string,
  exports: Readonly<Record<string, unknown>>,
): { readonly actor?: ActorFile; readonly wrong: string[] } {
  const entries = Object.entries(exports);
  const parties = entries.filter(([, value]) => isParty(value)) as [string, BoundParty][];
  const twins = entries.filter(([, value]) => isTwin(value) || isWrapped(value)).map(([name]) => name);
  if (!parties.length)
    return { wrong: twins.length ? [`exports ${twins[0]}, but no schema: export the schema that it is written for, too`] : [] };
  const names = parties.map(([name]) => name).join(' and ');
  if (parties.length > 1) return { wrong: [`exports ${parties.length} schemas, ${names}: give each a file of its own`] };
  const [[exported, party]] = parties;
  const source = file.replace(/\.ts$/, GUEST_SOURCE);
  const hasGuest = existsSync(join(root, source));
  const wrong = wrongTwins(exported, party, twins, hasGuest && source);
  const constants = constantsOf(exports);
  wrong.push(...wrongForClient(party));
  const wrapped = isWrapped(exports[twins[0]]);
  return { actor: { file, party, constants, twin: twins[0], wrapped, ...(hasGuest && { source }) }, wrong };
}

function wrongTwins(exported: string, { name, role }: BoundParty, twins: readonly string[], source: string | false): string[] {
  const wrong: string[] = [];
  if (typeof name === 'string' && name !== exported)
    wrong.push(`exports ${exported}, whose name is '${name}': one of both is to be changed`);
  if (twins.length > 1)
    wrong.push(`exports ${twins.length} twins, ${twins.join(' and ')}: the one that it is to have stays, the others go elsewhere`);
  if (role === 'port' && (twins.length || source))
    wrong.push(`${exported} is a port, which has no twin: write actor({ … }), or remove ${twins[0] ?? source}`);
  if (role === 'actor' && !twins.length && !source)
    wrong.push(
      `${exported} has no twin: export a class that extends Actor<typeof ${exported}>, or what wrap makes of another class, or put its AssemblyScript beside it`,
    );
  return wrong;
}

/** A client has a method for each message of an actor, beside those that each has. */
function wrongForClient({ role, receives }: BoundParty): string[] {
  const taken = role === 'actor' && receives ? CLIENT_METHODS.filter((name) => Object.hasOwn(receives, name)) : [];
  return taken.map((name) => `has a message named ${name}, which every actor's client has already: give it another name`);
}

/** What is wrong with a party that has its numbers. */
export const problemsOfActor = ({ party, constants }: ActorFile): string[] => {
  const wrong = problemsOfApplication(party);
  return wrong.length ? wrong : problemsOfConstants(constants, party);
};
