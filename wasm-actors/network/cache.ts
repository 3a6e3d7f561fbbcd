/**
 * Answers kept for later, the least recently used first. Bounded in entries and in bytes.
 * The catch: the cache does not know how old is too old; each request brings its own policy.
 */
import { Bytes, List } from '../../protocol/assembly/values';
import {
  CachedAnswer,
  HttpHeader,
  HttpMethod,
  CACHE_BYTES_MAX,
  CACHE_ENTRIES_MAX,
  CACHE_ENTRY_BYTES_MAX,
} from '../../protocol/generated/assembly/network';
import { isAmong, Target } from './url';

export class Cache {
  entries: CachedAnswer[] = [];
  /** Bound on the sum of the entries' sizes. */
  bytesMax: i32 = CACHE_BYTES_MAX;
  private bytes: i32 = 0;

  /** Counts as a use: the entry becomes the last one to be evicted. */
  find(method: HttpMethod, url: string, headers: List<HttpHeader>): CachedAnswer | null {
    const place = this.placeOf(method, url, headers);
    if (place < 0) return null;
    const entry = this.entries[place];
    this.entries.splice(place, 1);
    this.entries.push(entry);
    return entry;
  }

  put(entry: CachedAnswer): void {
    const former = this.placeOf(entry.method, entry.url.text, entry.requestHeaders);
    if (former >= 0) this.removeAt(former);
    const size = sizeOf(entry);
    if (size > CACHE_ENTRY_BYTES_MAX || size > this.bytesMax) return;
    while (this.entries.length >= CACHE_ENTRIES_MAX || this.bytes + size > this.bytesMax) this.removeAt(0);
    this.entries.push(entry);
    this.bytes += size;
  }

  /** Drops the answers of these targets, for all methods and headers. */
  forget(targets: Target[]): void {
    for (let i = this.entries.length - 1; i >= 0; i--) if (isAmong(targets, this.entries[i].url.text)) this.removeAt(i);
  }

  forgetPrefix(prefix: string): void {
    for (let i = this.entries.length - 1; i >= 0; i--) if (this.entries[i].url.text.startsWith(prefix)) this.removeAt(i);
  }

  load(entries: CachedAnswer[]): void {
    this.entries = entries;
    this.bytes = 0;
    for (let i = 0; i < entries.length; i++) this.bytes += sizeOf(entries[i]);
  }

  private placeOf(method: HttpMethod, url: string, headers: List<HttpHeader>): i32 {
    for (let i = 0; i < this.entries.length; i++) {
      const entry = this.entries[i];
      if (entry.method == method && entry.url.text == url && equalHeaders(entry.requestHeaders, headers)) return i;
    }
    return -1;
  }

  private removeAt(place: i32): void {
    this.bytes -= sizeOf(this.entries[place]);
    this.entries.splice(place, 1);
  }
}

/** Bytes of the body and UTF-16 units of all texts. */
function sizeOf(entry: CachedAnswer): i32 {
  return entry.body.length + entry.url.text.length + headersLength(entry.requestHeaders) + headersLength(entry.headers);
}

/** UTF-16 units of all names and values. */
export function headersLength(headers: List<HttpHeader>): i32 {
  let length = 0;
  for (let i = 0; i < headers.length; i++) length += headers[i].name.text.length + headers[i].value.text.length;
  return length;
}

/** True for the same names and values in the same order. A different order counts as a difference, which only costs a fetch. */
export function equalHeaders(one: List<HttpHeader>, other: List<HttpHeader>): bool {
  if (one.length != other.length) return false;
  for (let i = 0; i < one.length; i++) {
    if (one[i].name.text != other[i].name.text || one[i].value.text != other[i].value.text) return false;
  }
  return true;
}

export function equalBytes(one: Bytes, other: Bytes): bool {
  return one.length == other.length && memory.compare(one.address, other.address, one.length) == 0;
}
