/** Modules that cannot be run as the counter's guest, each with the reported reason. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { counter } from '../../examples/counter/protocol/generated/index.js';
import { messagesOf } from '../../protocol/bind.js';
import { partyFingerprint } from '../../protocol/fingerprint.js';
import { plainGuest } from '../guest/plain-guest.js';

const dist = new URL('../../dist/', import.meta.url);
export const counterModule = new URL('examples/counter/wasm-actors/counter.wasm', dist);

const whole = () => new Uint8Array(readFileSync(counterModule));
/** Encodes a number as in a module: signed LEB128. */
function leb128(value: bigint): number[] {
  const byte = Number(value & 0x7fn);
  const rest = value >> 7n;
  const isLast = (rest === 0n && byte < 64) || (rest === -1n && byte >= 64);
  return isLast ? [byte] : [byte | 0x80, ...leb128(rest)];
}

/** Has another fingerprint of its schema, like an old build. */
function ofAnotherSchema(): Uint8Array {
  const bytes = whole();
  const fingerprint = Buffer.from(leb128(BigInt.asIntN(64, BigInt(`0x${partyFingerprint(counter, messagesOf(counter))}`))));
  const at = Buffer.from(bytes).indexOf(fingerprint);
  if (at < 0) throw new Error('the fingerprint is not in the module');
  bytes[at] ^= 1;
  return bytes;
}

const flipped = (at: number) => whole().map((byte, i) => (i === at ? byte ^ 0xff : byte));

/** Content of its file; null for no file. */
const FILES: Readonly<Record<string, readonly [bytes: () => Uint8Array | null, reason: RegExp]>> = {
  'is empty': [() => new Uint8Array(), /not a module: .*/],
  'is cut short': [() => whole().subarray(0, whole().length / 2), /not a module: /],
  'has a byte that is another': [() => flipped(40), /not a module: /],
  'is a page': [() => new TextEncoder().encode('<!doctype html><title>Television</title>'), /not a module: /],
  'is not there': [() => null, /ENOENT.*no-such\.wasm/],
  "is another actor's": [
    () => new Uint8Array(readFileSync(new URL('wasm-actors/focus.wasm', dist))),
    /other actor: the module is focus at /,
  ],
  'lacks an export': [() => plainGuest({ without: 'tandem_handle' }), /missing export: function tandem_handle/],
  'wants to print': [() => plainGuest({ imports: 'env.console.log' }), /forbidden import: function env\.console\.log/],
  'has an old ABI': [() => plainGuest({ abiVersion: 0 }), /abi version: the module has 0, this runtime 1/],
  'was built for another schema': [ofAnotherSchema, /other schema: counter was built for another schema of counter: run npx tandem build/],
  'traps as it starts': [() => plainGuest({ start: 'trap' }), /unreachable/],
  'traps as it is spawned': [() => plainGuest({ snapshot: 'trap' }), /unreachable/],
};

export const FAULTS = Object.keys(FILES);
export const reasonOf = (fault: string): RegExp => FILES[fault][1];

const folder = mkdtempSync(join(tmpdir(), 'tandem-guests-'));

/** @returns the URL of a file with these bytes */
export function moduleOf(bytes: Uint8Array | null, name = 'no-such.wasm'): URL {
  const file = join(folder, name);
  if (bytes) writeFileSync(file, bytes);
  return pathToFileURL(file);
}

export const brokenModule = (fault: string): URL => {
  const bytes = FILES[fault][0]();
  return moduleOf(bytes, bytes ? `${fault.replaceAll(/\W/g, '-')}.wasm` : 'no-such.wasm');
};
