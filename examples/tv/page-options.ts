/**
 * Options of the page from outside: from the address of the television in a browser, or the command line of a headless run. The page
 * opens before it can receive a message, so its thread gets them at its start: a browser's by its own address, Node's by its environment.
 */

/** Name of the environment variable. */
export const PAGE_VARIABLE = 'TANDEM_TV_PAGE';

export interface PageOptions {
  /** Deadline of the page's requests to the network; the schema's when not given. Tests need a shorter one. */
  readonly requestDeadlineMs?: number;
  /** How long a former page's picture may stay while the catalogue does not answer; `HELD_MS` when not given. */
  readonly heldMs?: number;
  /** Share of the picture's width and height that stays free at each edge, in percent; 0 when not given. */
  readonly safePercent?: number;
}

const OPTIONS = ['requestDeadlineMs', 'heldMs', 'safePercent'] as const;
/** More than any set cuts off. */
const SAFE_PERCENT_MAX = 10;

/** @throws RangeError for anything that is no time, or no share */
export function pageOptionsIn(parameters: URLSearchParams): PageOptions {
  const given = OPTIONS.flatMap((name) => {
    const text = parameters.get(name);
    return text === null ? [] : [[name, numberIn(name, text)] as const];
  });
  return Object.fromEntries(given);
}

function numberIn(name: (typeof OPTIONS)[number], text: string): number {
  if (name !== 'safePercent') return millisecondsIn(name, text);
  const percent = Number(text);
  if (percent >= 0 && percent <= SAFE_PERCENT_MAX) return percent;
  throw new RangeError(`${name} is a percentage from 0 to ${SAFE_PERCENT_MAX}, not ${text}`);
}

function millisecondsIn(name: string, text: string): number {
  const milliseconds = Number(text);
  if (milliseconds > 0 && Number.isFinite(milliseconds)) return milliseconds;
  throw new RangeError(`${name} is a number of milliseconds above 0, not ${text}`);
}

export const parametersOf = (options: PageOptions): URLSearchParams =>
  new URLSearchParams(OPTIONS.flatMap((name) => (options[name] === undefined ? [] : [[name, String(options[name])]])));
