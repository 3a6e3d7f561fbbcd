/** A place of a bundle is looked up in what it was made from, if its server has the map. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { scriptSite } from '../../host-shim/browser/script-site.js';
import { SCRIPT_MAP_BYTES_MAX } from '../../host-shim/limits.js';

/** Its column 4 is line 3, column 2 of the source. */
const MAP = { version: 3, sources: ['../../actors/desk.ts', 'virtual:one'], names: [], mappings: 'IAEE,ICAA' };
const files = new Map<string, string | Uint8Array>();
let asked: string[] = [];

beforeEach(() => {
  asked = [];
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(address);
    return files.has(address) ? new Response(files.get(address) as BodyInit) : new Response('', { status: 404 });
  });
});

afterEach(() => vi.unstubAllGlobals());

function thrownAt(frame: string): Error {
  const error = new Error('no desk');
  error.stack = `Error: no desk\n    at onWork (${frame})\n    at run (http://tv/site/other.js:9:9)`;
  return error;
}

async function located(script: string, column = 5): Promise<string | undefined> {
  const site = scriptSite(`site/${script}:1:${column}`, thrownAt(`http://tv/site/${script}?v=2:1:${column}`));
  await site?.ready?.();
  return site?.();
}

test('in its map, which is asked for once', async () => {
  files.set('http://tv/site/base.js?v=2', 'x()\n//# sourceMappingURL=base.js.map\n');
  files.set('http://tv/site/base.js.map', JSON.stringify(MAP));
  expect(await located('base.js')).toBe('actors/desk.ts:3:3');
  expect(await located('base.js')).toBe('actors/desk.ts:3:3');
  expect(asked).toEqual(['http://tv/site/base.js?v=2', 'http://tv/site/base.js.map']);
  expect(await located('base.js', 9)).toBe('site/base.js:1:9');
});

test('in a map that is in the script itself', async () => {
  const inline = `data:application/json,${encodeURIComponent(JSON.stringify({ ...MAP, sources: ['desk.ts', ''] }))}`;
  files.set('http://tv/site/inline.js?v=2', `x()\n//# sourceMappingURL=${inline}`);
  files.set(inline, JSON.stringify({ ...MAP, sources: ['desk.ts', ''] }));
  expect(await located('inline.js')).toBe('site/desk.ts:3:3');
});

test('and stays as it is where there is none; when one should be there, the console says once why not', async () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  files.set('http://tv/site/plain.js?v=2', 'x()');
  expect(await located('plain.js')).toBe('site/plain.js:1:5');
  expect(warn).not.toHaveBeenCalled();
  files.set('http://tv/site/lost.js?v=2', 'x()\n//# sourceMappingURL=lost.js.map');
  expect(await located('lost.js')).toBe('site/lost.js:1:5');
  files.set('http://tv/site/large.js?v=2', new Uint8Array(SCRIPT_MAP_BYTES_MAX + 1));
  expect(await located('large.js')).toBe('site/large.js:1:5');
  expect(warn.mock.calls).toEqual([["tandem: crash reports have no lines of the scripts' sources: http://tv/site/lost.js.map: 404"]]);
});

test('of a source that is no bundle, or in production, nothing is looked up', () => {
  expect(scriptSite('actors/desk.ts:3:3', thrownAt('http://tv/actors/desk.ts:3:3'))).toBeNull();
  vi.stubEnv('NODE_ENV', 'production');
  expect(scriptSite('site/base.js:1:5', thrownAt('http://tv/site/base.js:1:5'))).toBeNull();
});
