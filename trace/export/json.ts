/** Decoded values as JSON has them. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648. */
function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const word = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const digit = (shift: number): string => ALPHABET[(word >> shift) & 63];
    text += digit(18) + digit(12) + (at + 1 < bytes.length ? digit(6) : '=') + (at + 2 < bytes.length ? digit(0) : '=');
  }
  return text;
}

/** Bytes become `{ base64 }`, maps objects, and numbers that JSON lacks their names. */
export function jsonValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return { base64: base64(value) };
  if ('toJSON' in value) return value;
  if (Array.isArray(value)) return value.map(jsonValue);
  const entries: Iterable<readonly [string, unknown]> = value instanceof Map ? value : Object.entries(value);
  return Object.fromEntries([...entries].map(([name, item]) => [name, jsonValue(item)]));
}
