/** Writes the TypeScript codecs of a party: straight-line code, one encoder and one decoder per message, structure and state. */

import type { Fields } from '../fields.js';
import { shapeOf } from '../fingerprint.js';
import { STRING_BYTES_DEFAULT_MAX } from '../limits.js';
import type { Field, PartySchema } from '../schema.js';
import {
  fixedBytes,
  hex,
  indent,
  type Message,
  maxOf,
  messagesOf,
  namedTypes,
  type Step,
  structureHeadBytes,
  withReserves,
} from './model.js';

export interface TypeScriptPaths {
  /** Module of the schema, relative to the generated file. */
  readonly schema: string;
  /** Modules of the runtime, as the generated file imports them. */
  readonly runtime: { readonly bind: string; readonly reader: string; readonly writer: string };
}

/** Longest list of options that is searched; with more, a Map is faster. */
const OPTIONS_LISTED_MAX = 8;

export function emitTypeScript(party: PartySchema, paths: TypeScriptPaths): string {
  const types = namedTypes(party);
  const messages = messagesOf(party);
  const structs = [...types.values()].filter((type) => type.type === 'struct');
  const codecs = bindCall(party, messages);
  const text = [...[...types.values()].flatMap(declareType), ...structs.flatMap(structCodec), ...codecs].join('\n');
  const used = ['Reader', 'Writer'].filter((name) => new RegExp(`: ${name}\\b`).test(text));
  return [
    `// Generated from ${paths.schema.replace(/^(\.\.\/)+/, '').replace(/\.js$/, '.ts')}; do not edit.`,
    ...runtimeImports(used, paths.runtime),
    `import { ${party.name} as schema } from '${paths.schema}';`,
    '',
    text,
    '',
  ].join('\n');
}

/** Imports of the runtime, in one line for each module. */
function runtimeImports(types: readonly string[], { bind, reader, writer }: TypeScriptPaths['runtime']): string[] {
  if (reader === bind && writer === bind)
    return [`import { ${['bind', ...types.map((name) => `type ${name}`)].join(', ')} } from '${bind}';`];
  return [
    `import { bind } from '${bind}';`,
    ...types.map((name) => `import type { ${name} } from '${name === 'Reader' ? reader : writer}';`),
  ];
}

function declareType(type: Field): string[] {
  if (type.type === 'choice') {
    const options = type.options!.map(quote);
    const lines = [`export type ${type.name} = ${options.join(' | ')};`];
    lines.push(`const optionsOf${type.name}: readonly ${type.name}[] = [${options.join(', ')}];`);
    if (options.length > OPTIONS_LISTED_MAX) {
      lines.push(`const indexOf${type.name} = new Map(optionsOf${type.name}.map((option, index) => [option, index]));`);
    }
    return [...lines, ''];
  }
  const fields = Object.entries(type.fields!).map(([name, field]) => `${name}: ${typeOf(field)};`);
  return [`export interface ${type.name} {`, ...indent(fields), '}', ''];
}

function typeOf(field: Field): string {
  switch (field.type) {
    case 'bool':
      return 'boolean';
    case 'str':
      return 'string';
    case 'bin':
    case 'dynamic':
      return 'Uint8Array';
    case 'choice':
    case 'struct':
      return field.name!;
    case 'optional':
      return `${typeOf(field.item!)} | null`;
    case 'list':
      return field.item!.type === 'optional' ? `(${typeOf(field.item!)})[]` : `${typeOf(field.item!)}[]`;
    case 'map':
      return `Map<string, ${typeOf(field.item!)}>`;
    default:
      return 'number';
  }
}

function structCodec(struct: Field): string[] {
  const { name } = struct;
  const fields = struct.fields!;
  const encode = withReserves(encodeSteps({}, fields, 'value'));
  return [
    `function encode${name}(writer: Writer, ${Object.keys(fields).length ? 'value' : '_value'}: ${name}): void {`,
    ...indent(encode),
    '}',
    '',
    `function decode${name}(reader: Reader): ${name} {`,
    ...indent(decodeLines({}, fields)),
    '}',
    '',
  ];
}

function bindCall(party: PartySchema, messages: readonly Message[]): string[] {
  const received = Object.keys(party.receives).flatMap((name) => {
    const message = messages.find((one) => one.name === name && one.role !== 'publication')!;
    const reply = message.role === 'request' ? messages.find((one) => one.name === `${name}Reply` && one.role === 'reply')! : undefined;
    const inner = reply ? ['reply: {', ...indent(messageCodec(reply)), '},'] : [];
    return [`${name}: {`, ...indent([...messageCodec(message), ...inner]), '},'];
  });
  const published = messages
    .filter((message) => message.role === 'publication')
    .flatMap((topic) => [`${topic.name}: {`, ...indent(messageCodec(topic)), '},']);
  const block = (name: string, lines: readonly string[]) => (lines.length ? [`${name}: {`, ...indent(lines), '},'] : [`${name}: {},`]);
  const { state } = party;
  const codec = state
    ? [`state: { shape: ${shapeText(state.fields!)}, encode: encode${state.name}, decode: decode${state.name} },`]
    : ['state: undefined,'];
  return [
    `export const ${party.name} = bind(schema, {`,
    ...indent([`address: ${party.address},`, ...block('receives', received), ...block('publishes', published), ...codec]),
    '});',
  ];
}

function messageCodec(message: Message): string[] {
  const lead = Object.keys(message.lead);
  // A message with neither leading fields nor fields of its own does not use the argument.
  const fields = Object.keys(message.fields).length ? 'fields' : '_fields';
  const steps = encodeSteps(message.lead, message.fields, 'fields');
  return [
    `kind: ${hex(message.kind)},`,
    `shape: ${shapeText(message.fields)},`,
    `encode(${['writer', ...(fields === '_fields' && !lead.length ? [] : [fields]), ...lead].join(', ')}) {`,
    ...indent(withReserves(steps)),
    '},',
    'decode(reader) {',
    ...indent(decodeLines(message.lead, message.fields, true)),
    '},',
  ];
}

function encodeSteps(lead: Fields, fields: Fields, from: string): Step[] {
  const count = Object.keys(lead).length + Object.keys(fields).length;
  return [
    { bytes: structureHeadBytes(count), lines: [`writer.structure(${count});`] },
    ...Object.entries(lead).map(([name, field]) => encodeValue(field, name, 0)),
    ...Object.entries(fields).map(([name, field]) => encodeValue(field, `${from}.${name}`, 0)),
  ];
}

function encodeValue(field: Field, value: string, depth: number): Step {
  const bytes = fixedBytes(field);
  switch (field.type) {
    case 'str':
    case 'bin':
      return { bytes, lines: [`writer.${field.type}(${value}, ${maxOf(field)});`] };
    case 'choice': {
      const index =
        field.options!.length > OPTIONS_LISTED_MAX
          ? `indexOf${field.name}.get(${value}) ?? -1`
          : `optionsOf${field.name}.indexOf(${value})`;
      return { bytes, lines: [`writer.choice(${index});`] };
    }
    case 'struct':
      return { bytes, lines: [`encode${field.name}(writer, ${value});`] };
    case 'optional':
      return encodeOptional(field, value, depth);
    case 'list': {
      const item = `item${depth || ''}`;
      const inner = withReserves([encodeValue(field.item!, item, depth + 1)]);
      return {
        bytes,
        lines: [`writer.listLength(${value}.length, ${maxOf(field)});`, `for (const ${item} of ${value}) {`, ...indent(inner), '}'],
      };
    }
    case 'map': {
      const key = `key${depth || ''}`;
      const inner = withReserves([encodeValue(field.item!, `${value}.get(${key})!`, depth + 1)]);
      return {
        bytes,
        lines: [
          `writer.mapLength(${value}.size, ${maxOf(field)});`,
          `for (const ${key} of [...${value}.keys()].sort()) {`,
          ...indent([`writer.str(${key}, ${STRING_BYTES_DEFAULT_MAX});`, ...inner]),
          '}',
        ],
      };
    }
    default:
      return { bytes, lines: [`writer.${field.type}(${value});`] };
  }
}

function encodeOptional(field: Field, value: string, depth: number): Step {
  const inner = encodeValue(field.item!, value, depth);
  const nil = inner.bytes === null ? ['writer.reserve(1);', 'writer.nil();'] : ['writer.nil();'];
  // A map's value is read with `!`, which would hide that it may be null.
  const test = value.endsWith('!') ? value.slice(0, -1) : value;
  return { bytes: inner.bytes, lines: [`if (${test} == null) {`, ...indent(nil), '} else {', ...indent(inner.lines), '}'] };
}

function decodeLines(lead: Fields, fields: Fields, whole = false): string[] {
  const names = Object.keys(fields);
  const leads = Object.entries(lead);
  const lines = ['const present = reader.structure();'];
  leads.forEach(([name, field], index) => {
    lines.push(`reader.${name} = present > ${index} ? reader.${field.type}() : ${defaultOf(field)};`);
  });
  names.forEach((name, index) => {
    lines.push(...decodeField(fields[name], `$${name}`, index + leads.length));
  });
  lines.push(`reader.skipFields(present, ${leads.length + names.length});`);
  if (whole) lines.push('reader.finish();');
  lines.push(names.length ? `return { ${names.map((name) => `${name}: $${name}`).join(', ')} };` : 'return {};');
  return lines;
}

function decodeField(field: Field, variable: string, index: number): string[] {
  const { lines, value } = decodeValue(field, variable, 0);
  // A default with several fields would have a wider type.
  const type = field.type === 'struct' ? `: ${field.name}` : '';
  if (!lines.length) return [`const ${variable}${type} = present > ${index} ? ${value} : ${defaultOf(field)};`];
  const assign = value === variable ? [] : [`${variable} = ${value};`];
  return [`let ${variable}: ${typeOf(field)} = ${defaultOf(field)};`, `if (present > ${index}) {`, ...indent([...lines, ...assign]), '}'];
}

/** Code that reads a value, and the expression for the value. `into` is a variable that already holds an empty list or map. */
function decodeValue(field: Field, into: string, depth: number): { lines: string[]; value: string } {
  switch (field.type) {
    case 'str':
    case 'bin':
      return { lines: [], value: `reader.${field.type}(${maxOf(field)})` };
    case 'choice':
      return { lines: [], value: `optionsOf${field.name}[reader.choice(${field.options!.length})]` };
    case 'struct':
      return { lines: [], value: `decode${field.name}(reader)` };
    case 'optional': {
      const inner = decodeValue(field.item!, `some${depth || ''}`, depth);
      if (!inner.lines.length) return { lines: [], value: `reader.nil() ? null : ${inner.value}` };
      const some = `some${depth || ''}`;
      const body = [`const ${some}: ${typeOf(field.item!)} = ${defaultOf(field.item!)};`, ...inner.lines, `${into} = ${some};`];
      return { lines: [`if (!reader.nil()) {`, ...indent(body), '}'], value: into };
    }
    case 'list':
    case 'map':
      return decodeItems(field, into, depth);
    default:
      return { lines: [], value: `reader.${field.type}()` };
  }
}

function decodeItems(field: Field, into: string, depth: number): { lines: string[]; value: string } {
  const suffix = depth || '';
  const item = `item${suffix}`;
  const inner = decodeValue(field.item!, item, depth + 1);
  const body: string[] = [];
  if (field.type === 'map') body.push(`const key${suffix} = reader.str(${STRING_BYTES_DEFAULT_MAX});`);
  if (inner.lines.length)
    body.push(
      `${field.item!.type === 'optional' ? 'let' : 'const'} ${item}: ${typeOf(field.item!)} = ${defaultOf(field.item!)};`,
      ...inner.lines,
    );
  body.push(field.type === 'map' ? `${into}.set(key${suffix}, ${inner.value});` : `${into}.push(${inner.value});`);
  const lines = [
    `const length${suffix} = reader.${field.type}Length(${maxOf(field)});`,
    `for (let i${suffix} = 0; i${suffix} < length${suffix}; i${suffix}++) {`,
    ...indent(body),
    '}',
  ];
  return { lines, value: into };
}

function defaultOf(field: Field): string {
  switch (field.type) {
    case 'bool':
      return 'false';
    case 'str':
      return "''";
    case 'bin':
      return 'new Uint8Array(0)';
    case 'dynamic':
      return 'Uint8Array.of(0xc0)';
    case 'choice':
      return quote(field.options![0]);
    case 'optional':
      return 'null';
    case 'list':
      return '[]';
    case 'map':
      return 'new Map()';
    case 'struct':
      return `{ ${Object.entries(field.fields!)
        .map(([name, inner]) => `${name}: ${defaultOf(inner)}`)
        .join(', ')} }`;
    default:
      return '0';
  }
}

const shapeText = (fields: Fields): string => `0x${shapeOf(fields).toString(16).padStart(8, '0')}`;

const quote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
