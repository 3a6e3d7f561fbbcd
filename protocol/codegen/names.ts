/** Names that a schema cannot use, because one of the languages or its generated code uses them. */

/** Names that one of the languages does not accept for a constant in a module. */
const RESERVED =
  'arguments as async await break case catch class const continue debugger declare default delete do else enum eval export extends false finally for from ' +
  'function get if implements import in infinity instanceof interface is keyof let module namespace new null of package private protected public readonly ' +
  'return set static super switch this throw true try type typeof undefined var void while with yield';
/** Names in every generated file, and of generated files that are not a party's. */
const GENERATED = ['bind', 'schema', 'shared', 'index', 'parties', 'tandemParties'];

const words = new Set([...RESERVED.split(' '), ...GENERATED]);

/** Whether a party cannot have this name, which becomes that of a constant and a file. */
export const isReserved = (name: string): boolean => words.has(name);

/** Names that AssemblyScript takes for modifiers where a class's member should be named. */
const MODIFIERS = ['abstract', 'declare', 'override', 'private', 'protected', 'public', 'static'];

/** Whether a field cannot have this name. */
export const isModifier = (name: string): boolean => MODIFIERS.includes(name);

/** Types of the languages and of the runtime that generated code refers to by these names. */
export const TYPES_TAKEN: readonly string[] = [
  ...[
    'Array',
    'ArrayBuffer',
    'BigInt',
    'Boolean',
    'DataView',
    'Date',
    'Error',
    'Float32Array',
    'Float64Array',
    'Function',
    'Infinity',
    'Int8Array',
  ],
  ...[
    'Int16Array',
    'Int32Array',
    'JSON',
    'Map',
    'Math',
    'NaN',
    'Number',
    'Object',
    'Promise',
    'Proxy',
    'RangeError',
    'Reflect',
    'RegExp',
    'Set',
  ],
  ...[
    'StaticArray',
    'String',
    'Symbol',
    'TypeError',
    'Uint8Array',
    'Uint16Array',
    'Uint32Array',
    'Uint8ClampedArray',
    'WeakMap',
    'WeakSet',
  ],
  ...['Message', 'Publication', 'Reply', 'Request', 'Problem', 'Reader', 'Writer', 'Bytes', 'Dynamic', 'List', 'Maybe', 'Text'],
];
