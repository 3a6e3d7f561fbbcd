/** Does something at another time of day, with other chances: what depends on them does not come out again. */
import { withAnswers } from '../../common/chance-guard.js';

const HOUR_MS = 3_600_000;

/** Only for work that does not wait: nothing else runs meanwhile. */
export const atAnotherTime = <T>(work: () => T): T =>
  withAnswers(work, (shown, own) => {
    if (shown === 'Math.random') return 1 - (own() as number);
    // What `crypto` gives is another one each time, as it is.
    return shown.startsWith('crypto.') ? own() : (own() as number) + HOUR_MS;
  });
