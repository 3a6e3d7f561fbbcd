/** States of actors for people: a line for each field of a state, with its length where not all of it is shown. */
import { shortText } from '../trace/text.js';

/** @param states decoded, by the names of their actors */
export const stateLines = (states: { readonly [actor: string]: unknown }): readonly string[] =>
  Object.entries(states).flatMap(([actor, state]) =>
    isPlain(state) ? [`${actor}:`, ...fieldLines(state)] : [`${actor}: ${fieldText(state)}`],
  );

const fieldLines = (state: object): readonly string[] => Object.entries(state).map(([name, value]) => `  ${name}: ${fieldText(value)}`);

function fieldText(value: unknown): string {
  const text = shortText(value);
  return text.endsWith('…') ? `${countText(value)}${text}` : text;
}

function countText(value: unknown): string {
  if (Array.isArray(value)) return `${value.length} items `;
  if (value instanceof Map) return `${value.size} entries `;
  return isPlain(value) ? `${Object.keys(value).length} entries ` : '';
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array) && !(value instanceof Map);
