/** What is used of as-bind 0.8.2, with the types that it does not have. */
// @ts-expect-error the entry for ES modules has no declaration file
import * as asBind from 'as-bind/dist/as-bind.esm.js';

/** An instance as converters see it. */
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

/** By name of the type, or by a pattern that it matches. */
export const converters: Map<string | RegExp, Converter> = asBind.converters;

type Instantiate = (
  bytes: BufferSource,
  imports: WebAssembly.Imports,
) => { readonly exports: Record<string, (...values: never[]) => unknown> };

/** Compiles a module anew and binds its exports. */
export const instantiateSync: Instantiate = asBind.instantiateSync;
