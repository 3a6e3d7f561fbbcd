/**
 * What the page can be told from outside: by the address of the television in a browser, or the command line of a headless run. It opens before
 * anybody can send it anything, so its thread is told as it starts: a browser's by its own address, Node's by its environment.
 */

/** Variable of the environment. */
export const PAGE_VARIABLE = 'TANDEM_TV_PAGE';

export interface PageOptions {
  /** Of what the page asks of the network; the schema's when not given. A test cannot wait for that one. */
  readonly requestDeadlineMs?: number;
}

const DEADLINE = 'requestDeadlineMs';

/** @throws RangeError for a deadline that is none */
export function pageOptionsIn(parameters: URLSearchParams): PageOptions {
  const text = parameters.get(DEADLINE);
  if (text === null) return {};
  const requestDeadlineMs = Number(text);
  if (!(requestDeadlineMs > 0 && Number.isFinite(requestDeadlineMs)))
    throw new RangeError(`${DEADLINE} is a number of milliseconds above 0, not ${text}`);
  return { requestDeadlineMs };
}

export const parametersOf = ({ requestDeadlineMs }: PageOptions): URLSearchParams =>
  new URLSearchParams(requestDeadlineMs === undefined ? [] : [[DEADLINE, String(requestDeadlineMs)]]);
