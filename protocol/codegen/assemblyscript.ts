/**
 * Writes the AssemblyScript codecs of a party: a class per message, reply, publication, structure and state. An actor also gets the
 * interface of its handlers and the function that decodes a frame and calls the right one.
 * Decoding fills existing objects: texts and binaries point into the frame, and lists keep their items for the next frame.
 */

import type { Fields } from '../fields.js';
import { partyFingerprint } from '../fingerprint.js';
import type { Field, PartySchema } from '../schema.js';
import { decodeInto, defaultOf, encodeValue, isScalar, resetLines, typeOf } from './assemblyscript-values.js';
import { type Constants, constantLines } from './constants.js';
import { hex, indent, type Message, messagesOf, namedTypes, pascal, type SchemaSet, structureHeadBytes, withReserves } from './model.js';

export interface AssemblyScriptPaths {
  /** Module of the schema, named in the generated file. */
  readonly schema: string;
  /** Folder of the runtime's AssemblyScript (`message`, `reader`, `writer`), as the generated file imports from it. */
  readonly runtime: string;
  /** Folder of the generated files of foreign parties, as the generated file imports from it. */
  readonly foreign: string;
}

export const SHARED_FILE = 'shared';

export function emitAssemblyScript(
  party: PartySchema,
  set: SchemaSet,
  shared: ReadonlyMap<string, Field>,
  paths: AssemblyScriptPaths,
  constants: Constants,
): string {
  const types = namedTypes(party);
  const own = [...types.values()].filter((type) => !shared.has(type.name!));
  const common = [...types.keys()].filter((name) => shared.has(name));
  const messages = messagesOf(party).flatMap((message) => messageClass(party, message));
  const handlers = party.role === 'actor' ? handlerLines(party, set, paths) : { imports: [], lines: [] };
  const noted = `noteSchema(${party.address}, 0x${partyFingerprint(party, messagesOf(party))});`;
  const text = [
    noted,
    '',
    ...constantLines(constants),
    ...(constants.size ? [''] : []),
    ...own.flatMap(namedType),
    ...messages,
    ...handlers.lines,
  ].join('\n');
  const commonLines = common.length
    ? [`import { ${common.join(', ')} } from './${SHARED_FILE}';`, `export { ${common.join(', ')} } from './${SHARED_FILE}';`]
    : [];
  return [...heading(paths), ...runtimeImports(text, paths.runtime), ...commonLines, ...handlers.imports, '', text, ''].join('\n');
}

/** The file of types that several parties share. */
export function emitShared(shared: ReadonlyMap<string, Field>, paths: AssemblyScriptPaths): string {
  const text = [...shared.values()].flatMap(namedType).join('\n');
  return [...heading(paths), ...runtimeImports(text, paths.runtime), '', text, ''].join('\n');
}

const heading = (paths: AssemblyScriptPaths) => [`// Generated from ${paths.schema}; do not edit.`];

const RUNTIME: { readonly [module: string]: readonly string[] } = {
  message: ['Message', 'Publication', 'Reply', 'Request'],
  reader: ['Problem', 'Reader'],
  schemas: ['noteSchema'],
  values: ['Bytes', 'Dynamic', 'List', 'Maybe', 'Text'],
  writer: ['Writer'],
};

function runtimeImports(text: string, folder: string): string[] {
  return Object.entries(RUNTIME).flatMap(([module, names]) => {
    const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
    return used.length ? [`import { ${used.join(', ')} } from '${folder}/${module}';`] : [];
  });
}

function namedType(type: Field): string[] {
  if (type.type === 'choice')
    return [`export enum ${type.name} {`, ...indent(type.options!.map((option) => `${pascal(option)},`)), '}', ''];
  const fields = type.fields!;
  const count = Object.keys(fields).length;
  const encode = withReserves(encodeSteps({}, fields));
  return [
    `export class ${type.name} {`,
    ...indent([
      ...members(fields),
      '',
      'encode(writer: Writer): void {',
      ...indent(encode),
      '}',
      '',
      'decode(reader: Reader): void {',
      ...indent([...decodeLines({}, fields), `reader.skipFields(present, ${count});`]),
      '}',
      '',
      'reset(): void {',
      ...indent(Object.entries(fields).flatMap(([name, field]) => resetLines(field, name))),
      '}',
    ]),
    '}',
    '',
  ];
}

const BASES = { message: 'Message', request: 'Request', reply: 'Reply', publication: 'Publication' } as const;
export const className = (party: PartySchema, message: { readonly name: string }) => `${pascal(party.name)}${pascal(message.name)}`;

function messageClass(party: PartySchema, message: Message): string[] {
  const { fields, lead } = message;
  const count = Object.keys(fields).length + Object.keys(lead).length;
  return [
    `export class ${className(party, message)} extends ${BASES[message.role]} {`,
    ...indent([
      ...members(fields),
      ...(Object.keys(fields).length ? [''] : []),
      'constructor() {',
      `  super(${hex(message.kind)}, ${party.address});`,
      '}',
      '',
      'encode(writer: Writer): void {',
      ...indent(withReserves(encodeSteps(lead, fields))),
      '}',
      '',
      '/** @returns false when the body is malformed: the reader says how */',
      'decode(reader: Reader): bool {',
      ...indent([...decodeLines(lead, fields), `return reader.finish(present, ${count});`]),
      '}',
    ]),
    '}',
    '',
  ];
}

function members(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    if (field.type !== 'optional') return [`${name}: ${typeOf(field)} = ${defaultOf(field)};`];
    const item = field.item!;
    if (isScalar(item)) return [`has${pascal(name)}: bool = false;`, `${name}: ${typeOf(item)} = ${defaultOf(item)};`];
    return [
      `${name}: ${typeOf(item)} | null = null;`,
      `/** Fill this and set \`${name}\` to it. */`,
      `readonly ${name}Slot: ${typeOf(item)} = ${defaultOf(item)};`,
    ];
  });
}

function encodeSteps(lead: Fields, fields: Fields) {
  const all = [...Object.entries(lead), ...Object.entries(fields)];
  return [
    { bytes: structureHeadBytes(all.length), lines: [`writer.structure(${all.length});`] },
    ...all.map(([name, field]) => encodeValue(field, `this.${name}`, name, 0)),
  ];
}

function decodeLines(lead: Fields, fields: Fields): string[] {
  const lines = ['const present = reader.structure();'];
  const leads = Object.entries(lead);
  leads.forEach(([name, field], index) => {
    lines.push(`this.${name} = present > ${index} ? reader.${field.type}() : ${defaultOf(field)};`, `reader.${name} = this.${name};`);
  });
  Object.entries(fields).forEach(([name, field], at) => {
    const index = at + leads.length;
    const read = decodeInto(field, `this.${name}`, name, 0);
    if (read.length === 1 && read[0].startsWith(`this.${name} = `)) {
      lines.push(`this.${name} = present > ${index} ? ${read[0].slice(`this.${name} = `.length, -1)} : ${defaultOf(field)};`);
    } else {
      lines.push(`if (present > ${index}) {`, ...indent(read), '} else {', ...indent(resetLines(field, name)), '}');
    }
  });
  return lines;
}

/** A call that decodes message `type` and hands it on. */
export interface Handler {
  readonly owner: PartySchema;
  readonly message: Message;
  /** For example `onSceneLayout`. */
  readonly name: string;
}

export function handlersOf(party: PartySchema, set: SchemaSet): Handler[] {
  const all = [...set.parties, ...set.foreign];
  const find = (name: string) => all.find((other) => other.name === name);
  const handlers: Handler[] = [];
  for (const message of messagesOf(party)) {
    if (message.role === 'message' || message.role === 'request')
      handlers.push({ owner: party, message, name: `on${pascal(message.name)}` });
  }
  for (const path of party.follows) {
    const [ownerName, topic] = path.split('.');
    const owner = find(ownerName);
    const message = owner && messagesOf(owner).find((one) => one.role === 'publication' && one.name === topic);
    if (!owner || !message) throw new Error(`${party.name} follows ${path}, which does not exist`);
    handlers.push({ owner, message, name: `on${pascal(ownerName)}${pascal(topic)}` });
  }
  for (const name of party.sendsTo) {
    const owner = find(name);
    if (!owner) throw new Error(`${party.name} sends to ${name}, which does not exist`);
    for (const message of messagesOf(owner))
      if (message.role === 'reply') handlers.push({ owner, message, name: `on${pascal(message.name)}` });
  }
  const twice = handlers.find((one, index) => handlers.findIndex((other) => other.name === one.name) !== index);
  if (twice) throw new Error(`${party.name} would have two handlers named ${twice.name}`);
  return handlers;
}

function handlerLines(party: PartySchema, set: SchemaSet, paths: AssemblyScriptPaths): { imports: string[]; lines: string[] } {
  const handlers = handlersOf(party, set);
  const owners = [...new Set(handlers.map((handler) => handler.owner))].filter((owner) => owner !== party);
  const imports = owners.map((owner) => {
    const names = handlers.filter((handler) => handler.owner === owner).map((handler) => className(owner, handler.message));
    return `import { ${names.join(', ')} } from '${set.parties.includes(owner) ? '.' : paths.foreign}/${owner.name}';`;
  });
  const name = pascal(party.name);
  return {
    imports,
    lines: [
      ...tables(party, handlers, watchedBy(party, set)),
      `export interface ${name}Handlers {`,
      ...indent(handlers.map(signature)),
      ...(party.follows.length
        ? indent([
            '/** Whether a publication is the next of its topic, or fresh; otherwise its handler is not called. */',
            'admits(kind: u16, version: u32, fresh: bool): bool;',
          ])
        : []),
      '}',
      '',
      ...handlers.flatMap((handler) => [
        '// @ts-ignore: decorator',
        `@lazy const ${instanceOf(handler)} = new ${className(handler.owner, handler.message)}();`,
      ]),
      '',
      "/** Decodes the body that the reader stands at and calls the handler of its kind. @returns false when it is malformed or the kind is none of the party's: the reader says how */",
      `export function dispatch${name}<H extends ${name}Handlers>(handlers: H, kind: u16, reader: Reader): bool {`,
      ...indent(['switch (kind) {', ...indent(handlers.flatMap(dispatchCase)), '}', 'reader.fail(Problem.Kind);', 'return false;']),
      '}',
    ],
  };
}

function watchedBy({ name, watches }: PartySchema, set: SchemaSet): PartySchema[] {
  return watches.map((watched) => {
    const found = [...set.parties, ...set.foreign].find((party) => party.name === watched);
    if (!found) throw new Error(`${name} watches ${watched}, which does not exist`);
    return found;
  });
}

const instanceOf = (handler: Handler) => `${handler.name.slice(2, 3).toLowerCase()}${handler.name.slice(3)}`;

/** As it stands in the interface of the handlers. */
export function signature({ owner, message, name }: Handler): string {
  const type = className(owner, message);
  if (message.role === 'reply') return `${name}(request: u32, message: ${type}): void;`;
  return message.role === 'publication' ? `${name}(message: ${type}, fresh: bool): void;` : `${name}(message: ${type}): void;`;
}

function dispatchCase(handler: Handler): string[] {
  const { message, name } = handler;
  const instance = instanceOf(handler);
  const call =
    message.role === 'reply'
      ? [`handlers.${name}(${instance}.request, ${instance});`]
      : message.role === 'publication'
        ? [
            `if (handlers.admits(${hex(message.kind)}, ${instance}.version, ${instance}.fresh)) handlers.${name}(${instance}, ${instance}.fresh);`,
          ]
        : [`handlers.${name}(${instance});`];
  return [`case ${hex(message.kind)}: {`, ...indent([`if (!${instance}.decode(reader)) return false;`, ...call, 'return true;']), '}'];
}

/** The schema's tables for the guest kit: kinds in the schema's order, in which a snapshot has their versions. */
function tables(party: PartySchema, handlers: readonly Handler[], watched: readonly PartySchema[]): string[] {
  const name = party.name.toUpperCase();
  const followed = handlers.filter((handler) => handler.message.role === 'publication');
  const table = (what: string, values: readonly (number | string)[]) =>
    `export const ${name}_${what}: StaticArray<u16> = [${values.join(', ')}];`;
  return [
    `export const ${name}_ADDRESS: u16 = ${party.address};`,
    table(
      'PUBLISHES',
      Object.values(party.publishes).map((topic) => hex(topic.kind)),
    ),
    table(
      'FOLLOWS',
      followed.map((handler) => hex(handler.message.kind)),
    ),
    '/** The owner of each followed topic. */',
    table(
      'FOLLOWED_OWNERS',
      followed.map((handler) => handler.owner.address),
    ),
    ...watched.map(
      (one) => `/** To tell by in \`onEnded\`. */\nexport const ${name}_WATCHES_${one.name.toUpperCase()}: u16 = ${one.address};`,
    ),
    '',
  ];
}
