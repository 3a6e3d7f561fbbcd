/** What a television costs while nobody does anything: messages and animation frames are counted. */
import { expect } from 'vitest';
import { REST_TICK_MS } from '../../host-shim/common/ports/scene-ticks.js';
import type { Television } from './television.js';

const FRAMES = 150;

/** The page, or a worker of it. */
interface Thread {
  evaluate<R>(work: () => R): Promise<R>;
}

/** In the page or a worker: counts the animation frames that are asked for, in `asked`. */
function countAskedFrames(): void {
  const native = self.requestAnimationFrame;
  Object.assign(self, { native, asked: 0 });
  self.requestAnimationFrame = (callback) => {
    Reflect.set(self, 'asked', Reflect.get(self, 'asked') + 1);
    return native.call(self, callback);
  };
}

/** Lets frames pass in which a tick and its answer pass in `REST_TICK_MS`, and one frame is asked for, wherever the display is. */
export async function expectRest({ page }: Television): Promise<void> {
  const painter = page.workers().find((worker) => new URL(worker.url()).pathname === '/painter.js');
  const threads: readonly Thread[] = painter ? [page, painter] : [page];
  for (const thread of threads) await thread.evaluate(countAskedFrames);
  const { messages, seconds } = await page.evaluate(async (frames) => {
    const count = async () => {
      const { sent } = await Reflect.get(window, 'tandem').system.counters();
      return sent['display>scene'] + sent['scene>display'];
    };
    const [before, from] = [await count(), performance.now()];
    for (let i = 0; i < frames; i++) await new Promise((next) => Reflect.get(window, 'native').call(window, next));
    const messages = (await count()) - before;
    return { messages, seconds: (performance.now() - from) / 1000 };
  }, FRAMES);
  const times = Math.ceil((seconds * 1000) / REST_TICK_MS) + 1;
  expect(messages).toBeLessThanOrEqual(2 * times);
  for (const thread of threads) expect(await thread.evaluate(() => Reflect.get(self, 'asked'))).toBeLessThanOrEqual(times);
}
