/**
 * What the built files say beyond their floor, each with the reason why it does no harm: it is asked for before it is used, or is no name of the
 * platform. A global stands as `WeakRef`, a static as `JSON.rawJSON`, a member as `.deref`.
 */
export interface Asked {
  readonly builds: readonly ('modern' | 'old')[];
  readonly names: readonly string[];
  readonly reason: string;
}

const BOTH = ['modern', 'old'] as const;
const OLD = ['old'] as const;

export const ASKED: readonly Asked[] = [
  {
    builds: BOTH,
    names: ['OffscreenCanvas', '.transferControlToOffscreen'],
    reason: 'lackForPainter asks for both; without, the page paints',
  },
  { builds: BOTH, names: ['.devicePixelContentBoxSize'], reason: 'read with ?.; without, sizes are rounded' },
  { builds: BOTH, names: ['.Segmenter'], reason: 'typeof: without, ranges of characters' },
  { builds: BOTH, names: ['.captureStackTrace'], reason: 'called with ?.: without, a stack has a line more' },
  { builds: BOTH, names: ['.deviceMemory'], reason: 'undefined where it is not told: then the profile is the full one' },
  { builds: BOTH, names: ['.growable', '.maxByteLength'], reason: 'growable is undefined, and so false, for memory that cannot grow' },
  { builds: BOTH, names: ['.createWritable', '.seek'], reason: 'openRecordingSink asks, and says in words that files cannot be written' },
  { builds: BOTH, names: ['gc'], reason: 'typeof: exposed by few engines' },
  { builds: BOTH, names: ['global', 'define'], reason: 'typeof, in packages that are also for Node and other loaders' },
  { builds: BOTH, names: ['.returnType'], reason: "as-bind's own description of a guest's functions" },
  {
    builds: BOTH,
    names: ['.handler', '.take', '.difference', '.dispose', '.adopt', '.drop', '.resize', '.detached'],
    reason: 'methods of our own',
  },
  { builds: ['modern'], names: ['.isError'], reason: "a field of Comlink's own" },

  { builds: OLD, names: ['.getDirectory', '.getFileHandle', '.getFile'], reason: 'openRecordingSink and openRecordingFile ask' },
  { builds: OLD, names: ['SharedArrayBuffer', '.SharedArrayBuffer', 'crossOriginIsolated'], reason: 'typeof, in capabilities and prelude' },
  {
    builds: OLD,
    names: ['WebAssembly', '.Module', '.Instance', '.imports', '.customSections', '.parameters'],
    reason: 'of guests, which run where capabilities have Wasm',
  },
  { builds: OLD, names: ['Proxy', 'Reflect.get'], reason: 'typeof: without, a look at the clock is not noticed' },
  {
    builds: OLD,
    names: ['BigInt', '.setBigUint64', '.setBigInt64'],
    reason: 'typeof, and only in recordings, which cannot be made without',
  },
  { builds: OLD, names: ['WeakRef', '.deref'], reason: 'typeof: without, collections are not noticed' },
  { builds: OLD, names: ['Intl'], reason: 'typeof, before Intl.Segmenter' },
  { builds: OLD, names: ['.currentScript'], reason: 'without, the last script of the page, in the banner' },
  {
    builds: OLD,
    names: ['indexedDB', 'IDBDatabase', '.createObjectStore', '.objectStore', '.objectStoreNames'],
    reason: 'openStorage asks',
  },
  {
    builds: OLD,
    names: ['.vertexAttribDivisor', '.drawArraysInstanced', '.loseContext'],
    reason: 'of WebGL 2, whose context is asked for',
  },
  { builds: OLD, names: ['.composedPath', '.errors', '.getReader'], reason: 'read with ?., or after what has it' },
  {
    builds: OLD,
    names: ['.isComposing', '.colno', '.inlineSize', '.blockSize'],
    reason: 'undefined does no harm, or comes with what has it',
  },
  { builds: OLD, names: ['.deltaX', '.deltaY'], reason: 'of the event `wheel`, which comes with them' },
  { builds: OLD, names: ['.capture'], reason: 'an option of listeners, in prelude' },
  { builds: OLD, names: ['.next', '.return', '.throw'], reason: 'of iterators and generators, which the compiler brings' },
  {
    builds: OLD,
    names: ['Iterator'],
    reason: 'of the build and its compilers',
  },
  {
    builds: OLD,
    names: ['.deviceId', '.identity', '.cause', '.raw', '.wait', '.register', '.move', '.grow'],
    reason: 'fields and methods of our own',
  },
  {
    builds: OLD,
    names: ['.flags', '.rawJSON', 'JSON.rawJSON', 'JSON.isRawJSON'],
    reason: 'core-js looks whether the engine has it',
  },
  {
    builds: OLD,
    names: ['ActiveXObject', 'Bun', 'Deno', 'Pebble', '.WeakMap', '.Symbol', '.Promise', 'Reflect.apply', '.PromiseRejectionEvent'],
    reason: 'core-js looks whether the engine has it',
  },
  { builds: OLD, names: ['.setImmediate', '.clearImmediate'], reason: 'core-js looks whether the engine has it' },
  { builds: OLD, names: ['.DOMException', '.responseURL'], reason: 'whatwg-fetch looks whether the engine has it' },
];
