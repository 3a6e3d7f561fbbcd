/**
 * The fetch port: one HTTP exchange per `start`, made by the platform's `fetch`. Every start that is not aborted is answered once.
 * The catch: an answer must fit a frame, so a body is read only up to its limit, and headers that do not fit are left out.
 */
import type { Timers } from '../../../actors/contract/host.js';
import type { Incoming } from '../../../actors/model/handlers.js';
import type { Port } from '../../../actors/vm/port/port.js';
import type { Vm } from '../../../actors/vm/vm.js';
import type { MessageOf } from '../../../protocol/fields.js';
import { fetch as fetchSchema } from '../../../protocol/generated/fetch.js';
import { network } from '../../../protocol/generated/network.js';
import {
  HTTP_HEADER_NAME_BYTES_MAX,
  HTTP_HEADER_VALUE_BYTES_MAX,
  HTTP_HEADERS_MAX,
  RESPONSE_BODY_BYTES_MAX,
} from '../../../protocol/ports/fetch.js';
import { traceparentOf } from '../../../trace/export/ids.js';
import { wordsOf } from './error-words.js';
import { OFFER_AGAIN_MS, offer } from './offer.js';

type Start = MessageOf<typeof fetchSchema, 'start'>;
type Answer = MessageOf<typeof network, 'fetched'>;

/** Characters kept of an error in the platform's own words, so that they fit the message in UTF-8. */
const ERROR_LENGTH_MAX = 160;
/** Half characters are not text: the cut may leave one, and an error may contain some. */
const HALVES = /\p{Surrogate}/gu;

export interface FetchPortOptions {
  /** The platform's `fetch`, or one that answers from elsewhere. */
  readonly fetch: typeof globalThis.fetch;
  /** Base of relative URLs. */
  readonly baseUrl: URL;
  /**
   * Whether each request carries the header `traceparent` of W3C Trace Context, unless the application has set one: with the ids that
   * `tandem export --format otlp` gives the message, so that a server's spans join them. A server of another origin must allow the header.
   * False when not given.
   */
  readonly traceparent?: boolean;
}

/** Header of W3C Trace Context. */
const TRACEPARENT = 'traceparent';

export function openFetchPort(vm: Vm, options: FetchPortOptions): Port<typeof fetchSchema> {
  const running = new Map<number, AbortController>();
  const port = vm.openPort<typeof fetchSchema>(fetchSchema, {
    onStart(start, incoming) {
      const { request } = start;
      const controller = new AbortController();
      running.set(request, controller);
      const answerWith = (answer: Omit<Answer, 'request'>) => {
        if (running.get(request) !== controller) return;
        let sent = false;
        const couldBeSent = port.attempt(() => {
          sent = offer(() => port.causedBy(incoming, () => port.send(network.receives.fetched, { ...answer, request })));
        });
        // An answer that does not fit the message, for example with a status outside HTTP's range, counts as a failure.
        if (!couldBeSent) answerWith(failed('unreachable', 'the answer cannot be handed on'));
        else if (sent) running.delete(request);
        else setTimeout(answerWith, OFFER_AGAIN_MS, answer);
      };
      const traced = options.traceparent ? withTraceparent(start, incoming) : start;
      exchange(traced, controller, options, vm.timers).then(answerWith, () => answerWith(failed('unreachable', 'the error has no words')));
    },
    onAbort({ request }) {
      const controller = running.get(request);
      running.delete(request);
      controller?.abort();
    },
    onClose() {
      for (const controller of running.values()) controller.abort();
      running.clear();
    },
  });
  return port;
}

function withTraceparent(start: Start, incoming: Incoming): Start {
  if (start.headers.some(({ name }) => name.toLowerCase() === TRACEPARENT)) return start;
  return { ...start, headers: [...start.headers, { name: TRACEPARENT, value: traceparentOf(incoming, fetchSchema.address) }] };
}

const failed = (failure: Answer['failure'], error: unknown): Omit<Answer, 'request'> => ({
  status: 0,
  headers: [],
  body: new Uint8Array(0),
  failure,
  error: wordsOf(error).slice(0, ERROR_LENGTH_MAX).replace(HALVES, ''),
});

/** Never rejects. */
async function exchange(
  start: Start,
  controller: AbortController,
  { fetch, baseUrl }: FetchPortOptions,
  timers: Timers,
): Promise<Omit<Answer, 'request'>> {
  let request: Request;
  try {
    request = toRequest(start, baseUrl, controller.signal);
  } catch (error) {
    return failed('invalid', error);
  }
  let late = false;
  const deadline = timers.set(start.timeoutMs, () => {
    late = true;
    controller.abort();
  });
  try {
    const response = await fetch(request);
    const body = await readBody(response);
    if (body === null) return failed('too-large', `more than ${RESPONSE_BODY_BYTES_MAX} bytes`);
    return { status: response.status, headers: headersOf(response), body, failure: 'none', error: '' };
  } catch (error) {
    return late ? failed('timeout', `no answer in ${start.timeoutMs} ms`) : failed('unreachable', error);
  } finally {
    timers.clear(deadline);
  }
}

function toRequest({ url, method, headers, body }: Start, baseUrl: URL, signal: AbortSignal): Request {
  return new Request(new URL(url, baseUrl), {
    method,
    headers: headers.map(({ name, value }): [string, string] => [name, value]),
    body: body.length > 0 ? body.slice() : undefined,
    signal,
  });
}

/** @returns null when the body is longer than a frame may carry; the rest of it is not read */
async function readBody(response: Response): Promise<Uint8Array | null> {
  if (!response.body) return whole(response);
  const reader = response.body.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > RESPONSE_BODY_BYTES_MAX) {
      void reader.cancel().catch(() => {}); // nobody waits for it
      return null;
    }
    pieces.push(value);
  }
  return joined(pieces, length);
}

/** Reads an answer without a stream: an empty one, or that of an engine that has no streams. */
async function whole(response: Response): Promise<Uint8Array | null> {
  const body = new Uint8Array(await response.arrayBuffer());
  return body.length > RESPONSE_BODY_BYTES_MAX ? null : body;
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Header text is Latin-1: twice its length bounds its UTF-8. */
function headersOf(response: Response): Answer['headers'] {
  return [...response.headers]
    .filter(([name, value]) => name.length <= HTTP_HEADER_NAME_BYTES_MAX && 2 * value.length <= HTTP_HEADER_VALUE_BYTES_MAX)
    .slice(0, HTTP_HEADERS_MAX)
    .map(([name, value]) => ({ name, value }));
}
