/**
 * Answers kept for later, the least recently used first. Bounded in entries and in bytes.
 * The catch: the cache does not know how old is too old; each request brings its own policy.
 */

import type { StateOf } from '../../protocol/fields.js';
import type { network } from '../../protocol/generated/network.js';
import { CACHE_BYTES_MAX, CACHE_ENTRIES_MAX, CACHE_ENTRY_BYTES_MAX } from '../../protocol/messages/network.js';
import { isAmong, type Target } from './url.js';

export type CachedAnswer = StateOf<typeof network>['cache'][number];
type Headers = CachedAnswer['headers'];
type Method = CachedAnswer['method'];

export class Cache {
  entries: CachedAnswer[] = [];
  /** Bound on the sum of the entries' sizes. */
  bytesMax = CACHE_BYTES_MAX;
  private bytes = 0;

  /** Counts as a use: the entry becomes the last one to be evicted. */
  find(method: Method, url: string, headers: Headers): CachedAnswer | null {
    const place = this.placeOf(method, url, headers);
    if (place < 0) return null;
    const entry = this.entries[place];
    this.entries.splice(place, 1);
    this.entries.push(entry);
    return entry;
  }

  put(entry: CachedAnswer): void {
    const former = this.placeOf(entry.method, entry.url, entry.requestHeaders);
    if (former >= 0) this.removeAt(former);
    const size = sizeOf(entry);
    if (size > CACHE_ENTRY_BYTES_MAX || size > this.bytesMax) return;
    while (this.entries.length >= CACHE_ENTRIES_MAX || this.bytes + size > this.bytesMax) this.removeAt(0);
    this.entries.push(entry);
    this.bytes += size;
  }

  /** Drops the answers of these targets, for all methods and headers. */
  forget(targets: readonly Target[]): void {
    for (let i = this.entries.length - 1; i >= 0; i--) if (isAmong(targets, this.entries[i].url)) this.removeAt(i);
  }

  forgetPrefix(prefix: string): void {
    for (let i = this.entries.length - 1; i >= 0; i--) if (this.entries[i].url.startsWith(prefix)) this.removeAt(i);
  }

  load(entries: CachedAnswer[]): void {
    this.entries = entries;
    this.bytes = 0;
    for (const entry of entries) this.bytes += sizeOf(entry);
  }

  private placeOf(method: Method, url: string, headers: Headers): number {
    for (let i = 0; i < this.entries.length; i++) {
      const entry = this.entries[i];
      if (entry.method === method && entry.url === url && equalHeaders(entry.requestHeaders, headers)) return i;
    }
    return -1;
  }

  private removeAt(place: number): void {
    this.bytes -= sizeOf(this.entries[place]);
    this.entries.splice(place, 1);
  }
}

/** Bytes of the body and UTF-16 units of all texts. */
const sizeOf = (entry: CachedAnswer): number =>
  entry.body.length + entry.url.length + headersLength(entry.requestHeaders) + headersLength(entry.headers);

/** UTF-16 units of all names and values. */
export function headersLength(headers: Headers): number {
  let length = 0;
  for (const header of headers) length += header.name.length + header.value.length;
  return length;
}

/** True for the same names and values in the same order. A different order counts as a difference, which only costs a fetch. */
export function equalHeaders(one: Headers, other: Headers): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) {
    if (one[i].name !== other[i].name || one[i].value !== other[i].value) return false;
  }
  return true;
}

export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}
