/** Checks the fields of a schema. A field is read with care, because it may be any value at all. */
import { type Field, type FieldType, isRecord } from '../fields.js';
import { NESTING_DEPTH_MAX } from '../limits.js';
import { pascal } from './model.js';
import { isModifier, TYPES_TAKEN } from './names.js';

/** Reports what is wrong at a path. */
export type Say = (path: string, reason: string) => void;

export const NAME = /^[a-z][A-Za-z0-9]*$/;
const TYPE_NAME = /^[A-Z][A-Za-z0-9]*$/;
/** Members of every AssemblyScript class, whose names no field may have. */
const STRUCT_MEMBERS = ['constructor', 'encode', 'decode', 'reset'];

/** The parts of a field besides `type`, by type. `max` may be undefined. */
const PARTS: { readonly [T in FieldType]: readonly string[] } = {
  ...{ u8: [], u16: [], u32: [], u53: [], i8: [], i16: [], i32: [], f64: [], bool: [], dynamic: [] },
  ...{ str: ['max'], bin: ['max'], choice: ['name', 'options'], optional: ['item'] },
  ...{ list: ['item', 'max'], map: ['item', 'max'], struct: ['name', 'fields'] },
};
const OPTIONS_MAX = 0xffff;

export const list = (names: readonly string[]): string => names.join(', ');

/** A value in the form for a sentence. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return `the function ${value.name || 'without a name'}`;
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** What `define` adds to a state, a message and a reply. */
const DEFINED_PARTS = ['encode', 'decode', 'role', 'name', 'owner', 'ownerName'];

/** Reports parts that nothing reads: they are mostly typing errors. */
export function checkParts(value: Readonly<Record<string, unknown>>, known: readonly string[], path: string, say: Say): void {
  const defined = typeof value.encode === 'function' ? DEFINED_PARTS : [];
  for (const part of Object.keys(value))
    if (!known.includes(part) && !defined.includes(part)) say(path, `has '${part}', which is none of ${list(known)}`);
}

export class FieldChecks {
  private readonly open: object[] = [];

  /** @param bytesMax of the whole that the fields are part of */
  constructor(
    private readonly say: Say,
    private readonly bytesMax: number,
  ) {}

  fields(fields: unknown, path: string, taken: readonly string[]): void {
    if (!isRecord(fields)) {
      this.say(path, `its fields are ${show(fields)}: write \`fields: {}\` when there are none`);
      return;
    }
    const members = new Map<string, string>();
    for (const [name, field] of Object.entries(fields)) {
      const at = `${path}.${name}`;
      if (!NAME.test(name)) this.say(at, 'is not an identifier in lower case');
      if (taken.includes(name)) this.say(at, 'the name is taken by the generated class');
      if (isModifier(name)) this.say(at, 'AssemblyScript takes the name for a modifier of what comes after it');
      for (const member of membersOf(name, field)) {
        const other = members.get(member);
        if (other !== undefined) this.say(at, `the generated class has ${member} for ${other} already`);
        members.set(member, name);
      }
      this.field(field, at);
    }
  }

  field(field: unknown, path: string): void {
    const reason = wrongType(field);
    if (reason) this.say(path, reason);
    else if (this.open.includes(field as object)) this.say(path, 'a type cannot contain itself');
    else if (this.open.length > NESTING_DEPTH_MAX) this.say(path, `is nested deeper than ${NESTING_DEPTH_MAX}`);
    else {
      this.open.push(field as object);
      this.parts(field as Field, path);
      this.open.pop();
    }
  }

  private parts(field: Field, path: string): void {
    checkParts(field as unknown as Readonly<Record<string, unknown>>, ['type', ...PARTS[field.type]], path, this.say);
    if (field.max !== undefined) this.max(field.max, path);
    if (PARTS[field.type].includes('name')) this.typeName(field.name, path);
    if (field.type === 'struct') this.fields(field.fields, path, STRUCT_MEMBERS);
    if (field.type === 'choice') this.options(field, path);
    if (!PARTS[field.type].includes('item')) return;
    if (field.type === 'optional' && ['optional', 'dynamic'].includes(field.item?.type ?? ''))
      this.say(path, `an optional ${field.item!.type} could not tell its nil from its absence`);
    this.field(field.item, path);
  }

  private max(max: unknown, path: string): void {
    if (typeof max !== 'number' || !Number.isInteger(max) || max < 1)
      this.say(path, `its limit is ${show(max)}, not a whole number from 1`);
    else if (max > this.bytesMax) this.say(path, `its limit ${max} is beyond the ${this.bytesMax} bytes of the whole`);
  }

  private typeName(name: unknown, path: string): void {
    if (typeof name !== 'string' || !TYPE_NAME.test(name))
      this.say(path, `${typeof name === 'string' ? name : show(name)} is not the name of a type`);
    else if (TYPES_TAKEN.includes(name)) this.say(path, `the name ${name} is one of the language's or the runtime's own`);
  }

  private options({ name, options }: Field, path: string): void {
    if (!Array.isArray(options) || options.length < 1 || options.length > OPTIONS_MAX || !options.every((one) => typeof one === 'string')) {
      this.say(path, 'a choice has between 1 and 65,535 options, all of them strings');
      return;
    }
    const members = options.map(pascal);
    if (new Set(members).size !== members.length || members.includes(''))
      this.say(path, `options of ${name} have the same name in AssemblyScript, or none`);
    const odd = options.find((option) => /\p{C}/u.test(option));
    if (odd !== undefined) this.say(path, `the option ${JSON.stringify(odd)} has characters that cannot be seen`);
  }
}

/** Members of the AssemblyScript class that stand for a field: an optional one has two. */
function membersOf(name: string, field: unknown): string[] {
  if (!isRecord(field) || field.type !== 'optional') return [name];
  return [name, `has${pascal(name)}`, `${name}Slot`];
}

/** Why a value is not a field at all; null when it is one. */
function wrongType(field: unknown): string | null {
  if (typeof field === 'function' && Object.hasOwn(PARTS, field.name)) return `${field.name} is to be called: ${field.name}(…)`;
  if (typeof field === 'string' && Object.hasOwn(PARTS, field))
    return `'${field}' is the name of a type: import ${field} from the schema language, and write it without quotes`;
  if (field === undefined) return 'undefined is no type: is it declared further down, or its import missing?';
  if (!isRecord(field) || typeof field.type !== 'string') return `${show(field)} is no type of the schema language`;
  return Object.hasOwn(PARTS, field.type) ? null : `'${field.type}' is no type of the schema language`;
}
