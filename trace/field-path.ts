/** Paths through the fields of schemas, as `nodes[3].x`: whether any schema has such a field, before something waits for it for ever. */
import type { Field } from '../protocol/schema.js';
import { nearNames } from './near-names.js';

type NamedFields = readonly (readonly [name: string, field: Field])[];

/** How far a path leads, and what there is where it ends. */
interface Astray {
  readonly at: number;
  readonly known: readonly string[];
}

/**
 * @param schemas fields of all that the path may begin in
 * @returns what is wrong in words, with the nearest names; empty when at least one of the schemas has such a field
 */
export function wrongPath(steps: readonly string[], schemas: readonly NamedFields[], of: string): string {
  const astray: Astray[] = [];
  for (const fields of schemas) {
    const found = inFields(fields, steps, 0);
    if (!found) return '';
    astray.push(found);
  }
  const at = Math.max(0, ...astray.map((each) => each.at));
  const known = astray.filter((each) => each.at === at).flatMap((each) => each.known);
  const where = [of, ...steps.slice(0, at)].join('.');
  return known.length === 0 ? `${where} has no fields` : `there is no ${steps[at]} in ${where}${nearNames(steps[at], known)}`;
}

function inFields(fields: NamedFields, steps: readonly string[], at: number): Astray | null {
  if (at === steps.length) return null;
  const found = fields.find(([name]) => name === steps[at]);
  return found ? inField(found[1], steps, at + 1) : { at, known: fields.map(([name]) => name) };
}

function inField(field: Field, steps: readonly string[], at: number): Astray | null {
  if (at === steps.length) return null;
  switch (field.type) {
    case 'optional':
      return inField(field.item!, steps, at);
    case 'struct':
      return inFields(Object.entries(field.fields!), steps, at);
    case 'list':
      return /^\d+$/.test(steps[at]) ? inField(field.item!, steps, at + 1) : length(steps, at);
    case 'map':
      return inField(field.item!, steps, at + 1);
    case 'dynamic':
      return null;
    case 'str':
    case 'bin':
      return length(steps, at);
    default:
      return { at, known: [] };
  }
}

const length = (steps: readonly string[], at: number): Astray | null =>
  steps[at] === 'length' && at === steps.length - 1 ? null : { at, known: ['length'] };
