/**
 * A transform of the AssemblyScript compiler: appends the custom section `as-bind_bindings`, which as-bind reads to convert the
 * arguments of typed control calls. as-bind's own transform does not load in today's compiler; this writes the same section.
 *
 * The section is JSON: {typeIds: {class: {id, byteSize}}, importedFunctions: {}, exportedFunctions: {name: {returnType, parameters}}}.
 * Only functions whose signature as-bind can convert are listed. Those with the ABI's prefix take raw pointers and stay raw.
 *
 * The section `tandem_sources` lists the files that cannot contain an actor's own line, by their role (`driver`, `runtime`, `allocation`):
 * library.ts.
 *
 * Where the language's allocator finds no memory, it is made to call the library's `__outOfMemory` instead of
 * `unreachable`, which says nothing.
 */
import { ElementKind, Node, NodeKind, SourceKind } from 'assemblyscript';
import { Transform } from 'assemblyscript/transform';

const RAW_PREFIX = 'tandem_';

const typeName = (type) => type.getClass()?.internalName ?? type.toString();

/** Exports of a file, including those of files that it re-exports by `export *`. */
function* exportsOf(file) {
  if (file.exports) yield* file.exports;
  for (const other of file.exportsStar ?? []) yield* exportsOf(other);
}

const ALLOCATOR = '~lib/rt/tlsf.ts';

/** Every call of `unreachable` below a node of the syntax tree. Fields of nodes are nodes or lists of nodes. */
function* unreachableCalls(node) {
  if (node.kind === NodeKind.Call && node.expression.text === 'unreachable') yield node;
  for (const value of Object.values(node).flat()) if (value instanceof Node) yield* unreachableCalls(value);
}

/**
 * @param roleOf the role of a source, by its name in the compiler; undefined for an actor's own sources and the language's
 * @returns the transform, for the compiler's option `transforms`
 */
export const transformOf = (roleOf) =>
  class extends AsBindSection {
    roleOf = roleOf;
  };

class AsBindSection extends Transform {
  afterParse(parser) {
    for (const source of parser.sources) {
      if (source.normalizedPath !== ALLOCATOR) continue;
      for (const call of unreachableCalls(source)) call.expression.text = '__outOfMemory';
    }
  }

  afterCompile(module) {
    this.addSection(module, 'tandem_sources', this.roles());
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
    this.addSection(module, 'as-bind_bindings', { typeIds, importedFunctions: {}, exportedFunctions });
  }

  roles() {
    const roles = {};
    for (const { normalizedPath } of this.program.sources) {
      const role = this.roleOf(normalizedPath);
      if (role !== undefined) (roles[role] ??= []).push(normalizedPath);
    }
    return roles;
  }

  addSection(module, name, json) {
    module.addCustomSection(name, new TextEncoder().encode(JSON.stringify(json)));
  }
}
