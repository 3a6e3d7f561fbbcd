/**
 * A transform of the AssemblyScript compiler: appends the custom section `as-bind_bindings`, which as-bind reads to convert the
 * arguments of typed control calls. as-bind's own transform does not load under today's compiler; this writes the same section.
 *
 * The section is JSON: {typeIds: {class: {id, byteSize}}, importedFunctions: {}, exportedFunctions: {name: {returnType, parameters}}}.
 * Only functions whose signature as-bind can convert are listed: those with the ABI's prefix take raw pointers and stay raw.
 *
 * And where the language's allocator finds no memory, it calls the kit's `__outOfMemory` (wasm-actors/kit/collector.ts) in place of `unreachable`, which says nothing.
 */
import { ElementKind, Node, NodeKind, SourceKind } from 'assemblyscript';
import { Transform } from 'assemblyscript/transform';

const RAW_PREFIX = 'tandem_';

const typeName = (type) => type.getClass()?.internalName ?? type.toString();

/** Exports of a file with those of the files that it re-exports by `export *`. */
function* exportsOf(file) {
  if (file.exports) yield* file.exports;
  for (const other of file.exportsStar ?? []) yield* exportsOf(other);
}

const ALLOCATOR = '~lib/rt/tlsf.ts';

/** Every call of `unreachable` below a node of the syntax tree: fields of nodes are nodes, or lists of them. */
function* unreachableCalls(node) {
  if (node.kind === NodeKind.Call && node.expression.text === 'unreachable') yield node;
  for (const value of Object.values(node).flat()) if (value instanceof Node) yield* unreachableCalls(value);
}

export default class AsBindSection extends Transform {
  afterParse(parser) {
    for (const source of parser.sources) {
      if (source.normalizedPath !== ALLOCATOR) continue;
      for (const call of unreachableCalls(source)) call.expression.text = '__outOfMemory';
    }
  }

  afterCompile(module) {
    const typeIds = {};
    const exportedFunctions = {};
    for (const file of this.program.filesByName.values()) {
      if (file.source.sourceKind !== SourceKind.UserEntry) continue;
      for (const [name, element] of exportsOf(file)) {
        const instance = element.kind === ElementKind.FunctionPrototype ? element.instances?.get('') : null;
        if (!instance || name.startsWith(RAW_PREFIX)) continue;
        const { returnType, parameterTypes } = instance.signature;
        exportedFunctions[name] = { returnType: typeName(returnType), parameters: parameterTypes.map(typeName) };
        for (const type of [returnType, ...parameterTypes]) {
          const described = type.getClass();
          if (described) typeIds[described.internalName] = { id: described.id, byteSize: described.nextMemoryOffset };
        }
      }
    }
    const section = JSON.stringify({ typeIds, importedFunctions: {}, exportedFunctions });
    module.addCustomSection('as-bind_bindings', new TextEncoder().encode(section));
  }
}
