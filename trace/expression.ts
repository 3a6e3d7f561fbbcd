/**
 * Expressions over a message and the states of actors, for who prints something at every message. Parsed and evaluated here, never run as code.
 *
 *   body.node                    a field of the body
 *   state.focused                of the state of the actor that handled it, after it; before.focused: before it
 *   focus.version                of the state of any actor at that moment
 *   wait handle size number      as in a filter: microseconds, bytes
 *   body.nodes.length            of a list, a text or bytes
 *   body.x + 2 * (state.y - 1)   numbers; + joins texts
 *   state.focused != body.node   true or false: = != > >= < <=
 */

/** An expression that makes no sense. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  constructor(
    problem: string,
    /** In characters, from 1. */
    readonly position: number,
  ) {
    super(`at character ${position}: ${problem}`);
  }
}

/** What a name at the beginning of a path stands for, and the path from there on. */
export interface PathInExpression {
  readonly root: string;
  readonly steps: readonly string[];
  /** In characters, from 1. */
  readonly position: number;
}

/** Gives the value of a path; undefined where there is none. */
export type Scope = (path: PathInExpression) => unknown;

export interface Expression {
  /** Every path in it, each object once: a scope may know them by identity. */
  readonly paths: readonly PathInExpression[];
  /** @returns undefined where a value is missing, or of a type that is not computed with */
  evaluate(scope: Scope): unknown;
}

type Node = (scope: Scope) => unknown;

/** Parentheses and signs in each other. */
const DEPTH_MAX = 50;
const SPACE = /\s*/y;
const NUMBER = /\d+(\.\d+)?(e[+-]?\d+)?/iy;
const TEXT = /"((?:[^"\\]|\\.)*)"/y;
const NAME = /[A-Za-z_$][\w$]*/y;
const STEP = /\.([A-Za-z_$\d][\w$]*)|\[(\d+)\]/y;
const COMPARISON = /!=|>=|<=|[=><]/y;
const SUM = /[+-]/y;
const PRODUCT = /[*/%]/y;
const WORDS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

/** @throws ExpressionError */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text);
  const evaluate = parser.comparison(0);
  parser.finish();
  return { paths: parser.paths, evaluate };
}

class Parser {
  readonly paths: PathInExpression[] = [];
  private at = 0;

  constructor(private readonly text: string) {}

  private fail(problem: string, at = this.at): never {
    throw new ExpressionError(problem, at + 1);
  }

  private take(expression: RegExp): RegExpExecArray | null {
    SPACE.lastIndex = this.at;
    const [{ length }] = SPACE.exec(this.text)!;
    expression.lastIndex = this.at + length;
    const found = expression.exec(this.text);
    if (found) this.at += length + found[0].length;
    return found;
  }

  finish(): void {
    this.take(SPACE);
    if (this.at < this.text.length) this.fail(`"${this.text[this.at]}" is not expected`);
  }

  comparison(depth: number): Node {
    const first = this.sum(depth);
    const [operator] = this.take(COMPARISON) ?? [];
    if (operator === undefined) return first;
    const second = this.sum(depth);
    return (scope) => compared(operator, first(scope), second(scope));
  }

  private sum(depth: number): Node {
    return this.chain(SUM, () => this.product(depth));
  }

  private product(depth: number): Node {
    return this.chain(PRODUCT, () => this.one(depth));
  }

  private chain(operators: RegExp, next: () => Node): Node {
    let node = next();
    for (let found = this.take(operators); found; found = this.take(operators)) {
      const [[operator], first, second] = [found, node, next()];
      node = (scope) => computed(operator, first(scope), second(scope));
    }
    return node;
  }

  private one(depth: number): Node {
    if (depth > DEPTH_MAX) this.fail(`more than ${DEPTH_MAX} parentheses in each other`);
    if (this.take(/-/y)) {
      const of = this.one(depth + 1);
      return (scope) => computed('-', 0, of(scope));
    }
    if (this.take(/\(/y)) {
      const inner = this.comparison(depth + 1);
      if (!this.take(/\)/y)) this.fail('a ) is missing');
      return inner;
    }
    const number = this.take(NUMBER);
    if (number) return () => Number(number[0]);
    const text = this.take(TEXT);
    if (text) return () => text[1].replace(/\\(.)/g, '$1');
    return this.path();
  }

  private path(): Node {
    const [root] = this.take(NAME) ?? this.fail(this.at === this.text.length ? 'it ends where a value is missing' : 'no value begins here');
    if (Object.hasOwn(WORDS, root)) return () => WORDS[root];
    const position = this.at - root.length + 1;
    const steps: string[] = [];
    for (STEP.lastIndex = this.at; ; STEP.lastIndex = this.at) {
      const step = STEP.exec(this.text);
      if (!step) break;
      steps.push(step[1] ?? step[2]);
      this.at += step[0].length;
    }
    const path = { root, steps, position };
    this.paths.push(path);
    return (scope) => scope(path);
  }
}

function computed(operator: string, first: unknown, second: unknown): unknown {
  if (operator === '+' && (typeof first === 'string' || typeof second === 'string'))
    return first === undefined || second === undefined ? undefined : `${first}${second}`;
  const [a, b] = [first, second].map((value) => (typeof value === 'boolean' || typeof value === 'bigint' ? Number(value) : value));
  if (typeof a !== 'number' || typeof b !== 'number') return undefined;
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    default:
      return a % b;
  }
}

function compared(operator: string, first: unknown, second: unknown): boolean | undefined {
  if (first === undefined || second === undefined) return undefined;
  if (operator === '=') return first === second;
  if (operator === '!=') return first !== second;
  const [a, b] = [first as number, second as number];
  if (operator === '>') return a > b;
  if (operator === '>=') return a >= b;
  return operator === '<' ? a < b : a <= b;
}
