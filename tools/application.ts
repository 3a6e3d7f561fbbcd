/**
 * Generates an application from the files of its actors: numbers (`tandem.lock.json`), codecs in both languages, its definition, the files of its
 * threads and the way in (`tandem/` beside the folder of actors). docs/ADOPT.md has the table.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { emitAssemblyScript, emitShared, SHARED_FILE } from '../protocol/codegen/assemblyscript.js';
import { conflictsIn } from '../protocol/codegen/conflicts.js';
import { sharedTypes } from '../protocol/codegen/model.js';
import { emitTypeScript } from '../protocol/codegen/typescript.js';
import { NumberingError } from '../protocol/numbering.js';
import type { PartySchema } from '../protocol/schema.js';
import { type ActorFile, findActors, problemsOfActor } from './actor-files.js';
import { hintsOfTwins } from './actor-hints.js';
import { type ApplicationText, definitionText, GUESTS, indexText, threadsOf, workerFile, workerText } from './application-texts.js';
import { settle } from './codecs.js';
import type { ApplicationBuild, GeneratedApplication, GeneratedParty, GuestSource, Problem } from './generated-application.js';
import { LOCK_FILE, lockText, readLock } from './lock-file.js';
import { CLIENT, numberParties, rename } from './numbers.js';
import { builtGuest, ownPackageName, ownSchemas } from './own-package.js';
import { ownParties } from './own-parties.js';
import { placed } from './problem-place.js';
import { readSettings, SETTINGS_FILE, type Settings, wrongPlacement } from './settings.js';

/** Names of generated files, which no party can have. */
const TAKEN = [CLIENT, 'definition', 'application', 'system', 'host', 'timer'];

/** Loads and checks the files of an application, gives numbers, and writes codecs and definition. */
export async function generateApplication(build: ApplicationBuild): Promise<GeneratedApplication> {
  const root = resolve(build.root);
  const text = (file: string): string | null => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : null);
  const { settings, problems: wrongSettings } = readSettings(text(SETTINGS_FILE));
  const { found, problems: wrongFiles, files, imports } = await findActors(root, settings.actors);
  const { lock, problems: wrongLock, left } = readLock(text(LOCK_FILE), build.renumber);
  const problems: Problem[] = [...wrongSettings, ...wrongFiles, ...wrongLock];
  if (!found.length && !problems.length)
    problems.push({
      file: settings.actors,
      text: 'has no actor: a file that exports a schema is one, and npx tandem new writes the first',
    });
  for (const [from, to] of build.rename ?? []) {
    const reason = rename(lock, from, to);
    if (reason !== null) problems.push({ file: LOCK_FILE, text: reason });
  }
  const used = usedBy(found, settings);
  const application = new Application(settings, found, used);
  problems.push(...application.wrongNames());
  const read = [SETTINGS_FILE, LOCK_FILE].map((file) => join(root, file));
  const result = {
    ...{ actors: application.partiesOf('actor'), ports: application.partiesOf('port'), guests: application.guests },
    ...{ files: [...new Set([...read, ...files])], folders: [join(root, settings.actors)] },
  };
  const refused = (wrong: readonly Problem[]): GeneratedApplication => ({
    ...result,
    ...{ problems: wrong.map((problem) => placed(problem, text)), notes: [], texts: new Map(), stale: [] },
  });
  if (problems.length) return refused(problems);
  const numbers = numbered(() => numberParties(lock, found, left));
  const wrong = [...numbers.problems, ...(numbers.problems.length ? [] : application.problems())];
  if (wrong.length) return refused(wrong);
  const texts = new Map([[LOCK_FILE, lockText(lock)], ...application.texts(numbers.clientAddress)]);
  const generated = application.folder;
  // What is generated is not committed: in a fresh clone none of it is there, and only the numbers can be out of date.
  const isFresh = !build.write && !existsSync(join(root, generated));
  const differing = settle(root, texts, build.write, [generated, `${generated}/assembly`]);
  const stale = isFresh ? differing.filter((path) => path === LOCK_FILE) : differing;
  const twins = found.flatMap(({ file, twin }) => (twin === undefined ? [] : [file]));
  const hints = hintsOfTwins(twins, imports, (file) => text(file) ?? '');
  return { ...result, problems: [], notes: [...numbers.notes, ...hints, ...withoutTwin(found)], texts, stale };
}

/** An actor in AssemblyScript alone may be meant so. */
const withoutTwin = (found: readonly ActorFile[]): string[] =>
  found
    .filter(({ party, twin }) => party.role === 'actor' && twin === undefined)
    .map(
      ({ file, party: { name } }) =>
        `${file}: exports no class that extends Actor<typeof ${name}>: there is no twin in JavaScript to fall back on`,
    );

function numbered(give: () => ReturnType<typeof numberParties>): ReturnType<typeof numberParties> {
  try {
    return give();
  } catch (error) {
    if (!(error instanceof NumberingError)) throw error;
    return { problems: [{ file: LOCK_FILE, text: error.message }], notes: [], clientAddress: 0 };
  }
}

/** The runtime's own parties that the application has: those that it is to have, and all that they and its own name. */
function usedBy(found: readonly ActorFile[], { use }: Settings): readonly PartySchema[] {
  const own = new Set(found.map(({ party }) => party.name));
  const named = ({ follows, sendsTo, watches }: PartySchema): string[] =>
    [follows, sendsTo, watches].flatMap((names) => (Array.isArray(names) ? names.map((name) => String(name).split('.')[0]) : []));
  const used: PartySchema[] = [];
  const names = [...use, ...found.flatMap(({ party }) => named(party as unknown as PartySchema))];
  for (const name of names) {
    const party = ownParties.find((one) => one.name === name);
    if (!party || own.has(name) || used.includes(party)) continue;
    used.push(party);
    names.push(...named(party));
  }
  return used;
}

class Application {
  /** Folder of what is generated, from the root. */
  readonly folder: string;
  private readonly library = ownPackageName();

  constructor(
    private readonly settings: Settings,
    private readonly found: readonly ActorFile[],
    private readonly used: readonly PartySchema[],
  ) {
    this.folder = posix.join(dirname(settings.actors), 'tandem');
  }

  get guests(): readonly GuestSource[] {
    const module = (name: string) => `${this.folder}/${GUESTS}/${name}.wasm`;
    const own = this.found.flatMap(({ party: { name }, source }) => (source === undefined ? [] : [{ name, source, module: module(name) }]));
    const built = this.used.flatMap(({ name, role }) =>
      role === 'actor' && existsSync(builtGuest(name)) ? [{ name, source: null, built: builtGuest(name), module: module(name) }] : [],
    );
    return [...own, ...built];
  }

  partiesOf(role: PartySchema['role']): readonly GeneratedParty[] {
    const { guests } = this;
    return this.found
      .filter(({ party }) => party.role === role)
      .map(({ file, party: { name }, twin, wrapped }) => ({
        name,
        file,
        twin,
        wrapped,
        guest: guests.find((guest) => guest.name === name),
      }));
  }

  wrongNames(): Problem[] {
    const { found, settings } = this;
    const known = [...found.map(({ party }) => party.name), ...this.used.map(({ name }) => name)];
    const named = [
      ...settings.use,
      ...settings.persistent,
      ...(typeof settings.rolloutPercent === 'object' ? Object.keys(settings.rolloutPercent) : []),
    ];
    const actors = [...found.map(({ party }) => party), ...this.used].filter(({ role }) => role === 'actor').map(({ name }) => name);
    return [
      ...wrongPlacement(settings.placement, actors).map((text) => ({ file: SETTINGS_FILE, text })),
      ...found
        .filter(({ party }) => TAKEN.includes(party.name))
        .map(({ file, party }) => ({ file, text: `no party can be named ${party.name}: what is generated has that name` })),
      ...named
        .filter((name) => !known.includes(name))
        .map((name) => ({
          file: SETTINGS_FILE,
          text: `names ${name}, which is neither in ${settings.actors} nor one of the runtime's own: ${known.join(', ')}`,
        })),
    ];
  }

  /** What is wrong with the schemas, which have their numbers. */
  problems(): Problem[] {
    const { found, used } = this;
    const wrong = found.flatMap((actor) => problemsOfActor(actor).map((text) => ({ file: actor.file, text })));
    if (wrong.length) return wrong;
    const parties = found.map(({ party }) => party as unknown as PartySchema);
    return conflictsIn([...used, ...parties], [], parties).map(({ party, text }) => ({
      file: found.find((actor) => (actor.party as unknown) === party)?.file ?? this.settings.actors,
      text,
    }));
  }

  /** By their paths from the root. */
  texts(clientAddress: number): ReadonlyMap<string, string> {
    const { specifiers } = ownSchemas();
    const [codec, assembly, foreignAssembly] = [specifiers.codec, specifiers.assembly, specifiers.partiesInAssembly].map(
      (path) => `${this.library}/${path}`,
    );
    const texts = new Map<string, string>();
    const put = (path: string, text: string) => void texts.set(`${this.folder}/${path}`, text);
    const parties = this.found.map(({ party }) => party as unknown as PartySchema);
    const shared = sharedTypes(parties);
    const paths = { runtime: assembly, foreign: foreignAssembly };
    for (const { file, party, constants } of this.found) {
      const schema = party as unknown as PartySchema;
      const source = this.to(file).replace(/\.ts$/, '.js');
      put(`${party.name}.ts`, emitTypeScript(schema, { schema: source, runtime: { bind: codec, reader: codec, writer: codec } }));
      const text = emitAssemblyScript(schema, { parties, foreign: this.used }, shared, { schema: file, ...paths }, constants);
      put(`assembly/${party.name}.ts`, unchecked(text));
    }
    if (shared.size) put(`assembly/${SHARED_FILE}.ts`, unchecked(emitShared(shared, { schema: 'the schemas', ...paths })));
    const text = this.text(clientAddress);
    put('definition.ts', definitionText(text));
    put('index.ts', indexText(text));
    for (const thread of threadsOf(this.settings)) put(`${workerFile(thread)}.ts`, workerText(text, thread));
    // Nothing in there is committed, this file least of all.
    put('.gitignore', '*\n');
    return texts;
  }

  private text(clientAddress: number): ApplicationText {
    const { settings, library, guests } = this;
    const hasGuest = (name: string) => guests.some((guest) => guest.name === name);
    const used = this.used.map(({ name, role }) => ({ name, role, module: hasGuest(name) ? `${GUESTS}/${name}.wasm` : undefined }));
    return {
      library,
      settings,
      actors: this.partiesOf('actor'),
      ports: this.partiesOf('port'),
      used,
      clientAddress,
      to: (file) => this.to(file),
    };
  }

  private to(file: string): string {
    const path = posix.relative(this.folder, file);
    return path.startsWith('.') ? path : `./${path}`;
  }
}

/** AssemblyScript shares TypeScript's extension: its compiler, where it comes by, leaves it alone. */
const unchecked = (text: string): string => `// @ts-${'nocheck'}: AssemblyScript\n${text}`;
