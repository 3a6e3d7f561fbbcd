/**
 * The cost of recovery: the share of a busy thread's time that goes into journal, snapshots, checkpoints and the digest of the output, with
 * everything that they call, while messages are sent as fast as possible.
 *
 * The catch: a profile knows functions only. It does not show the cost within others: a sequence and an epoch stamped on each frame, and one
 * comparison on arrival.
 */
import { existsSync } from 'node:fs';
import { BusRun } from './bus-run.js';
import { weightOfFirst } from './sample.js';
import { type ProfileNode, type ThreadProfile, ThreadProfiles } from './thread-profiles.js';

/** Files whose code only recovery calls. */
const RECOVERY_FILES = [
  'bus/journal.js',
  'bus/digest.js',
  'actors/vm/recovery/durability.js',
  'actors/contract/checkpoint.js',
  'actors/vm/cell/cell-journal.js',
  'actors/vm/cell/rehearsal.js',
  'actors/vm/cell/snapshots.js',
].map((file) => new URL(`../${file}`, import.meta.url));

const IDLE = new Set(['(idle)', '(program)', '(root)']);

export interface RecoveryCostSizes {
  readonly warmUpRounds: number;
  readonly rounds: number;
  readonly samples: number;
}

export interface RecoveryCostFigures {
  /** Share of the busy time, in the thread where it is larger. */
  readonly recoveryCost: number;
  /** Share in each thread. */
  readonly shares: readonly number[];
  /** Samples in JavaScript and Wasm, of all threads together. */
  readonly busySamples: number;
}

interface Share {
  readonly busy: number;
  readonly recovery: number;
}

function shareOf({ nodes }: ThreadProfile, recovery: ReadonlySet<string>): Share {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  let [busy, spent] = [0, 0];
  const visit = ({ callFrame, hitCount, children = [] }: ProfileNode, within: boolean): void => {
    const inside = within || recovery.has(callFrame.url);
    if (!IDLE.has(callFrame.functionName)) {
      busy += hitCount;
      if (inside) spent += hitCount;
    }
    for (const child of children) visit(byId.get(child) as ProfileNode, inside);
  };
  visit(nodes[0], false);
  return { busy, recovery: spent };
}

/** @throws Error when a file of recovery was moved */
function recoveryUrls(): ReadonlySet<string> {
  for (const file of RECOVERY_FILES) if (!existsSync(file)) throw new Error(`the cost of recovery: there is no ${file.pathname}`);
  return new Set(RECOVERY_FILES.map(({ href }) => href));
}

export async function measureRecoveryCost({ warmUpRounds, rounds, samples }: RecoveryCostSizes): Promise<RecoveryCostFigures> {
  const urls = recoveryUrls();
  const sum = weightOfFirst(samples);
  const bus = new BusRun();
  const system = await bus.start();
  const profiles = new ThreadProfiles();
  try {
    await profiles.enable();
    for (let round = 0; round < warmUpRounds; round++) await bus.send(samples, sum);
    await profiles.start();
    for (let round = 0; round < rounds; round++) await bus.send(samples, sum);
    const threads = (await profiles.stop()).map((profile) => shareOf(profile, urls)).filter(({ busy }) => busy > 0);
    const shares = threads.map(({ busy, recovery }) => recovery / busy);
    return { recoveryCost: Math.max(...shares), shares, busySamples: threads.reduce((all, { busy }) => all + busy, 0) };
  } finally {
    profiles.end();
    await system.stop();
  }
}
