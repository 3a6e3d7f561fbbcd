/** Conditions on the body of a message: a path into its fields, and a value. */
import { fail, type Operator, type Term } from './filter-syntax.js';

type Step = string | number;

export interface BodyTest {
  /** Where its path begins: a body without this field does not pass. */
  readonly field: Step;
  /** Whether the body has the value of the term at its path. */
  test(body: unknown): boolean;
}

/** @throws FilterError */
export function bodyTest({ name, operator, value, quoted, position, valuePosition }: Term): BodyTest {
  const path = pathOf(name.slice('body.'.length), position);
  if (operator === '' || operator === ':') fail(`write ${name} with = != > >= < <= or ~`, position);
  const limit = quoted ? value : literal(value);
  if ('<=>='.includes(operator) && operator !== '=' && typeof limit !== 'number') fail(`${name}${operator} needs a number`, valuePosition);
  const [field] = path;
  if (operator === '~') return { field, test: (body) => containsText(at(body, path), String(limit)) };
  const test = (body: unknown) => {
    const found = at(body, path);
    return found !== undefined && compare(found, operator, limit);
  };
  return { field, test };
}

function literal(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

/** `nodes[412].x` */
function pathOf(text: string, position: number): Step[] {
  const steps: Step[] = [];
  for (const part of text.split('.')) {
    const [, name, indices] = /^([\w$-]+)((?:\[\d+\])*)$/.exec(part) ?? fail(`body.${text} is no path: write body.nodes[3].x`, position);
    steps.push(name, ...[...indices.matchAll(/\d+/g)].map(([digits]) => Number(digits)));
  }
  return steps;
}

function at(value: unknown, path: readonly Step[]): unknown {
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<Step, unknown>)[step];
  }
  return value;
}

const containsText = (found: unknown, part: string): boolean => typeof found === 'string' && found.includes(part);

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
