/** Syntax of the filter language: text into conditions. filter.ts says what they mean. */

/** A filter that makes no sense. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
  constructor(
    problem: string,
    /** In characters, from 1. */
    readonly position: number,
  ) {
    super(`filter, at character ${position}: ${problem}`);
  }
}

export function fail(problem: string, at: number): never {
  throw new FilterError(problem, at + 1);
}

const OPERATORS = [':', '!=', '>=', '<=', '=', '>', '<', '~'] as const;
export type Operator = (typeof OPERATORS)[number] | '';

/** A name, an operator and a value, as `wait>4ms`; or a name alone, as `trap`. */
export interface Term {
  readonly type: 'term';
  readonly name: string;
  readonly operator: Operator;
  readonly value: string;
  /** Whether the value was in quotes: then it is a text. */
  readonly quoted: boolean;
  readonly position: number;
  readonly valuePosition: number;
}

export type Condition =
  | Term
  | { readonly type: 'not'; readonly of: Condition }
  | { readonly type: 'and' | 'or'; readonly of: readonly Condition[] };

/** Parentheses and `not` in each other. */
const DEPTH_MAX = 50;
const NAME = /[A-Za-z_$][\w$.[\]-]*/y;
const SPACE = /\s*/y;
const OPERATOR = /!=|>=|<=|[:=><~]/y;
const BARE = /[^\s()"]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;

/** @returns null for an empty filter @throws FilterError */
export function parseFilter(text: string): Condition | null {
  const parser = new Parser(text);
  if (parser.isAtEnd()) return null;
  const condition = parser.or(0);
  if (!parser.isAtEnd()) fail(`a ) without its (`, parser.at);
  return condition;
}

class Parser {
  at = 0;

  constructor(private readonly text: string) {}

  private take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text);
    if (found) this.at += found[0].length;
    return found;
  }

  isAtEnd(): boolean {
    this.take(SPACE);
    return this.at === this.text.length;
  }

  /** Skips a word or sign, if it is next. */
  private skip(word: string): boolean {
    this.take(SPACE);
    const end = this.at + word.length;
    if (this.text.slice(this.at, end) !== word) return false;
    if (word !== '(' && word !== ')' && /[\w.:=<>~!]/.test(this.text.charAt(end))) return false;
    this.at = end;
    return true;
  }

  or(depth: number): Condition {
    const of = [this.and(depth)];
    while (this.skip('or')) of.push(this.and(depth));
    return of.length === 1 ? of[0] : { type: 'or', of };
  }

  private and(depth: number): Condition {
    const of = [this.one(depth)];
    while (!this.isAtEnd() && this.text[this.at] !== ')') {
      const before = this.at;
      if (this.skip('or')) {
        this.at = before;
        break;
      }
      this.skip('and');
      of.push(this.one(depth));
    }
    return of.length === 1 ? of[0] : { type: 'and', of };
  }

  private one(depth: number): Condition {
    if (depth > DEPTH_MAX) fail(`more than ${DEPTH_MAX} conditions in each other`, this.at);
    if (this.skip('not')) return { type: 'not', of: this.one(depth + 1) };
    const position = this.at;
    if (!this.skip('(')) return this.term();
    const inner = this.or(depth + 1);
    if (!this.skip(')')) fail('a ( without its )', position);
    return inner;
  }

  private term(): Term {
    this.take(SPACE);
    const position = this.at;
    const [name] =
      this.take(NAME) ??
      fail(this.isAtEnd() ? 'it ends where a condition is missing' : `"${this.text[this.at]}" begins no condition`, this.at);
    const operator = (this.take(OPERATOR)?.[0] ?? '') as Operator;
    const valuePosition = this.at;
    if (operator === '') return { type: 'term', name, operator, value: '', quoted: false, position, valuePosition };
    const quoted = this.take(QUOTED);
    if (quoted) return { type: 'term', name, operator, value: unquoted(quoted[1]), quoted: true, position, valuePosition };
    if (this.text[this.at] === '"') fail('a text without its closing "', this.at);
    const value = this.take(BARE)?.[0] ?? fail(`a value is missing after ${name}${operator}`, this.at);
    return { type: 'term', name, operator, value, quoted: false, position, valuePosition };
  }
}

const unquoted = (text: string): string => text.replace(/\\(.)/g, '$1');
