/** Conditions on the body of a message: a path into its fields, and a value. */
import { fail, type Operator, type Term } from './filter-syntax.js';

export interface BodyTest {
  /** As `nodes`, `3`, `x`. */
  readonly path: readonly string[];
  /** Whether what a body has at the path is what the term says. */
  test(found: unknown): boolean;
}

/** @throws FilterError */
export function bodyTest({ name, operator, value, quoted, position, valuePosition }: Term): BodyTest {
  const path = pathOf(name.slice('body.'.length), position);
  if (operator === '' || operator === ':') fail(`write ${name} with = != > >= < <= or ~`, position);
  const limit = quoted ? value : literal(value);
  if ('<=>='.includes(operator) && operator !== '=' && typeof limit !== 'number') fail(`${name}${operator} needs a number`, valuePosition);
  if (operator === '~') return { path, test: (found) => typeof found === 'string' && found.includes(String(limit)) };
  return { path, test: (found) => found !== undefined && compare(found, operator, limit) };
}

function literal(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

/** `nodes[412].x` */
function pathOf(text: string, position: number): string[] {
  const steps: string[] = [];
  for (const part of text.split('.')) {
    const [, name, indices] = /^([\w$-]+)((?:\[\d+\])*)$/.exec(part) ?? fail(`body.${text} is no path: write body.nodes[3].x`, position);
    steps.push(name, ...[...indices.matchAll(/\d+/g)].map(([digits]) => digits));
  }
  return steps;
}

/** @param limit a number, when the operator orders */
export function compare(found: unknown, operator: Operator, limit: unknown): boolean {
  switch (operator) {
    case '=':
      return found === limit;
    case '!=':
      return found !== limit;
    case '>':
      return typeof found === 'number' && found > (limit as number);
    case '>=':
      return typeof found === 'number' && found >= (limit as number);
    case '<':
      return typeof found === 'number' && found < (limit as number);
    default:
      return typeof found === 'number' && found <= (limit as number);
  }
}
