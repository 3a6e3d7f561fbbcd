/**
 * What the page can be told from outside: by the address of the television in a browser, or the command line of a headless run. It opens before
 * anybody can send it anything, so its thread is told as it starts: a browser's by its own address, Node's by its environment.
 */

/** Variable of the environment. */
export const PAGE_VARIABLE = 'TANDEM_TV_PAGE';

export interface PageOptions {
  /** Of what the page asks of the network; the schema's when not given. A test cannot wait for that one. */
  readonly requestDeadlineMs?: number;
  /** How long what a former page has left may stay while the catalogue does not answer; `HELD_MS` when not given. */
  readonly heldMs?: number;
}

const OPTIONS = ['requestDeadlineMs', 'heldMs'] as const;

/** @throws RangeError for a time that is none */
export function pageOptionsIn(parameters: URLSearchParams): PageOptions {
  const given = OPTIONS.flatMap((name) => {
    const text = parameters.get(name);
    return text === null ? [] : [[name, millisecondsIn(name, text)] as const];
  });
  return Object.fromEntries(given);
}

function millisecondsIn(name: string, text: string): number {
  const milliseconds = Number(text);
  if (milliseconds > 0 && Number.isFinite(milliseconds)) return milliseconds;
  throw new RangeError(`${name} is a number of milliseconds above 0, not ${text}`);
}

export const parametersOf = (options: PageOptions): URLSearchParams =>
  new URLSearchParams(OPTIONS.flatMap((name) => (options[name] === undefined ? [] : [[name, String(options[name])]])));
