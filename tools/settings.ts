/** `tandem.json`: where an application's actors are, and how it runs. All of it may be left out. docs/ADOPT.md has the table. */
import type { Problem } from './generated-application.js';
import { jsonProblem } from './json-problem.js';
import { ACTORS_FOLDER } from './own-package.js';

export const SETTINGS_FILE = 'tandem.json';

export interface Settings {
  /** Folder of the actors, from the root. */
  readonly actors: string;
  readonly placement: string;
  /** Percentage of devices: of all actors, or by the actor's name. */
  readonly rolloutPercent?: number | Readonly<Record<string, number>>;
  readonly onTrap?: 'restart' | 'twin';
  readonly platform: 'browser' | 'node';
  /** Names of the runtime's own parties that the application has, too. */
  readonly use: readonly string[];
  /** Names of actors whose state is kept in storage. */
  readonly persistent: readonly string[];
}

const DEFAULTS: Settings = { actors: ACTORS_FOLDER, placement: 'host', platform: 'browser', use: [], persistent: [] };

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string' && value !== '';
const isOneOf =
  (...options: readonly string[]): Check =>
  (value) =>
    options.includes(value as string);
const isNames: Check = (value) => Array.isArray(value) && value.every(isText);
const isPercent: Check = (value) => typeof value === 'number' && value >= 0 && value <= 100;
const isPercents: Check = (value) =>
  isPercent(value) || (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isPercent));

/** Each field with its check, and what it may be. */
const FIELDS: Readonly<Record<keyof Settings, readonly [Check, string]>> = {
  actors: [isText, `a folder, as "${ACTORS_FOLDER}"`],
  placement: [isText, 'one of "host", "js", "wasm" and "mixed", or pairs as "basket=wasm,search=js"'],
  rolloutPercent: [isPercents, 'a number from 0 to 100, or one for each actor, as { "basket": 10 }'],
  onTrap: [isOneOf('restart', 'twin'), '"restart" or "twin"'],
  platform: [isOneOf('browser', 'node'), '"browser" or "node"'],
  use: [isNames, 'a list of names, as ["timer"]'],
  persistent: [isNames, 'a list of names, as ["basket"]'],
};

const WHOLE_PLACEMENTS = ['host', 'js', 'wasm', 'mixed'];
const SIDES = ['js', 'wasm'];

/** What is wrong with a placement. @param actors names of all of them */
export function wrongPlacement(placement: string, actors: readonly string[]): string[] {
  if (WHOLE_PLACEMENTS.includes(placement)) return [];
  return placement.split(',').flatMap((pair) => {
    const [actor, side, ...more] = pair.split('=').map((part) => part.trim());
    if (side === undefined || more.length) return [`has "placement": "${placement}"; it is ${FIELDS.placement[1]}`];
    if (!actors.includes(actor))
      return [`places ${actor}, which is no actor: there ${actors.length > 1 ? 'are' : 'is'} ${actors.join(', ')}`];
    return SIDES.includes(side) ? [] : [`places ${actor} in "${side}": an actor is in ${SIDES.join(' or ')}`];
  });
}

/** @param text of the file; null when there is none */
export function readSettings(text: string | null): { readonly settings: Settings; readonly problems: readonly Problem[] } {
  if (text === null) return { settings: DEFAULTS, problems: [] };
  const say = (problem: string, field?: string): Problem => ({
    file: SETTINGS_FILE,
    line: field === undefined ? undefined : text.slice(0, Math.max(0, text.indexOf(`"${field}"`))).split('\n').length,
    text: problem,
  });
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return { settings: DEFAULTS, problems: [jsonProblem(SETTINGS_FILE, text)] };
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return { settings: DEFAULTS, problems: [say('is no object')] };
  const problems = Object.entries(read).flatMap(([field, value]) => {
    if (field === '$schema') return [];
    if (!Object.hasOwn(FIELDS, field)) return [say(`has "${field}", which is none of ${Object.keys(FIELDS).join(', ')}`, field)];
    const [check, allowed] = FIELDS[field as keyof Settings];
    return check(value) ? [] : [say(`has "${field}": ${JSON.stringify(value)}; it is ${allowed}`, field)];
  });
  return { settings: problems.length ? DEFAULTS : { ...DEFAULTS, ...read }, problems };
}
