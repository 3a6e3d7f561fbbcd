/** Decoded values as JSON has them: bytes are hexadecimal digits, maps objects, and numbers that JSON lacks text. */
export function jsonValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (Array.isArray(value)) return value.map(jsonValue);
  const entries: Iterable<readonly [string, unknown]> = value instanceof Map ? value : Object.entries(value);
  return Object.fromEntries([...entries].map(([name, item]) => [name, jsonValue(item)]));
}
