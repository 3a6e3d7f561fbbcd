/**
 * Where in its source a script threw: a bundle's own places, `site/base-1f2e.js:1:40217`, help nobody. What finds that out is loaded at the first
 * crash, in development alone: in production a crash report has the bundle's place.
 */
import { inTime } from '../../actors/contract/host.js';
import type { SiteSearch } from '../../actors/contract/instance.js';
import { reasonsOf, stackOf } from '../../actors/contract/thrown.js';
import { consoleFor } from '../common/console.js';
import { isProduction } from '../common/production.js';
import { platformTimers } from '../common/timers.js';
import { SOURCE_MAP_DEADLINE_MS } from '../limits.js';

let isTold = false;

/** Says once in a thread why there are no lines. */
function tell(error: unknown): void {
  if (!isTold) consoleFor()?.(`tandem: crash reports have no lines of the scripts' sources: ${reasonsOf(error)}`);
  isTold = true;
}

/**
 * @param place of what was thrown, as `placeOf` found it
 * @returns a search for that place in the source; it finds the same place where the script has no map. Null where there is none to look for
 */
export function scriptSite(place: string, thrown: unknown): SiteSearch | null {
  if (isProduction() || !/\.[cm]?js:\d+:\d+$/.test(place)) return null;
  const stack = stackOf(thrown);
  let found = place;
  const search = async () => {
    const { originalPlace } = await import('./original-place.js');
    found = await originalPlace(stack, place);
  };
  const late = () => new Error(`no answer in ${SOURCE_MAP_DEADLINE_MS} ms`);
  const ready = () => inTime(platformTimers, SOURCE_MAP_DEADLINE_MS, search(), late).catch(tell);
  return Object.assign(() => found, { ready });
}
