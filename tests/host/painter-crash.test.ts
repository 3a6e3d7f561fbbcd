import { afterEach, expect, it, vi } from 'vitest';
import type { CrashReport } from '../../actors/contract/events.js';
import { PortOverloadError } from '../../actors/vm/port/port.js';
import { type CanvasDisplay, type CanvasDisplayOptions, openDisplay } from '../../host-shim/browser/ports/display.js';
import { openInput } from '../../host-shim/browser/ports/input.js';
import { createSimHost } from '../../host-shim/sim/index.js';
import { DISPLAY_CLIP_WORDS, DISPLAY_ITEM_WORDS } from '../../protocol/ports/display.js';
import { parties } from './world.js';

afterEach(() => vi.unstubAllGlobals());

function openHost() {
  const definition = { load: async () => ({ parties }) };
  const host = createSimHost({ seed: 1, parties, vms: { js: definition, wasm: definition }, console: 'off' });
  const reports: CrashReport[] = [];
  host.listen({
    async report(event) {
      if (event.type === 'crashed') reports.push(event.report);
    },
    crashOf: async () => null,
  });
  const told = () => reports.map(({ party, reason, restartsAs }) => ({ party, reason, restartsAs }));
  return { vm: host.vm, reports, told };
}

interface Painting {
  readonly display: CanvasDisplay;
  readonly reports: readonly CrashReport[];
  readonly told: () => unknown;
  /** Times of the frames that were painted. */
  readonly painted: readonly number[];
  readonly nextFrame: (timeMs: number) => void;
}

/** @param context the drawing context: missing methods that a picture needs do nothing */
function openPainting(context: object, images: CanvasDisplayOptions['images'] = () => null): Painting {
  const frames: FrameRequestCallback[] = [];
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame));
  vi.stubGlobal('document', { addEventListener() {} });
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
    },
  );
  const does = Object.fromEntries(
    ['setTransform', 'clearRect', 'save', 'restore', 'beginPath', 'roundRect', 'rect', 'clip', 'fill', 'drawImage'].map((name) => [
      name,
      () => {},
    ]),
  );
  const canvas = {
    width: 2,
    height: 1,
    getContext: () => Object.assign(does, context),
    getBoundingClientRect: () => ({ width: 0, height: 0 }),
  } as unknown as HTMLCanvasElement;
  const { vm, ...host } = openHost();
  const painted: number[] = [];
  const display = openDisplay(vm, { canvas, images, onPainted: (_frame, timeMs) => painted.push(timeMs) });
  display.start();
  return { display, painted, nextFrame: (timeMs) => frames.shift()!(timeMs), ...host };
}

it('a painter that throws is reported as a crash of the display, with its line, and the next frame tries again', () => {
  let failures = 2;
  const { display, painted, nextFrame, reports, told } = openPainting({
    setTransform() {
      if (failures-- > 0) throw new ReferenceError('OffscreenCanvas is not defined');
    },
  });
  display.repaint();
  for (let timeMs = 16; timeMs <= 64; timeMs += 16) nextFrame(timeMs);
  expect(painted).toEqual([48]);
  expect(display.frame).toBe(4);
  expect(told()).toEqual([{ party: 'display', reason: 'OffscreenCanvas is not defined', restartsAs: 0 }]);
  expect(reports[0].position).toMatch(/painter-crash\.test\.ts:\d+:\d+$/);
});

it('an image source that throws leaves its items with their colour: the rest is painted, and the image is tried again', () => {
  let missing = true;
  let balance = 0;
  const drawn: string[] = [];
  const context = {
    save: () => void balance++,
    restore: () => void balance--,
    fill: () => void drawn.push('box'),
    drawImage(image: string) {
      if (image === 'broken') throw new Error('the image is broken');
      drawn.push(image);
    },
  };
  const { display, painted, nextFrame, reports, told } = openPainting(context, (source) => {
    if (missing && source === 'absent') throw new ReferenceError('OffscreenCanvas is not defined');
    return (missing ? source : 'image') as unknown as CanvasImageSource;
  });
  const sources = ['absent', 'broken', 'image'];
  const items = new Uint32Array(sources.length * DISPLAY_ITEM_WORDS);
  for (const [index, source] of sources.entries()) {
    items.set([index, 2], index * DISPLAY_ITEM_WORDS);
    display.picture.strings.set(index, source);
  }
  const clips = new Uint8Array(DISPLAY_CLIP_WORDS * 4);
  display.picture.take({ frame: 1, width: 2, height: 1, animating: false, omitted: 0, items: new Uint8Array(items.buffer), clips });
  display.repaint();
  nextFrame(16);
  expect(drawn).toEqual(['box', 'box', 'image']);
  expect(told()).toEqual([{ party: 'display', reason: 'OffscreenCanvas is not defined', restartsAs: 0 }]);
  expect(reports[0].position).toMatch(/painter-crash\.test\.ts:\d+:\d+$/);
  missing = false;
  nextFrame(32);
  nextFrame(48);
  expect(drawn.slice(3)).toEqual(['image', 'image', 'image']);
  expect(painted).toEqual([16, 32]);
  expect(balance).toBe(0);
});

it('a throwing input handler of the host, and a key without room, are crashes of the input; the next key is taken', () => {
  const { vm, reports, told } = openHost();
  const window = new EventTarget();
  const sent: string[] = [];
  let hasRoom = true;
  const openPort = vm.openPort.bind(vm);
  vi.spyOn(vm, 'openPort').mockImplementation((schema, handlers) =>
    Object.assign(openPort(schema, handlers), {
      send(_message: unknown, { key, phase }: { key: string; phase: string }) {
        if (!hasRoom) throw new PortOverloadError('port input has 9 bytes waiting to leave');
        sent.push(`${key} ${phase}`);
      },
    }),
  );
  let failures = 1;
  openInput(vm, {
    window: window as unknown as Window,
    onKey() {
      if (failures-- > 0) throw new TypeError('display is undefined');
    },
  });
  const send = (type: string, key: string) => window.dispatchEvent(Object.assign(new Event(type), { key, keyCode: 0, repeat: false }));
  for (const key of ['Enter', 'Escape']) for (const type of ['keydown', 'keyup']) send(type, key);
  expect(sent.splice(0)).toEqual(['enter down', 'enter up', 'back down', 'back up']);
  expect(told()).toEqual([{ party: 'input', reason: 'display is undefined', restartsAs: 0 }]);
  expect(reports[0].position).toMatch(/painter-crash\.test\.ts:\d+:\d+$/);
  hasRoom = false;
  send('keydown', 'Enter');
  expect(told()).toContainEqual({ party: 'input', reason: 'port input has 9 bytes waiting to leave', restartsAs: 0 });
  hasRoom = true;
  for (const type of ['keydown', 'keyup']) send(type, 'Enter');
  expect(sent).toEqual(['enter down', 'enter up']);
});
