import { afterEach, expect, it, vi } from 'vitest';
import type { CrashReport } from '../../actors/control.js';
import { openDisplay } from '../../host-shim/browser/ports/display.js';
import { createSimHost } from '../../host-shim/sim/index.js';
import { parties } from './world.js';

afterEach(() => vi.unstubAllGlobals());

it('a painter that throws is reported as the crash of the display, with its line, and the next frame is tried', () => {
  const frames: FrameRequestCallback[] = [];
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame));
  vi.stubGlobal('document', { addEventListener() {} });
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
    },
  );
  const definition = { load: async () => ({ parties }) };
  const host = createSimHost({ seed: 1, parties, vms: { js: definition, wasm: definition }, console: 'off' });
  const reports: CrashReport[] = [];
  host.listen({ ended() {}, poisoned() {}, deaf() {}, crashed: (report) => void reports.push(report) });
  let failures = 2;
  const context = {
    setTransform() {
      if (failures-- > 0) throw new ReferenceError('OffscreenCanvas is not defined');
    },
    clearRect() {},
  };
  const painted: number[] = [];
  const canvas = {
    width: 2,
    height: 1,
    getContext: () => context,
    getBoundingClientRect: () => ({ width: 0, height: 0 }),
  } as unknown as HTMLCanvasElement;
  const display = openDisplay(host.vm, { canvas, images: () => null, onPainted: (_frame, timeMs) => painted.push(timeMs) });
  display.start();
  display.repaint();
  for (let timeMs = 16; timeMs <= 64; timeMs += 16) frames.shift()!(timeMs);
  expect(painted).toEqual([48]);
  expect(display.frame).toBe(4);
  expect(reports.map(({ party, reason, restartsAs }) => ({ party, reason, restartsAs }))).toEqual([
    { party: 'display', reason: 'OffscreenCanvas is not defined', restartsAs: 0 },
  ]);
  expect(reports[0].position).toMatch(/painter-crash\.test\.ts:\d+:\d+$/);
});
