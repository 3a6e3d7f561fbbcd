/** Generates AssemblyScript for one value: its type, its default, and the code that writes, reads and resets it. */
import { STRING_BYTES_DEFAULT_MAX } from '../limits.js';
import type { Field } from '../schema.js';
import { fixedBytes, indent, maxOf, pascal, type Step, withReserves } from './model.js';

const NUMBERS: { readonly [type: string]: string } = {
  u8: 'u8',
  u16: 'u16',
  u32: 'u32',
  u53: 'u64',
  i8: 'i8',
  i16: 'i16',
  i32: 'i32',
  f64: 'f64',
};

/** Whether a field is a number, boolean or choice: a value, not an object. */
export const isScalar = (field: Field): boolean => field.type in NUMBERS || field.type === 'bool' || field.type === 'choice';

/** The type of a field. Inside lists and maps an optional is a `Maybe`. */
export function typeOf(field: Field): string {
  switch (field.type) {
    case 'bool':
      return 'bool';
    case 'str':
      return 'Text';
    case 'bin':
      return 'Bytes';
    case 'dynamic':
      return 'Dynamic';
    case 'choice':
    case 'struct':
      return field.name!;
    case 'optional':
      return `Maybe<${typeOf(field.item!)}>`;
    case 'list':
      return `List<${typeOf(field.item!)}>`;
    case 'map':
      return `Map<string, ${typeOf(field.item!)}>`;
    default:
      return NUMBERS[field.type];
  }
}

export function defaultOf(field: Field): string {
  if (field.type === 'bool') return 'false';
  if (field.type === 'choice') return `${field.name}.${pascal(field.options![0])}`;
  return isScalar(field) ? '0' : `new ${typeOf(field)}()`;
}

/** @param name of a member, whose optional has the form `hasX` and `x`; empty inside lists and maps */
export function encodeValue(field: Field, value: string, name: string, depth: number): Step {
  const bytes = fixedBytes(field);
  const suffix = depth || '';
  switch (field.type) {
    case 'str':
      return { bytes, lines: [`writer.text(${value}, ${maxOf(field)});`] };
    case 'bin':
      return { bytes, lines: [`writer.bin(${value}, ${maxOf(field)});`] };
    case 'choice':
      return { bytes, lines: [`writer.choice(<i32>${value}, ${field.options!.length});`] };
    case 'struct':
      return { bytes, lines: [`${value}.encode(writer);`] };
    case 'optional':
      return encodeOptional(field, value, name, depth);
    case 'list': {
      const inner = withReserves([encodeValue(field.item!, `item${suffix}`, '', depth + 1)]);
      return {
        bytes,
        lines: [
          `writer.listLength(${value}.length, ${maxOf(field)});`,
          `for (let i${suffix} = 0; i${suffix} < ${value}.length; i${suffix}++) {`,
          ...indent([`const item${suffix} = ${value}.at(i${suffix});`, ...inner]),
          '}',
        ],
      };
    }
    case 'map': {
      const inner = withReserves([encodeValue(field.item!, `item${suffix}`, '', depth + 1)]);
      return {
        bytes,
        lines: [
          `writer.mapLength(${value}.size, ${maxOf(field)});`,
          '{',
          ...indent([
            `const keys${suffix}: string[] = ${value}.keys().sort();`,
            `for (let i${suffix} = 0; i${suffix} < keys${suffix}.length; i${suffix}++) {`,
            ...indent([
              `const key${suffix} = keys${suffix}[i${suffix}];`,
              `writer.str(key${suffix}, ${STRING_BYTES_DEFAULT_MAX});`,
              `const item${suffix} = ${value}.get(key${suffix});`,
              ...inner,
            ]),
            '}',
          ]),
          '}',
        ],
      };
    }
    default:
      return { bytes, lines: [`writer.${field.type}(${value});`] };
  }
}

function encodeOptional(field: Field, value: string, name: string, depth: number): Step {
  const item = field.item!;
  const bytes = fixedBytes(field);
  const nil = bytes === null ? ['writer.reserve(1);', 'writer.nil();'] : ['writer.nil();'];
  const branch = (test: string, read: string, before: string[] = []) => ({
    bytes,
    lines: [...before, `if (${test}) {`, ...indent(encodeValue(item, read, '', depth).lines), '} else {', ...indent(nil), '}'],
  });
  if (!name) return branch(`${value}.present`, `${value}.value`);
  if (isScalar(item)) return branch(`this.has${pascal(name)}`, value);
  return branch(`$${name} !== null`, `$${name}`, [`const $${name} = ${value};`]);
}

/** Code that reads a value into `target`. @param name as in `encodeValue` */
export function decodeInto(field: Field, target: string, name: string, depth: number): string[] {
  switch (field.type) {
    case 'str':
      return [`reader.text(${target}, ${maxOf(field)});`];
    case 'bin':
      return [`reader.bin(${target}, ${maxOf(field)});`];
    case 'dynamic':
      return [`reader.dynamic(${target});`];
    case 'choice':
      return [`${target} = <${field.name}>reader.choice(${field.options!.length});`];
    case 'struct':
      return [`${target}.decode(reader);`];
    case 'optional':
      return decodeOptional(field, target, name, depth);
    case 'list':
    case 'map':
      return decodeItems(field, target, depth);
    default:
      return [`${target} = reader.${field.type}();`];
  }
}

function decodeOptional(field: Field, target: string, name: string, depth: number): string[] {
  const item = field.item!;
  if (!name)
    return [
      `${target}.present = !reader.nil();`,
      `if (${target}.present) {`,
      ...indent(decodeInto(item, `${target}.value`, '', depth)),
      '}',
    ];
  if (isScalar(item)) {
    const has = `this.has${pascal(name)}`;
    return [
      `${has} = !reader.nil();`,
      `if (${has}) {`,
      ...indent(decodeInto(item, target, '', depth)),
      '} else {',
      `  ${target} = ${defaultOf(item)};`,
      '}',
    ];
  }
  const slot = `${target}Slot`;
  return [
    'if (reader.nil()) {',
    `  ${target} = null;`,
    '} else {',
    ...indent([...decodeInto(item, slot, '', depth), `${target} = ${slot};`]),
    '}',
  ];
}

function decodeItems(field: Field, target: string, depth: number): string[] {
  const item = field.item!;
  const suffix = depth || '';
  const variable = `item${suffix}`;
  const scalar = isScalar(item);
  const read = decodeInto(item, variable, '', depth + 1);
  const expression = scalar ? read[0].slice(`${variable} = `.length, -1) : '';
  const body =
    field.type === 'list'
      ? scalar
        ? [`${target}.push(${expression});`]
        : [`const ${variable} = ${target}.add();`, ...read]
      : [
          `const key${suffix} = reader.str(${STRING_BYTES_DEFAULT_MAX});`,
          ...(scalar
            ? [`${target}.set(key${suffix}, ${expression});`]
            : [`const ${variable} = new ${typeOf(item)}();`, ...read, `${target}.set(key${suffix}, ${variable});`]),
        ];
  return [
    `const length${suffix} = reader.${field.type}Length(${maxOf(field)});`,
    `${target}.clear();`,
    `for (let i${suffix} = 0; i${suffix} < length${suffix} && reader.ok; i${suffix}++) {`,
    ...indent(body),
    '}',
  ];
}

export function resetLines(field: Field, name: string): string[] {
  const target = `this.${name}`;
  if (field.type === 'optional') {
    const item = field.item!;
    return isScalar(item) ? [`this.has${pascal(name)} = false;`, `${target} = ${defaultOf(item)};`] : [`${target} = null;`];
  }
  if (isScalar(field)) return [`${target} = ${defaultOf(field)};`];
  return [field.type === 'struct' ? `${target}.reset();` : `${target}.clear();`];
}
