/** What is used of as-bind 0.8.2, which has no types of its own. */
declare module 'as-bind/dist/as-bind.esm.js' {
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
  export const converters: Map<string | RegExp, Converter>;
  export function instantiateSync(
    bytes: BufferSource,
    imports: WebAssembly.Imports,
  ): { readonly exports: Record<string, (...values: unknown[]) => unknown> };
}
