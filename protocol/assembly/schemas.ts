/**
 * The schemas that a guest was built with: every generated file notes its party's schema when the module starts, and the host asks
 * for all of them. So an old module cannot misread the messages of a new schema.
 */

/** More parties than one actor deals with; further ones are not checked. */
const SCHEMAS_MAX: i32 = 64;

const addresses = new StaticArray<u16>(SCHEMAS_MAX);
const fingerprints = new StaticArray<u64>(SCHEMAS_MAX);
let count: i32 = 0;

/** @param fingerprint `partyFingerprint` (protocol/fingerprint.ts) */
export function noteSchema(address: u16, fingerprint: u64): void {
  if (count == SCHEMAS_MAX) return;
  unchecked((addresses[count] = address));
  unchecked((fingerprints[count] = fingerprint));
  count++;
}

/** All noted schemas, as JSON: `{"64":"0123456789abcdef",...}`. */
export function describeSchemas(): string {
  let text = '{';
  for (let i = 0; i < count; i++) {
    if (i > 0) text += ',';
    text += '"' + decimal(unchecked(addresses[i])) + '":"' + hexadecimal(unchecked(fingerprints[i])) + '"';
  }
  return text + '}';
}

/** Used in place of `toString`, whose tables would be a tenth of a small module. */
export function decimal(value: u32): string {
  let text = '';
  do {
    text = String.fromCharCode(48 + (value % 10)) + text;
    value /= 10;
  } while (value > 0);
  return text;
}

function hexadecimal(value: u64): string {
  let text = '';
  for (let shift = 60; shift >= 0; shift -= 4) {
    const digit = <i32>((value >> shift) & 15);
    text += String.fromCharCode(digit < 10 ? 48 + digit : 87 + digit);
  }
  return text;
}
