/** Which names of the platform a script says: globals that it does not declare, what it reads of them, and members of anything. */
import { type Node, parse } from 'acorn';
import { full } from 'acorn-walk';
import { analyze } from 'eslint-scope';

export interface Uses {
  readonly globals: Set<string>;
  /** As `Object.hasOwn`. */
  readonly statics: Set<string>;
  /** Read of an object that is no global. */
  readonly members: Set<string>;
  /** What the script's own objects and classes have. */
  readonly defined: Set<string>;
}

type Version = 5 | 2022;

interface Field extends Node {
  readonly computed?: boolean;
  readonly key?: Node;
  readonly property?: Node;
  readonly object?: Node;
}

interface Parts extends Node {
  readonly id?: Node;
  readonly init?: Node | null;
  readonly left?: Field;
  readonly right?: Node;
  readonly properties?: readonly Field[];
}

/** What is read of the global object is a global. */
const GLOBAL_OBJECT = /^(globalThis|window|self)$/;

/** @returns what a member is called, unless that is computed as it runs */
function nameOf({ computed, property, key }: Field): string | undefined {
  const word = (property ?? key) as (Node & { readonly name?: string; readonly value?: unknown }) | undefined;
  if (word?.type === 'Literal' && typeof word.value === 'string') return word.value;
  return !computed && word?.type === 'Identifier' ? word.name : undefined;
}

class Reader {
  readonly uses: Uses = { globals: new Set(), statics: new Set(), members: new Set(), defined: new Set() };
  /** Object patterns that are known with what they take apart. */
  private readonly seen = new Set<Node>();

  constructor(private readonly free: ReadonlyMap<Node, string>) {
    for (const name of free.values()) this.uses.globals.add(name);
  }

  visit(node: Parts): void {
    const { id, init, left, right, properties = [] } = node;
    if (node.type === 'MemberExpression') this.read((node as Field).object, nameOf(node));
    else if (node.type === 'VariableDeclarator') this.takeApart(id, init);
    else if (node.type === 'AssignmentExpression') this.takeApart(left, right);
    else if (node.type === 'MethodDefinition' || node.type === 'PropertyDefinition') this.define(node);
    else if (node.type === 'ObjectExpression') for (const field of properties) this.define(field);
    if (node.type === 'AssignmentExpression' && left?.type === 'MemberExpression') this.define(left);
  }

  /** A pattern whose object is not written beside it, as that of a parameter. */
  visitPattern(node: Parts): void {
    if (node.type === 'ObjectPattern' && !this.seen.has(node)) this.takeApart(node, null);
  }

  private takeApart(pattern: Parts | undefined, from: Node | null | undefined): void {
    if (pattern?.type !== 'ObjectPattern') return;
    this.seen.add(pattern);
    for (const field of pattern.properties ?? []) this.read(from, nameOf(field));
  }

  private read(owner: Node | null | undefined, name: string | undefined): void {
    if (name === undefined) return;
    const global = this.globalOf(owner);
    if (global === undefined) this.uses.members.add(name);
    else if (GLOBAL_OBJECT.test(global)) this.uses.globals.add(name);
    else this.uses.statics.add(`${global}.${name}`);
  }

  private define(field: Field): void {
    const name = nameOf(field);
    if (name !== undefined) this.uses.defined.add(name);
  }

  /** The global that an expression is: `Object`, `globalThis.Object`. */
  private globalOf(node: Node | null | undefined): string | undefined {
    if (node?.type === 'Identifier') return this.free.get(node);
    if (node?.type !== 'MemberExpression') return undefined;
    const isOfGlobal = GLOBAL_OBJECT.test(this.globalOf((node as Field).object) ?? '');
    return isOfGlobal ? nameOf(node as Field) : undefined;
  }
}

/**
 * @param version of the language that the script has to be written in: in that of 5 it is a classic script, in that of 2022 a module
 * @throws SyntaxError when it is in a later one
 */
export function usesIn(code: string, version: Version): Uses {
  const sourceType = version === 5 ? 'script' : 'module';
  const tree = parse(code, { ecmaVersion: version, sourceType, ranges: true });
  const { globalScope } = analyze(tree as never, { ecmaVersion: version, sourceType });
  const reader = new Reader(new Map(globalScope!.through.map(({ identifier }) => [identifier as unknown as Node, identifier.name])));
  full(tree, (node) => reader.visit(node as Parts));
  full(tree, (node) => reader.visitPattern(node as Parts));
  return reader.uses;
}
