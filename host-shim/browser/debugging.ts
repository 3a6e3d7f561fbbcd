/**
 * Whether a debugger stops threads of this page. Browsers do not tell, so it is tried out, and only when a thread is suspected: one of its own says
 * that it begins, comes to a `debugger` statement, some times, as a debugger may attach to it late, and says that it has ended.
 *
 *   "begun", "ended"                          ──> none stops threads
 *   "begun", and no "ended" in STOPPED_MS     ──> one does: it has stopped this one, too
 *   no "begun" in BEGIN_MS_MAX, or an error   ──> as if there were none: where a policy forbids such threads the application has to say
 */
import { afterTurn } from './turn.js';

/** What a thread may take to start on a busy device. */
const BEGIN_MS_MAX = 5_000;
/** Nothing else takes so long between two statements. */
const STOPPED_MS = 1_000;

/** Whoever debugs sees it for a second. */
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

/** What is known without trying. */
export const debugging = (): boolean => false;

let probing: Promise<boolean> | null = null;

/** Who asks while it is tried out gets the same answer. Never rejects. */
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
      // What has arrived while this thread was busy is read first.
      else timer = setTimeout(() => afterTurn(() => resolve(true)), STOPPED_MS);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      clearTimeout(timer);
      resolve(false);
    };
  });
}
