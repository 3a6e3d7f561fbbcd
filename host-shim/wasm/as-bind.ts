/** The used part of as-bind 0.8.2, with the types that it lacks. */
// @ts-expect-error the entry for ES modules has no declaration file
import * as asBind from 'as-bind/dist/as-bind.esm.js';

/** The part of an instance that converters use. */
export interface Bound {
  readonly exports: {
    readonly memory: WebAssembly.Memory;
    __new(bytes: number, id: number): number;
    __pin(pointer: number): number;
    __unpin(pointer: number): void;
    readonly [name: string]: unknown;
  };
  getTypeId(typeName: string): number;
  getTypeSize(typeName: string): number;
}

export interface Converter {
  ascToJs(bound: Bound, value: number, typeName: string): unknown;
  jsToAsc(bound: Bound, value: never, typeName: string): number;
}

/** Converters by the type's name, or by a pattern for it. */
export const converters: Map<string | RegExp, Converter> = asBind.converters;

type Instantiate = (
  bytes: BufferSource,
  imports: WebAssembly.Imports,
) => { readonly exports: Record<string, (...values: never[]) => unknown> };

/** Compiles a module anew and binds its exports. */
export const instantiateSync: Instantiate = asBind.instantiateSync;
