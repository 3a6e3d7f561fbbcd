/**
 * A place of a script in what it was made from. The script names its map in its last lines; both are asked for again, which the browser mostly has
 * kept.
 *
 *   http://tv/base-1f2e.js:1:40217 ──> base-1f2e.js.map ──> js-actors/focus.ts:120:7
 */
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { SCRIPT_MAP_BYTES_MAX } from '../limits.js';

const FRAME = /(https?:\/\/[^\s()]+):(\d+):(\d+)/g;
const CODE = /\.[cm]?[jt]sx?$/;
const MAP_ADDRESS = /\/\/# sourceMappingURL=(\S+)\s*$/;

/** Maps by the addresses of their scripts; null for a script that names none. A page has few scripts, and the newest crash is the likeliest. */
const maps = new Map<string, Promise<TraceMap | null>>();
const MAPS_MAX = 4;

/**
 * @param stack of what was thrown
 * @param place in it, as `site/base-1f2e.js:1:40217`
 * @returns as `js-actors/focus.ts:120:7`; the same place where the script names no map, or its map does not know it
 * @throws Error when the map cannot be read, or is larger than `SCRIPT_MAP_BYTES_MAX`
 */
export async function originalPlace(stack: string, place: string): Promise<string> {
  const frame = [...stack.matchAll(FRAME)].find(([, address, line, column]) =>
    isOf(place, `${address.replace(/\?.*$/, '')}:${line}:${column}`),
  );
  if (!frame) return place;
  const [, script, line, column] = frame;
  const map = await mapOf(script);
  const found = map && originalPositionFor(map, { line: Number(line), column: Number(column) - 1 });
  return found?.source && CODE.test(found.source) ? `${pathOf(found.source)}:${found.line}:${found.column! + 1}` : place;
}

/** A script at the root of its server has no folder: then the place has the server in its stead, as the address has. */
const isOf = (place: string, address: string): boolean => address.endsWith(`/${place}`);

/** Sources are named by addresses, of which most are of no file on the server. */
const pathOf = (source: string): string => decodeURIComponent(new URL(source).pathname.slice(1));

function mapOf(script: string): Promise<TraceMap | null> {
  const known = maps.get(script);
  if (known) return known;
  const loading = load(script);
  maps.set(script, loading);
  // A server that was down may be up at the next crash.
  loading.catch(() => maps.delete(script));
  const [oldest] = maps.keys();
  if (maps.size > MAPS_MAX) maps.delete(oldest);
  return loading;
}

async function load(script: string): Promise<TraceMap | null> {
  const [, address] = MAP_ADDRESS.exec(await textAt(script)) ?? [];
  if (address === undefined) return null;
  const from = new URL(address, script).href;
  return new TraceMap(await textAt(from), from.startsWith('data:') ? script : from);
}

async function textAt(address: string): Promise<string> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const bytes = await answer.arrayBuffer();
  if (bytes.byteLength > SCRIPT_MAP_BYTES_MAX) throw new Error(`${address} has more than ${SCRIPT_MAP_BYTES_MAX} bytes`);
  return new TextDecoder().decode(bytes);
}
