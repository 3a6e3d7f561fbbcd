/** The page is loaded again for an application that has begun again: with the filter that stood there, and it says so. */
import { say } from './say.js';

/** In the tab's own store, for the page that comes next. */
const KEPT_FILTER = 'tandem-begun-again';

export class BegunAgain {
  constructor(private readonly filter: HTMLInputElement) {
    const kept = sessionStorage.getItem(KEPT_FILTER);
    if (kept === null) return;
    sessionStorage.removeItem(KEPT_FILTER);
    filter.value = kept;
    say('the application has begun again: this is the one that runs');
  }

  /** A message that the address names is one of the run before. */
  show(): void {
    sessionStorage.setItem(KEPT_FILTER, this.filter.value);
    history.replaceState(null, '', location.pathname + location.search);
    location.reload();
  }
}
