/**
 * Neither build of the television says a name that its oldest engine does not have. What engines have is MDN's data; what the old build brings along
 * itself is found by running its prelude in such an engine.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildOldTelevision, buildTelevision } from '../../scripts/build-web.js';
import { ASKED } from './floor/asked.js';
import { type Brought, broughtTo } from './floor/brought.js';
import { type Floor, type Names, namesIn, OF_THE_LANGUAGE, written } from './floor/compat.js';
import { type Uses, usesIn } from './floor/uses.js';

const SITE = resolve(import.meta.dirname, '../../dist/examples/tv/site');

/** What choose.js lets in: `roundRect` in Firefox and Safari, `AbortSignal.timeout` in Chromium, and in Firefox workers that are modules. */
const MODERN: Floor = { chrome: '103', firefox: '114', safari: '16' };
/** WebKit 538 is between those of Safari 7 and 8. */
const OLD: Floor = { chrome: '64', safari: '7' };
const BRINGS_NOTHING: Brought = { globals: new Set(), statics: new Set(), members: new Set() };

/** @returns what a script says that the floor lacks and the build does not bring */
function beyond(uses: Uses, floor: Names, brought = BRINGS_NOTHING): string[] {
  const isOwn = (name: string) => uses.defined.has(name) && !OF_THE_LANGUAGE.has(name);
  const lacks = (key: keyof Names, names: Iterable<string>, isLacking: (name: string) => boolean) =>
    [...new Set(names)].filter((name) => isLacking(name) && !brought[key].has(name)).map((name) => written(key, name));
  const statics = [...uses.statics];
  // `navigator` has its members from what it is made of.
  const ofGlobals = statics.filter((name) => !floor.statics.has(name)).map((name) => name.split('.')[1]);
  return [
    ...lacks('globals', uses.globals, (name) => !floor.globals.get(name)),
    ...lacks('statics', statics, (name) => floor.statics.get(name) === false),
    ...lacks('members', [...uses.members, ...ofGlobals], (name) => floor.members.get(name) === false && !isOwn(name)),
  ];
}

const listed = (build: 'modern' | 'old') => ASKED.filter(({ builds }) => builds.includes(build)).flatMap(({ names }) => names);

/** What several scripts of one build use together: what one defines, another may use. */
function usesOf(names: readonly string[], version: 5 | 2022): Uses {
  const all = names.map((name) => usesIn(readFileSync(join(SITE, name), 'utf8'), version));
  const together = (key: keyof Uses) => new Set(all.flatMap((uses) => [...uses[key]]));
  return { globals: together('globals'), statics: together('statics'), members: together('members'), defined: together('defined') };
}

const isOld = (name: string): boolean => /^old\b/.test(name);
const scriptsOf = (isWanted: (name: string) => boolean): string[] =>
  readdirSync(SITE).filter((name) => name.endsWith('.js') && isWanted(name));

const modern = namesIn(MODERN);
const old = namesIn(OLD);
let broughtToOld = BRINGS_NOTHING;

beforeAll(async () => {
  await Promise.all([buildTelevision(), buildOldTelevision()]);
  broughtToOld = await broughtTo(old);
});

describe('nothing is said beyond the floor but what is asked for first, and the list of that has nothing else', () => {
  test('in the modern build, which is in the language of 2022', () => {
    const scripts = scriptsOf((name) => !isOld(name));
    expect(scripts.length).toBeGreaterThan(10);
    expect(beyond(usesOf(scripts, 2022), modern).sort()).toEqual(listed('modern').sort());
  });

  test('in the old build, which is in ES5, with what its prelude brings', () => {
    expect(beyond(usesOf(scriptsOf(isOld), 5), old, broughtToOld).sort()).toEqual(listed('old').sort());
  });
});

describe('the floor', () => {
  test('is what choose.js asks for, and no version lower', () => {
    const ask = ({ globals, statics, members }: Names) => [
      ...['structuredClone', 'ResizeObserver'].map((name) => globals.get(name)),
      ...['Object.hasOwn', 'AbortSignal.timeout'].map((name) => statics.get(name)),
      ...['at', 'roundRect'].map((name) => members.get(name)),
    ];
    expect(ask(modern)).toEqual([true, true, true, true, true, true]);
    for (const lower of [{ chrome: '102' }, { firefox: '111' }, { safari: '15.6' }])
      expect(ask(namesIn({ ...MODERN, ...lower }))).toContain(false);
  });

  test('of the old build has neither promises nor maps: the prelude brings them, and what Chromium 64 lacks', () => {
    expect(['Promise', 'Map', 'Proxy', 'structuredClone', 'Uint8Array'].map((name) => old.globals.get(name))).toEqual([
      ...[false, false, false, false],
      true,
    ]);
    const { globals, statics, members } = broughtToOld;
    expect([...globals]).toEqual(expect.arrayContaining(['Promise', 'Map', 'Symbol', 'URL', 'fetch', 'AbortController', 'TextEncoder']));
    expect([...statics]).toEqual(expect.arrayContaining(['Object.hasOwn', 'AbortSignal.timeout', 'Uint8Array.from', 'Array.from']));
    expect([...members]).toEqual(expect.arrayContaining(['at', 'findLast', 'roundRect', 'toggleAttribute', 'encodeInto', 'replaceAll']));
    expect(globals.has('Proxy')).toBe(false);
  });
});

describe('the check bites', () => {
  const chromium91 = namesIn({ ...MODERN, chrome: '91' });
  const beyondChromium91 = (code: string) => beyond(usesIn(code, 2022), chromium91);

  test('at globals, however they are reached, and at none of the script itself', () => {
    expect(beyondChromium91('structuredClone({}); globalThis.reportError(1); new self.URLPattern()')).toEqual([
      'structuredClone',
      'reportError',
      'URLPattern',
    ]);
    expect(beyondChromium91('const structuredClone = (x) => x; structuredClone({});')).toEqual([]);
    expect(beyondChromium91('noSuchThing()')).toEqual(['noSuchThing']);
  });

  test('at what hangs on a global, and is taken from it', () => {
    expect(beyondChromium91('Object.hasOwn({}, "a"); const { any, withResolvers } = Promise; AbortSignal["timeout"](1)').sort()).toEqual([
      'AbortSignal.timeout',
      'Object.hasOwn',
      'Promise.withResolvers',
    ]);
  });

  test('at members that only newer engines have, but not at those that are its own', () => {
    const said = beyondChromium91(
      '[].at(-1); [1].findLast(Boolean); const f = ({ toSorted }) => toSorted; canvas.roundRect(); navigator.gpu',
    );
    expect(said.sort()).toEqual(['.at', '.findLast', '.gpu', '.roundRect', '.toSorted', 'canvas']);
    expect(beyondChromium91('class A { moveBefore() {} } new A().moveBefore(); [].indexOf(1)')).toEqual([]);
    expect(beyondChromium91('class A { at() {} } new A().at();')).toEqual(['.at']);
  });

  test('at syntax', () => {
    expect(() => usesIn('const one = (two) => two?.three;', 5)).toThrow(SyntaxError);
    expect(() => usesIn('/[a--b]/v', 2022)).toThrow(SyntaxError);
  });
});
