/** The display in a browser: the same lines as Chromium's, and a canvas with the pixels of the screen. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Vm } from '../../actors/vm/vm.js';
import { CanvasSize } from '../../host-shim/browser/painting/canvas-size.js';
import { breakLines } from '../../host-shim/browser/painting/text-lines.js';
import { openDisplay } from '../../host-shim/browser/ports/display.js';

const FONT = '20px "DejaVu Sans", sans-serif';

afterEach(() => document.body.replaceChildren());

describe('lines', () => {
  test.each([
    ['English', 'The quick brown fox jumps over a well-known lazy dog, doesn’t it? “Yes”, it said (twice)!'],
    ['Japanese', '昔々、ある所にお爺さんとお婆さんが住んでいました。お爺さんは「山へ行く」と言い、シャツを持って出かけました。'],
    ['Chinese', '从前有一个人，他住在山里。他说：“我要去城里！”然后他就走了。'],
    ['Korean', '옛날 옛적에 호랑이가 담배를 피우던 시절의 이야기입니다.'],
    ['Thai', 'กาลครั้งหนึ่งนานมาแล้วมีชายคนหนึ่งอาศัยอยู่ในป่า'],
    ['Hebrew', 'לפני שנים רבות חי איש אחד ביער הגדול, והוא היה שמח.'],
    ['glue and line breaks', 'It takes 100\u00a0minutes\nto 1\u202f000 kilo\u00admetres or\u200bso'],
    ['emoji', '😀😀👍🏽👍🏽😀😀😀😀👍🏽 film 🎬 night'],
  ])('are those of Chromium: %s', (_language, text) => {
    const span = document.body.appendChild(document.createElement('span'));
    span.style.cssText = `font: ${FONT}; white-space: pre; position: absolute`;
    const measure = (part: string) => {
      span.textContent = part;
      return span.getBoundingClientRect().width;
    };
    for (let width = 140; width < 420; width += 20) {
      const ours = breakLines({ text, width, linesMax: 0 }, measure);
      expect(ours.map(bare), `width ${width}`).toEqual(linesInChromium(text, width).map(bare));
    }
  });
});

/** Removes what hangs over the end, is invisible, or was added. */
const bare = (line: string): string =>
  line
    .replace(/[\u00ad\u200b]/g, '')
    .replace(/-$/, '')
    .trim();

/** Characters at the same height are one line. */
function linesInChromium(text: string, width: number): string[] {
  const box = document.body.appendChild(document.createElement('div'));
  box.style.cssText = `font: ${FONT}; line-height: 40px; width: ${width}px; white-space: pre-line; position: absolute; top: 0`;
  box.dir = 'auto';
  const node = box.appendChild(document.createTextNode(text));
  const lines: string[] = [];
  let at = 0;
  let last = -1;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, (at += segment.length));
    const { height, top } = range.getBoundingClientRect();
    const line = height === 0 ? last : Math.floor((top + height / 2) / 40);
    if (line !== last) lines.push('');
    last = line;
    lines[lines.length - 1] += segment;
  }
  box.remove();
  return lines;
}

describe('a canvas', () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

  test('follows its size on the page before it is painted', async () => {
    const box = document.body.appendChild(document.createElement('div'));
    box.style.cssText = 'width: 320px; height: 180px';
    const canvas = box.appendChild(document.createElement('canvas'));
    canvas.style.cssText = 'width: 100%; height: 100%; display: block';
    let changes = 0;
    const size = new CanvasSize(canvas, () => changes++);
    size.fit();
    expect([canvas.width, canvas.height]).toEqual([320 * devicePixelRatio, 180 * devicePixelRatio]);
    box.style.width = '200px';
    while (changes === 0) await frame();
    expect(canvas.width).toBe(320 * devicePixelRatio);
    size.fit();
    expect([canvas.width, canvas.height]).toEqual([200 * devicePixelRatio, 180 * devicePixelRatio]);
    box.style.display = 'none';
    await frame();
    await frame();
    size.fit();
    expect(canvas.width).toBe(200 * devicePixelRatio);
    size.close();
  });

  test('without a size of its own on the page keeps its present one', () => {
    const ratio = Object.getOwnPropertyDescriptor(window, 'devicePixelRatio')!;
    Object.defineProperty(window, 'devicePixelRatio', { configurable: true, value: 2 });
    const canvas = document.body.appendChild(document.createElement('canvas'));
    for (let i = 0; i < 3; i++) {
      const size = new CanvasSize(canvas, () => undefined);
      size.fit();
      size.close();
    }
    Object.defineProperty(window, 'devicePixelRatio', ratio);
    expect([canvas.width, canvas.height]).toEqual([600, 300]);
    expect(canvas.getBoundingClientRect()).toMatchObject({ width: 300, height: 150 });
  });
});

test('the time during which the page is hidden counts as no frame', () => {
  const observed: number[] = [];
  let onDisplayList = (_list: object): void => undefined;
  const send = (_message: object, fields: { readonly value?: number }) => fields.value !== undefined && observed.push(fields.value);
  const openPort = (_schema: object, handlers: { onDisplayList(list: object): void }) => {
    onDisplayList = handlers.onDisplayList;
    const attempt = (work: () => void) => {
      work();
      return true;
    };
    return { send, attempt };
  };
  let onFrame = (_timeMs: number): void => undefined;
  vi.stubGlobal('requestAnimationFrame', (callback: typeof onFrame) => {
    onFrame = callback;
    return 1;
  });
  const canvas = document.body.appendChild(document.createElement('canvas'));
  const display = openDisplay({ openPort, stands: false, timeAt: (timeMicros: number) => timeMicros } as unknown as Vm, {
    canvas,
    images: () => null,
  });
  display.start();
  const frameAt = (timeMs: number) => {
    const nothing = new Uint8Array(0);
    onDisplayList({ frame: display.frame, width: 10, height: 10, animating: true, items: nothing, clips: nothing, omitted: 0 });
    onFrame(timeMs);
  };
  frameAt(100);
  frameAt(117);
  document.dispatchEvent(new Event('visibilitychange'));
  frameAt(3_117);
  frameAt(3_134);
  expect(observed).toEqual([17, 17]);
  display.stop();
  display.start();
  frameAt(9_000);
  expect(observed).toEqual([17, 17]);
  display.stop();
  vi.unstubAllGlobals();
});
