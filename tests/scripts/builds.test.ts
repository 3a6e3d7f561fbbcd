/** The two builds of the television: which engine gets which, and what each loads. floor.test.ts has what they may use. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runInNewContext } from 'node:vm';
import { parse } from 'acorn';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildOldTelevision, buildTelevision } from '../../scripts/build-web.js';
import { brotliBytes, staticallyNeeded } from '../../scripts/loaded-at-once.js';

const ROOT = resolve(import.meta.dirname, '../..');
const SITE = join(ROOT, 'dist/examples/tv/site');
const CHOOSER = readFileSync(join(ROOT, 'examples/tv/web/choose.js'), 'utf8');

/** What the engines of today have, as far as the chooser looks. */
function modernEngine() {
  class ModuleWorker {
    constructor(_address: string, options: { type?: string }) {
      void options.type;
      throw new SyntaxError('no address');
    }
  }
  const prototype = { roundRect() {} };
  return {
    ...{ Worker: ModuleWorker as unknown, Proxy, structuredClone() {}, ResizeObserver: class {}, AbortSignal: { timeout() {} } },
    ...{ CanvasRenderingContext2D: { prototype }, Uint8Array, Float64Array, DataView, JSON },
    ...{ requestAnimationFrame() {}, MessageChannel: class {}, XMLHttpRequest: class {} },
  };
}

interface Loaded {
  build?: string;
  readonly preloaded: string[];
  script?: { src?: string; type?: string };
  problem: string;
}

/** @param without names that the engine does not have @param canvas whether it has one */
function choose(without: readonly string[] = [], search = '', noModule = true, canvas = true): Loaded {
  const loaded: Loaded = { problem: '', preloaded: [] };
  const television = {
    setAttribute: (name: string, value: string) => name === 'data-build' && (loaded.build = value),
    getAttribute: () => 'starting',
  };
  const problem = { appendChild: (text: string) => (loaded.problem += text), removeAttribute() {} };
  const elements: Record<string, () => object> = {
    script: () => (noModule ? { noModule: false } : {}),
    canvas: () => (canvas ? { getContext() {} } : {}),
    link: () => ({}),
  };
  const document = {
    getElementById: (id: string) => (id === 'television' ? television : problem),
    createElement: (tag: string) => elements[tag](),
    createTextNode: (text: string) => text,
    body: { appendChild: (script: object) => (loaded.script = script) },
    head: { appendChild: ({ rel, href }: { rel: string; href: string }) => loaded.preloaded.push(`${rel} ${href}`) },
  };
  const window: Record<string, unknown> = { ...modernEngine(), document, location: { search } };
  for (const name of without) delete window[name];
  runInNewContext(CHOOSER, { window, document, MODULES: 'base.js persistence.js' });
  return loaded;
}

describe('which build an engine gets', () => {
  test('one of today the modern one, as a module', () => {
    const preloaded = ['modulepreload base.js', 'modulepreload persistence.js'];
    expect(choose()).toMatchObject({ build: 'modern', script: { src: 'main.js', type: 'module' }, problem: '', preloaded });
  });

  test.each(['Proxy', 'structuredClone', 'ResizeObserver', 'AbortSignal', 'CanvasRenderingContext2D'])(
    'one without %s the old one',
    (name) => {
      expect(choose([name])).toMatchObject({ build: 'old', script: { src: 'old.js' }, problem: '', preloaded: [] });
    },
  );

  test('one without module scripts the old one, and the address decides otherwise', () => {
    expect(choose([], '', false).build).toBe('old');
    expect(choose([], '?build=old').build).toBe('old');
    expect(choose(['structuredClone'], '?x=1&build=modern').build).toBe('modern');
  });

  test('one that has too little is told in words, and loads nothing', () => {
    const { script, problem } = choose(['DataView', 'MessageChannel'], '', true, false);
    expect(script).toBeUndefined();
    expect(problem).toBe('This device cannot show the television: its browser has no typed arrays, no canvas, no message channels.');
  });
});

beforeAll(() => Promise.all([buildTelevision(), buildOldTelevision()]));

/**
 * What brotli sends of the page and of the JavaScript VM before anything is shown, chunks of both counted once, without what is imported when it is needed. The goal is 90 KB.
 * docs/DEVICES.md says what the rest is.
 */
const PAGE_AND_JS_VM_BYTES_MAX = 118_200;
/** The same for the Wasm VM's worker: most of it is shared with the page. */
const WASM_VM_BYTES_MAX = 61_000;
/** The same, and the painters. */
const PAINTER_BYTES_MAX = 76_100;
/** The old build's page and workers, which are one file, painters with them. */
const OLD_BUILD_BYTES_MAX = 154_800;
/** What an engine without the language of 2018 loads besides. */
const OLD_LANGUAGE_BYTES_MAX = 29_000;
/** The JavaScript twins of the five actors, each loaded when it is needed. */
const TWINS_BYTES_MAX = 20_000;

describe('what is loaded', () => {
  const scripts = () =>
    new Map(readdirSync(SITE).flatMap((name) => (name.endsWith('.js') ? [[name, readFileSync(join(SITE, name))] as const] : [])));
  const bytesOf = (names: Iterable<string>) => [...names].reduce((sum, name) => sum + brotliBytes(scripts().get(name)!), 0);

  test.each([
    { entries: ['main.js', 'js-vm.js'], files: 11, bytes: PAGE_AND_JS_VM_BYTES_MAX },
    { entries: ['wasm-vm.js'], files: 4, bytes: WASM_VM_BYTES_MAX },
    { entries: ['painter.js'], files: 6, bytes: PAINTER_BYTES_MAX },
    { entries: ['old.js'], files: 1, bytes: OLD_BUILD_BYTES_MAX },
    { entries: ['old-language.js'], files: 1, bytes: OLD_LANGUAGE_BYTES_MAX },
  ])('by $entries: few files, and not more than that', ({ entries, files, bytes }) => {
    const needed = staticallyNeeded(scripts(), entries);
    expect(needed.size).toBeLessThanOrEqual(files);
    expect(bytesOf(needed)).toBeLessThan(bytes);
  });

  test('what the modern page imports as it starts is asked for with it', () => {
    const page = readFileSync(join(SITE, 'index.html'), 'utf8');
    const named = [...scripts().keys()].filter((name) => page.includes(`${name} `) || page.includes(` ${name}`));
    const imported = [...staticallyNeeded(scripts(), ['main.js'])].filter((name) => name !== 'main.js');
    expect(named).toEqual(
      expect.arrayContaining([...imported, expect.stringMatching(/^persistence-/), expect.stringMatching(/^narrator-/)]),
    );
  });

  test('no twin in JavaScript is loaded at once, and all of them have their bound', () => {
    const twins = [...scripts().keys()].filter((name) => /^(scene|focus|history|metrics|network)-/.test(name));
    expect(twins.map((name) => name.split('-')[0]).sort()).toEqual(['focus', 'history', 'metrics', 'network', 'scene']);
    const needed = staticallyNeeded(scripts(), ['main.js', 'js-vm.js', 'wasm-vm.js', 'painter.js']);
    expect(twins.filter((name) => needed.has(name))).toEqual([]);
    expect(bytesOf(twins)).toBeLessThan(TWINS_BYTES_MAX);
  });

  test('the old build loads later what the modern one does: twins, guests, recording, tools', () => {
    const later = [...scripts().keys()].flatMap((name) => /^old-(\w.*)-[\w-]{8}\.js$/.exec(name)?.slice(1) ?? []);
    const expected = [
      'scene',
      'focus',
      'history',
      'metrics',
      'network',
      'guests',
      'system-recording',
      'debug-link',
      'spy',
      'halt',
      'tools',
    ];
    expect(later).toEqual(expect.arrayContaining(expected));
    for (const name of ['page-display', 'persistence', 'narrator']) expect(later).not.toContain(name);
  });

  test('a file is minified and has a source map that leads to the sources', () => {
    for (const name of ['main.js', 'old.js']) {
      const code = readFileSync(join(SITE, name), 'utf8');
      expect(code).toContain(`//# sourceMappingURL=${name}.map`);
      expect(code.split('\n').length).toBeLessThan(20);
    }
    for (const name of ['main.js.map', 'old.js.map']) {
      const { sources } = JSON.parse(readFileSync(join(SITE, name), 'utf8')) as { sources: string[] };
      expect(sources.filter((path) => path.endsWith('examples/tv/web/main.ts'))).toHaveLength(1);
    }
  });
});

describe('no engine meets what it cannot read', () => {
  test('the old one has no BigInt, which no compiler lowers', () => {
    const old = readdirSync(SITE).filter((name) => /^old.*\.js$/.test(name));
    for (const name of old) expect(readFileSync(join(SITE, name), 'utf8'), name).not.toMatch(/\d+n\b(?=[,;)])/);
  });

  test('the page and its style are for every engine', () => {
    const page = readFileSync(join(SITE, 'index.html'), 'utf8');
    const [, script] = /<script>(.*?)<\/script>/s.exec(page)!;
    expect(() => parse(script, { ecmaVersion: 5 })).not.toThrow();
    expect(readFileSync(join(SITE, 'style.css'), 'utf8')).not.toMatch(/var\(|[^-]min\(|[^-]aspect-ratio:|inset:/);
  });
});
