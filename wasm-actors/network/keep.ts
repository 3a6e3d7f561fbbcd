/** Copies out of the frame, so that the values outlive the handler. */
import { Bytes, List, Text } from '../../protocol/assembly/values';
import { CachedAnswer, HttpHeader, NetworkFetch } from '../../protocol/generated/assembly/network';

export function keepHeaders(headers: List<HttpHeader>): List<HttpHeader> {
  const kept = new List<HttpHeader>();
  for (let i = 0; i < headers.length; i++) {
    const header = kept.add();
    header.name.text = headers[i].name.text;
    header.value.text = headers[i].value.text;
  }
  return kept;
}

export function keepBytes(bytes: Bytes): Bytes {
  const kept = new Bytes();
  kept.set(bytes.toArray());
  return kept;
}

export function holdFetch(fetch: NetworkFetch): void {
  hold(fetch.url);
  fetch.headers = keepHeaders(fetch.headers);
  fetch.body = keepBytes(fetch.body);
}

export function holdAnswer(entry: CachedAnswer): void {
  hold(entry.url);
  entry.requestHeaders = keepHeaders(entry.requestHeaders);
  entry.headers = keepHeaders(entry.headers);
  entry.body = keepBytes(entry.body);
}

function hold(text: Text): void {
  text.text = text.text;
}
