/**
 * Whether a debugger stops threads of this page. Browsers do not tell, so a probe finds out, but only when a thread is suspected: a thread
 * of its own says that it begins, runs a `debugger` statement several times, as a debugger may attach late, and says that it has ended.
 *
 *   "begun", "ended"                          ──> no debugger stops threads
 *   "begun", and no "ended" in STOPPED_MS     ──> one does: it has stopped the probe, too
 *   no "begun" in BEGIN_MS_MAX, or an error   ──> counts as no debugger: where a policy forbids such threads the application has to say
 */
import { afterTurn } from './turn.js';

/** The longest that a thread may take to start on a busy device. */
const BEGIN_MS_MAX = 5_000;
/** Nothing but a debugger takes this long between two statements. */
const STOPPED_MS = 1_000;

/** Source of the probe. A developer at the debugger sees it for a second. */
const PROBE = `// A thread of this page has not answered for a while. Before it is ended, Tandem asks with this one whether a debugger
// has stopped it. If so, nothing is ended. This thread goes away by itself.
let looks = 0;
const look = () => {
  postMessage('begun');
  debugger // here it stops
  if (++looks < 10) setTimeout(look, 50);
  else postMessage('ended');
};
look();
//# sourceURL=tandem-debugger-probe.js`;

/** The answer without a probe. */
export const debugging = (): boolean => false;

let probing: Promise<boolean> | null = null;

/** Calls during a probe share its answer. Never rejects. */
export function probeDebugger(): Promise<boolean> {
  probing ??= probe().finally(() => {
    probing = null;
  });
  return probing;
}

async function probe(): Promise<boolean> {
  const address = URL.createObjectURL(new Blob([PROBE], { type: 'text/javascript' }));
  try {
    const worker = new Worker(address, { name: 'tandem-debugger-probe' });
    try {
      return await isStopped(worker);
    } finally {
      worker.terminate();
    }
  } catch {
    return false; // the page may start no such thread
  } finally {
    URL.revokeObjectURL(address);
  }
}

function isStopped(worker: Worker): Promise<boolean> {
  return new Promise((resolve) => {
    let timer = setTimeout(() => resolve(false), BEGIN_MS_MAX);
    worker.onmessage = ({ data }) => {
      clearTimeout(timer);
      if (data === 'ended') resolve(false);
      // Messages that arrived while this thread was busy are read first.
      else timer = setTimeout(() => afterTurn(() => resolve(true)), STOPPED_MS);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      clearTimeout(timer);
      resolve(false);
    };
  });
}
