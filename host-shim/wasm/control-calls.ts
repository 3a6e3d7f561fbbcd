/**
 * The typed control calls of an AssemblyScript guest, through as-bind: describe, configure, snapshot, restore with strings and
 * byte arrays. as-bind's own `instantiate` compiles the module again for every instance. Here its converters, driven by the section
 * that its transform leaves in the module, are bound to a running instance. This is too slow for messages: those go raw.
 */
import type { Address, SnapshotBytes } from '../../protocol/names.js';
import type { Bound } from './as-bind.js';
import { converters } from './converters.js';

/** What `describe` returns, as JSON. */
export interface GuestDescription {
  readonly name: string;
  readonly address: Address;
  readonly abiVersion: number;
  readonly protocolVersion: number;
}

/** What `schemas` returns, as JSON: by address, the fingerprint of each party's schema. */
export type GuestSchemas = Readonly<Record<string, string>>;

export interface ControlCalls {
  describe(): string;
  /** Fingerprints of the schemas that it was built with: its own and those of its partners. Missing in guests built before this call existed. */
  schemas?(): string;
  /** Sets a number of the configuration, before the first message. */
  configure(name: string, value: number): void;
  snapshot(): Uint8Array;
  restore(snapshot: SnapshotBytes): void;
}

interface Signature {
  readonly returnType: string;
  readonly parameters: readonly string[];
}
interface Bindings {
  readonly typeIds: Readonly<Record<string, { readonly id: number; readonly byteSize: number }>>;
  readonly exportedFunctions: Readonly<Record<string, Signature>>;
}

const SECTION = 'as-bind_bindings';

const parsed = new WeakMap<WebAssembly.Module, Bindings>();

function bindingsOf(module: WebAssembly.Module): Bindings | undefined {
  const known = parsed.get(module);
  if (known) return known;
  const [section] = WebAssembly.Module.customSections(module, SECTION);
  if (!section) return undefined;
  const bindings = JSON.parse(new TextDecoder().decode(section)) as Bindings;
  parsed.set(module, bindings);
  return bindings;
}

function converterOf(typeName: string) {
  for (const [pattern, converter] of converters) {
    if (typeof pattern === 'string' ? pattern === typeName : pattern.test(typeName)) return converter;
  }
  throw new Error(`as-bind has no converter for ${typeName}`);
}

/** Runs a call into the guest, and handles what it throws. */
export type Enter = <T>(call: () => T) => T;

function bindCall(bound: Bound, enter: Enter, name: string, { returnType, parameters }: Signature) {
  const call = bound.exports[name] as (...values: number[]) => number;
  const inputs = parameters.map(converterOf);
  const result = converterOf(returnType);
  const { __pin, __unpin } = bound.exports;
  const convertAndCall = (values: readonly unknown[]): unknown => {
    const pinned: number[] = [];
    const lowered = values.map((value, index) => {
      const number = inputs[index].jsToAsc(bound, value as never, parameters[index]);
      if (number !== value) pinned.push(__pin(number));
      return number;
    });
    const returned = call(...lowered);
    for (const pointer of pinned) __unpin(pointer);
    return result.ascToJs(bound, returned, returnType);
  };
  return (...values: unknown[]): unknown => enter(() => convertAndCall(values));
}

/** @returns undefined for a guest of another language, which has no typed calls */
export function bindControlCalls(module: WebAssembly.Module, instance: WebAssembly.Instance, enter: Enter): ControlCalls | undefined {
  const bindings = bindingsOf(module);
  if (!bindings) return undefined;
  const bound: Bound = {
    exports: instance.exports as unknown as Bound['exports'],
    getTypeId: (typeName) => bindings.typeIds[typeName].id,
    getTypeSize: (typeName) => bindings.typeIds[typeName].byteSize,
  };
  const calls = Object.entries(bindings.exportedFunctions).map(([name, signature]) => [name, bindCall(bound, enter, name, signature)]);
  return Object.fromEntries(calls) as ControlCalls;
}
