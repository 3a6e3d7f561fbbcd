/** One line of JSON. Bytes are written as hexadecimal digits, numbers that JSON has no digits for as text. */
export const jsonText = (value: unknown): string => JSON.stringify(value, (_, inner) => writable(inner));

function writable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value);
  return value instanceof Map ? Object.fromEntries(value) : value;
}
