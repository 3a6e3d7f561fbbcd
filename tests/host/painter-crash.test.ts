import { afterEach, expect, it, vi } from 'vitest';
import type { CrashReport } from '../../actors/contract/events.js';
import { PortOverloadError } from '../../actors/vm/port/port.js';
import { PAINTER_RESTARTS_MAX } from '../../host-shim/browser/painting/painter-budget.js';
import type { PaintCondition } from '../../host-shim/browser/painting/painting.js';
import { type CanvasDisplay, type CanvasDisplayOptions, openDisplay } from '../../host-shim/browser/ports/display.js';
import { openInput } from '../../host-shim/browser/ports/input.js';
import { openDisplayPort } from '../../host-shim/common/ports/display-port.js';
import { createSimHost } from '../../host-shim/sim/index.js';
import { DISPLAY_ITEM_WORDS, IMAGE_ITEM, TEXT_ITEM } from '../../protocol/ports/display.js';
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
  /** What the display has said of itself. */
  readonly states: readonly string[];
  /** One for each canvas that took the place of another. */
  readonly fresh: readonly number[];
}

/** @param context the drawing context: missing methods that a picture needs do nothing */
function openPainting(context: object, images: CanvasDisplayOptions['images'] = () => null): Painting {
  const frames: FrameRequestCallback[] = [];
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame));
  vi.stubGlobal('document', { addEventListener() {} });
  vi.stubGlobal('window', { removeEventListener() {} });
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      disconnect() {}
    },
  );
  const does = Object.fromEntries(
    [
      'setTransform',
      'clearRect',
      'save',
      'restore',
      'fillText',
      'measureText',
      'beginPath',
      'roundRect',
      'rect',
      'clip',
      'fill',
      'drawImage',
    ].map((name) => [name, () => {}]),
  );
  const canvas = {
    width: 2,
    height: 1,
    getContext: (kind: string) => (kind === '2d' ? Object.assign(does, context) : null),
    getBoundingClientRect: () => ({ width: 0, height: 0 }),
    addEventListener() {},
    cloneNode: () => ({ ...canvas }),
    parentNode: { replaceChild: () => void fresh.push(1) },
  } as unknown as HTMLCanvasElement;
  const fresh: number[] = [];
  const { vm, ...host } = openHost();
  const painted: number[] = [];
  const states: string[] = [];
  const onCondition = ({ state }: PaintCondition) => void states.push(state);
  const display = openDisplay(vm, { canvas, images, onPainted: (_frame, timeMs) => painted.push(timeMs), onCondition });
  display.start();
  return { display, painted, states, fresh, nextFrame: (timeMs) => frames.shift()!(timeMs), ...host };
}

/** Shows a picture of images, or texts, one upon the other. */
function show({ picture }: CanvasDisplay, strings: readonly string[], type = IMAGE_ITEM): void {
  const items = new Uint32Array(strings.length * DISPLAY_ITEM_WORDS);
  const numbers = new Float32Array(items.buffer);
  const clips = new Float32Array([0, 0, 2, 1, 0]);
  for (const [index, text] of strings.entries()) {
    items.set([index, type], index * DISPLAY_ITEM_WORDS);
    numbers.set([0, 0, 2, 1, 1, 0, 1, 1], index * DISPLAY_ITEM_WORDS + 4);
    picture.strings.set(index, text);
  }
  const bytes = new Uint8Array(items.buffer);
  picture.take({ frame: 1, width: 2, height: 1, animating: false, omitted: 0, items: bytes, clips: new Uint8Array(clips.buffer) });
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
  const { display, painted, nextFrame, reports, told, states } = openPainting(context, (source) => {
    if (missing && source === 'absent') throw new ReferenceError('OffscreenCanvas is not defined');
    return (missing ? source : 'image') as unknown as CanvasImageSource;
  });
  const sources = ['absent', 'broken', 'image'];
  show(display, sources);
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
  expect(states).toEqual(['incomplete', 'whole']);
});

it('a text that cannot be painted leaves out itself alone', () => {
  const drawn: unknown[] = [];
  const { display, nextFrame, told } = openPainting({
    measureText: (text: string) => {
      if (text === 'broken') throw new TypeError('not a font');
      return { width: 1 };
    },
    fillText: (text: string) => void drawn.push(text),
  });
  show(display, ['broken', 'whole'], TEXT_ITEM);
  display.repaint();
  nextFrame(16);
  expect(drawn).toEqual(['whole']);
  expect(display.condition).toMatchObject({
    state: 'incomplete',
    reason: 'not a font',
    failures: 1,
    restarts: 0,
    painter: 'canvas',
    where: 'page',
  });
  expect(told()).toEqual([{ party: 'display', reason: 'not a font', restartsAs: 0 }]);
});

it('a painter that goes on failing is made anew on another canvas, within a budget; then it waits for another picture, and never says that all is well', () => {
  let broken = true;
  const { display, nextFrame, painted, fresh, states } = openPainting({
    clip() {
      if (broken) throw new RangeError('the context is lost');
    },
  });
  show(display, ['image']);
  display.repaint();
  for (let frame = 1; frame <= 60; frame++) nextFrame(frame * 16);
  expect(fresh).toHaveLength(PAINTER_RESTARTS_MAX);
  const tries = 3 * (PAINTER_RESTARTS_MAX + 1);
  expect(display.condition).toMatchObject({
    state: 'frozen',
    failures: tries,
    restarts: PAINTER_RESTARTS_MAX,
    reason: 'the context is lost',
  });
  expect(new Set(states)).toEqual(new Set(['frozen']));
  display.repaint();
  for (let frame = 61; frame <= 90; frame++) nextFrame(frame * 16);
  expect(display.condition).toMatchObject({ state: 'frozen', failures: tries + 1 });
  broken = false;
  display.repaint();
  nextFrame(91 * 16);
  expect([painted, states.at(-1), display.condition.reason]).toEqual([[91 * 16], 'whole', '']);
  expect(display.frame).toBe(91);
});

it('a listener of the application that throws keeps no picture from the canvas', async () => {
  const { vm, told } = openHost();
  const openPort = vm.openPort.bind(vm);
  let onDisplayList = (_list: object): unknown => undefined;
  vi.spyOn(vm, 'openPort').mockImplementation((schema, handlers) => {
    ({ onDisplayList } = handlers as never);
    return openPort(schema, handlers);
  });
  const taken: object[] = [];
  const onAnimating = () => {
    throw new TypeError('system is undefined');
  };
  openDisplayPort(vm, { onAnimating }, { takeStrings() {}, takeList: (list) => void taken.push(list) });
  const list = { frame: 1, width: 2, height: 1, animating: true, omitted: 0, items: new Uint8Array(0), clips: new Uint8Array(0) };
  expect(() => onDisplayList(list)).toThrow('system is undefined');
  expect(taken).toEqual([list]);
  expect(told()).toEqual([]);
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
