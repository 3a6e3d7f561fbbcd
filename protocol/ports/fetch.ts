/**
 * The fetch port: one HTTP exchange per `start`, without policy. Retries, cache, dedupe and limits are network's.
 *
 *   network                      fetch
 *      |--- start 7 ---------------->|   exactly one answer for each start that is not aborted
 *      |<-- network.fetched 7 -------|
 *      |--- start 8 ---------------->|
 *      |--- abort 8 ---------------->|   no answer is needed, and a late one is ignored
 *
 * The catch: a port is not replayed. network waits for an answer only until its own deadline: `timeoutMs` and a grace period.
 */

import { FRAME_BYTES_MAX } from '../limits.js';
import { bin, choice, list, message, port, str, struct, u32 } from '../schema.js';

export const URL_BYTES_MAX = 2048;
export const HTTP_HEADERS_MAX = 32;
export const HTTP_HEADER_NAME_BYTES_MAX = 64;
/** Long enough for a signed token. */
export const HTTP_HEADER_VALUE_BYTES_MAX = 2048;
/** Bodies are forms or queries; FETCHES_MAX of them, with their headers, fit a snapshot. */
export const REQUEST_BODY_BYTES_MAX = 32 << 10;
/** The rest of the frame is for the headers: 32 of the longest are 68 KB. */
export const RESPONSE_BODY_BYTES_MAX = FRAME_BYTES_MAX - (96 << 10);

export const httpMethod = choice('HttpMethod', ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'POST', 'PATCH']);

/** In answers, names are in lower case, and the port leaves out what does not fit the limits. */
export const httpHeaders = list(
  struct('HttpHeader', { name: str(HTTP_HEADER_NAME_BYTES_MAX), value: str(HTTP_HEADER_VALUE_BYTES_MAX) }),
  HTTP_HEADERS_MAX,
);

/**
 * Why a fetch has no answer. `unreachable` and `timeout` come from the port or from network's own deadline, `too-large` from the
 * port when the body is longer than RESPONSE_BODY_BYTES_MAX, `invalid` when the platform does not accept the URL or a header;
 * `cancelled` and `overloaded` come from network itself.
 */
export const fetchFailure = choice('FetchFailure', ['none', 'unreachable', 'timeout', 'too-large', 'invalid', 'cancelled', 'overloaded']);

export const fetch = port({
  name: 'fetch',
  address: 35,
  receives: {
    start: message({
      kind: 0x1301,
      fields: {
        /** Unique among the fetches of this run. */
        request: u32,
        url: str(URL_BYTES_MAX),
        method: httpMethod,
        headers: httpHeaders,
        /** Empty for none. */
        body: bin(REQUEST_BODY_BYTES_MAX),
        /** After this time the port answers `timeout`. */
        timeoutMs: u32,
      },
    }),
    abort: message({ kind: 0x1302, fields: { request: u32 } }),
  },
  sendsTo: ['network'],
});
