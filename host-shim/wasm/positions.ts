/**
 * Finds the line of AssemblyScript that caused a trap. A stack trace of V8 names a byte offset in the module
 * (`wasm://wasm/5d0d417a:wasm-function[31]:0xe7d`), and a module's source map has one line whose columns are those offsets. The map is
 * loaded, with what reads it, and parsed when the first position is asked for, after the restart: most instances never trap, and nothing else
 * waits for it.
 *
 * The catch: the compiler gives the code of a `throw` no position, and inlines what an actor calls (the library, codecs, the kit) into
 * the actor's functions. Then the line to report is the last one before it in the same function that is not inlined. The start of each
 * function is in `x_functionStarts`, which the build of guests adds to the map. Which files are not the actor's
 * is said by a section of the module, `tandem_sources`.
 */
import type { SourceMapSegment } from '@jridgewell/trace-mapping';
import { inTime } from '../../actors/contract/host.js';
import type { SiteSearch } from '../../actors/contract/instance.js';
import { isA, reasonsOf, stackOf } from '../../actors/contract/thrown.js';
import { methodIn, type WithSources } from '../common/handler-source.js';
import { platformTimers } from '../common/timers.js';
import { SOURCE_MAP_DEADLINE_MS } from '../limits.js';

const WASM_FRAME = /wasm-function\[\d+\]:0x([0-9a-f]+)/g;

/** AssemblyScript's own library, whose files are in the stack of every allocation. */
const LANGUAGE = '~lib/';
const SECTION = 'tandem_sources';

/**
 * What a file is: the actor's own; one that an actor calls, codecs of an application included (`runtime`, and among these `allocation`); or one that calls it
 * (`driver`). All but the first are reported only when the stack has no line of the actor.
 */
type SourceRole = 'actor' | 'runtime' | 'allocation' | 'driver';

/** Tells the files of a module apart. */
export class GuestSources {
  private readonly roles: ReadonlyMap<string, SourceRole>;

  /** @param module without the section, as of another language, all files are the actor's */
  constructor(module?: WebAssembly.Module) {
    const [section] = module ? WebAssembly.Module.customSections(module, SECTION) : [];
    const names: Partial<Record<SourceRole, readonly string[]>> = section ? JSON.parse(new TextDecoder().decode(section)) : {};
    this.roles = new Map(Object.entries(names).flatMap(([role, some]) => some.map((name) => [name, role as SourceRole] as const)));
  }

  /** @param position as `counter.ts:120:5` */
  roleAt(position: string): SourceRole {
    const name = position.replace(/:\d+:\d+$/, '');
    return this.roles.get(name) ?? (name.startsWith(LANGUAGE) ? 'allocation' : 'actor');
  }
}

interface GuestSourceMap extends WithSources {
  readonly sources: string[];
  readonly x_functionStarts?: readonly number[];
}

/** Index of the last item of `sorted` whose `key` is at most `value`; -1 when there is none. */
function lastAtMost<T>(sorted: readonly T[], key: (item: T) => number, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (key(sorted[middle]) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const NO_MAP: GuestSourceMap = { sources: [] };

/** A module's source map, unread. */
export interface ReadableMap {
  readonly json: string;
  /** Its mappings by column. @throws when they make no sense */
  segments(): readonly SourceMapSegment[];
}

/** A module's source map, or a function that loads it: a rejection says why there is none. */
export type MapSource = ReadableMap | (() => Promise<ReadableMap>);

export class SourcePositions {
  #segments: readonly SourceMapSegment[] = [];
  #map: GuestSourceMap | undefined;
  /** Loaded, and not read yet. */
  #unread: ReadableMap | null;
  #loading: Promise<void> | undefined;
  #told = false;

  /** @param onMissing called once when the map is missing, unreadable or late: then crashes have no lines */
  constructor(
    private readonly source: MapSource,
    readonly sources: GuestSources = new GuestSources(),
    private readonly onMissing: (reason: string) => void = () => {},
  ) {
    this.#unread = typeof source === 'function' ? null : source;
  }

  /** Resolves when the map is loaded, missing or late. Never rejects. */
  async load(): Promise<void> {
    const { source } = this;
    if (typeof source !== 'function') return;
    this.#loading ??= source().then(
      (map) => {
        this.#unread = map;
        if (map.json === '') this.#miss(new Error('the source map is empty'));
      },
      (error) => this.#miss(error),
    );
    const late = () => new Error(`no answer in ${SOURCE_MAP_DEADLINE_MS} ms`);
    await inTime(platformTimers, SOURCE_MAP_DEADLINE_MS, this.#loading, late).catch((error) => this.#tell(error));
  }

  #miss(error: unknown): void {
    this.#map = NO_MAP;
    this.#tell(error);
  }

  #tell(error: unknown): void {
    if (!this.#told) this.onMissing(reasonsOf(error));
    this.#told = true;
  }

  /** @returns the position of the actor's innermost frame, as `wasm-actors/counter.ts:120:5`; else of the innermost frame of all; else empty */
  inStack(stack: string): string {
    const found = [...stack.matchAll(WASM_FRAME)].map(([, offset]) => this.#at(Number.parseInt(offset, 16))).filter(Boolean);
    const role = (position: string) => this.sources.roleAt(position);
    return (
      found.find((position) => role(position) === 'actor') ?? found.find((position) => role(position) !== 'allocation') ?? found[0] ?? ''
    );
  }

  /** @returns where the first of these methods begins in the actor's own files; empty when the map has no such text */
  ofMethod(names: readonly string[]): string {
    const found = methodIn(this.#parse(), names, (source) => this.sources.roleAt(source) === 'actor');
    return found ? `${found.source}:${found.line}:1` : '';
  }

  #parse(): GuestSourceMap {
    if (this.#map) return this.#map;
    const unread = this.#unread;
    if (!unread || unread.json === '') return NO_MAP;
    try {
      this.#map = JSON.parse(unread.json) as GuestSourceMap;
      this.#segments = unread.segments();
    } catch (error) {
      this.#miss(error);
    }
    this.#unread = null;
    return this.#map ?? NO_MAP;
  }

  /** @returns the position of the instruction at `offset`, or of the nearest one before it in the actor's own files, or in what calls it */
  #at(offset: number): string {
    const { x_functionStarts: starts = [] } = this.#parse();
    const segments = this.#segments;
    const exact = lastAtMost(segments, ([column]) => column, offset);
    // Without function starts, as in another language's map, only the instruction itself counts.
    const functionStart = starts[lastAtMost(starts, (start) => start, offset)] ?? segments[exact]?.[0];
    let nearest = '';
    for (let i = exact; i >= 0 && segments[i][0] >= functionStart; i--) {
      const position = this.#format(segments[i]);
      if (position && ['actor', 'driver'].includes(this.sources.roleAt(position))) return position;
      nearest ||= position;
    }
    return this.sources.roleAt(nearest) === 'allocation' ? this.#after(exact, starts) || nearest : nearest;
  }

  /** A function's first allocation may have no position before it. @returns the next position in the same function that is the actor's, or empty */
  #after(index: number, starts: readonly number[]): string {
    const segments = this.#segments;
    const end = starts[lastAtMost(starts, (start) => start, segments[index]?.[0] ?? 0) + 1] ?? Number.POSITIVE_INFINITY;
    for (let i = index + 1; i < segments.length && segments[i][0] < end; i++) {
      const position = this.#format(segments[i]);
      if (position && this.sources.roleAt(position) === 'actor') return position;
    }
    return '';
  }

  #format([, source, line, column]: SourceMapSegment): string {
    return source === undefined ? '' : `${this.#parse().sources[source]}:${line! + 1}:${column! + 1}`;
  }
}

/** The guest called `abort`: AssemblyScript's `throw`, a failed `assert`, an index out of bounds. */
export class GuestAbort extends Error {
  override readonly name = 'GuestAbort';
  constructor(
    message: string,
    /** As the compiler noted it; empty for a guest of another language. */
    readonly position: string,
  ) {
    super(message);
  }
}

/**
 * @param handlers names of the handler, after which an injected fault struck in the kit's code: then its beginning is the position
 * @returns the source position of a guest's error; empty when unknown; a function when it has to be looked up in the source map
 */
export function positionOf(thrown: unknown, positions: SourcePositions | undefined, handlers: readonly string[] = []): string | SiteSearch {
  if (!isA(thrown, Error)) return '';
  const noted = isA(thrown, GuestAbort) ? thrown.position : '';
  if (!positions || (noted && positions.sources.roleAt(noted) === 'actor')) return noted;
  const stack = stackOf(thrown);
  const search = () => {
    const found = positions.inStack(stack) || noted;
    const isInKit = handlers.length > 0 && positions.sources.roleAt(found) === 'driver';
    return (isInKit && positions.ofMethod(handlers)) || found;
  };
  return Object.assign(search, { ready: () => positions.load() });
}
