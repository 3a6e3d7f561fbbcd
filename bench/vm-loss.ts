/**
 * The duration of a loss of the Wasm VM, with the five actors in it and a scene of 2,000 nodes: from the moment when the supervisor knows that
 * the thread has ended, in turn by an exit and by an uncaught error, until the next tick has been handled and its picture has left.
 */
import { BroadcastChannel } from 'node:worker_threads';
import type { System } from '../actors/application/supervised-system.js';
import { ENDINGS_CHANNEL, type Ending } from './ending.js';
import { median, percentile } from './rounds.js';
import { Stage } from './stage.js';

/** Frames between two losses, so that there are messages to handle again. */
const FRAMES = 60;

export interface VmLossSizes {
  readonly losses: number;
  /** Time for the spare thread to be ready again: longer than the host waits before it prepares one. */
  readonly pauseMs: number;
}

export interface VmLossFigures {
  /** Milliseconds. */
  readonly vmLossMs: { readonly p50: number; readonly p99: number };
}

const noticed = (system: System): Promise<void> =>
  new Promise((resolve) => {
    const forget = system.onChange((change) => {
      if (change.type !== 'vm' || change.vm !== 'wasm' || change.state !== 'restarting') return;
      forget();
      resolve();
    });
  });

export async function measureVmLoss({ losses, pauseMs }: VmLossSizes): Promise<VmLossFigures> {
  const channel = new BroadcastChannel(ENDINGS_CHANNEL);
  const { stage, system } = await Stage.start(new URL('./entries/mortal-vm.js', import.meta.url));
  try {
    const lostMs: number[] = [];
    for (let loss = 0; loss < losses; loss++) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      for (let i = 0; i < FRAMES; i++) await stage.tick();
      const isNoticed = noticed(system);
      const ending: Ending = loss % 2 === 0 ? 'exit' : 'error';
      channel.postMessage(ending);
      await isNoticed;
      lostMs.push(await stage.tick());
    }
    return { vmLossMs: { p50: median(lostMs), p99: percentile(lostMs, 0.99) } };
  } finally {
    channel.close();
    await system.stop();
  }
}
