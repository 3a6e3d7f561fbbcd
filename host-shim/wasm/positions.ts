/**
 * From a trap to the line of AssemblyScript that caused it. A stack trace of V8 names a byte offset in the module
 * (`wasm://wasm/5d0d417a:wasm-function[31]:0xe7d`), and a module's source map has one line whose columns are those offsets.
 * The map is parsed at the first trap: most instances never have one.
 */
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';

const WASM_FRAME = /wasm-function\[\d+\]:0x([0-9a-f]+)/g;

/** Of AssemblyScript's own library: a trap in it is reported at the line that called it. */
const LIBRARY = '~lib/';

export class SourcePositions {
  #map: TraceMap | undefined;

  /** @param json text of the module's source map */
  constructor(private readonly json: string) {}

  /** @returns `wasm-actors/scene.ts:120:5` of the innermost frame outside the library, the innermost of all else, empty when there is none */
  inStack(stack: string): string {
    this.#map ??= new TraceMap(this.json);
    let inLibrary = '';
    for (const [, offset] of stack.matchAll(WASM_FRAME)) {
      const { source, line, column } = originalPositionFor(this.#map, { line: 1, column: Number.parseInt(offset, 16) });
      if (source === null) continue;
      const position = `${source}:${line}:${column + 1}`;
      if (!source.startsWith(LIBRARY)) return position;
      inLibrary ||= position;
    }
    return inLibrary;
  }
}

/** The guest called `abort`: AssemblyScript's `throw`, a failed `assert`, an index out of bounds. */
export class GuestAbort extends Error {
  override readonly name = 'GuestAbort';
  constructor(
    message: string,
    /** As the compiler noted it; empty when the guest is of another language. */
    readonly position: string,
  ) {
    super(message);
  }
}

/** @returns the source position of what a guest threw, empty when unknown */
export function positionOf(thrown: unknown, positions: SourcePositions | undefined): string {
  if (thrown instanceof GuestAbort && thrown.position && !thrown.position.startsWith(LIBRARY)) return thrown.position;
  const mapped = thrown instanceof Error && thrown.stack ? positions?.inStack(thrown.stack) : undefined;
  return mapped || (thrown instanceof GuestAbort ? thrown.position : '');
}
