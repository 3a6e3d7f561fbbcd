import { expect, it } from 'vitest';
import { linkConformance } from './link-conformance.js';
import { linkStress } from './link-stress.js';
import { platformLinks } from './links.js';
import { retentionConformance } from './retention-conformance.js';

it('runs on a page that may share memory', () => {
  expect(crossOriginIsolated).toBe(true);
});

for (const kind of platformLinks) {
  linkConformance(kind);
  retentionConformance(kind);
}

linkStress(() => {
  const worker = new Worker(new URL('./echo.browser-worker.mjs', import.meta.url), { type: 'module' });
  return {
    start: (order, transfer) => worker.postMessage(order, transfer),
    failed: new Promise((_resolve, reject) => {
      worker.onerror = (event) => reject(new Error(event.message));
    }),
    stop: async () => worker.terminate(),
  };
});
