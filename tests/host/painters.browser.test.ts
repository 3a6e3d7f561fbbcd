/**
 * The painters in Chromium: part by part they paint what they paint whole, and WebGL paints what a canvas does. The tolerance: in the mean of a screen 1 of 255 in
 * each channel, and at most 1 % of its pixels differ by more than 48, which are edges of glyphs and round corners.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { PAINT_BUDGETS } from '../../host-shim/browser/painting/budget.js';
import { CanvasPainter } from '../../host-shim/browser/painting/canvas-painter.js';
import { openImages } from '../../host-shim/browser/painting/images.js';
import { PagePainting } from '../../host-shim/browser/painting/page-painting.js';
import type { ImageSource, Painter } from '../../host-shim/browser/painting/painter.js';
import { WebglPainter } from '../../host-shim/browser/painting/webgl-painter.js';
import { Damage } from '../../host-shim/common/ports/damage.js';
import { Picture } from '../../host-shim/common/ports/picture.js';
import { DISPLAY_ITEM_WORDS, IMAGE_ITEM, TEXT_ITEM, VIEW_ITEM } from '../../protocol/ports/display.js';

const TEXTURE_PIXELS_MAX = PAINT_BUDGETS.full.texturePixels;
const MEAN_MAX = 1;
const DIFFERENT = 48;
const DIFFERENT_SHARE_MAX = 0.01;
const [WIDTH, HEIGHT] = [320, 180];
/** On the screen at a time. */
const CARDS = 20;
const RATIOS = [1, 1.5, 2];

interface Item {
  readonly node: number;
  readonly type?: number;
  readonly at: readonly [x: number, y: number, width: number, height: number];
  readonly colour?: number;
  readonly opacity?: number;
  readonly radius?: number;
  readonly text?: string;
  readonly font?: readonly [size: number, lineHeight: number];
  readonly align?: number;
  readonly lines?: number;
  readonly clip?: number;
}

function show(picture: Picture, items: readonly Item[], clips: readonly number[] = [], animating = false): void {
  const words = new Uint32Array(items.length * DISPLAY_ITEM_WORDS);
  const numbers = new Float32Array(words.buffer);
  for (const [index, item] of items.entries()) {
    const {
      node,
      type = VIEW_ITEM,
      at,
      colour = 0xffffffff,
      opacity = 1,
      radius = 0,
      font = [16, 20],
      align = 0,
      lines = 1,
      clip = 0,
    } = item;
    words.set([node, type | (lines << 8) | (align << 16) | (4 << 24), clip, colour], index * DISPLAY_ITEM_WORDS);
    numbers.set([...at, opacity, radius, ...font], index * DISPLAY_ITEM_WORDS + 4);
    picture.strings.set(node, item.text ?? '');
  }
  const bytes = new Uint8Array(new Float32Array([0, 0, WIDTH, HEIGHT, 0, ...clips]).buffer);
  picture.take({ frame: 1, width: WIDTH, height: HEIGHT, animating, omitted: 0, items: new Uint8Array(words.buffer), clips: bytes });
}

const poster = new OffscreenCanvas(60, 80);
{
  const context = poster.getContext('2d')!;
  const gradient = context.createLinearGradient(0, 0, 60, 80);
  gradient.addColorStop(0, '#ff8800');
  gradient.addColorStop(1, '#0044aa');
  context.fillStyle = gradient;
  context.fillRect(0, 0, 60, 80);
}
const images: ImageSource = (source) => (source === 'poster' ? poster : null);

const BACK: Item = { node: 1, at: [0, 0, WIDTH, HEIGHT], colour: 0x0b0f1aff };
const card = (node: number, x: number, y = 40, scale = 1): readonly Item[] => [
  { node, at: [x, y, 68 * scale, 98 * scale], colour: 0xffd166ff, radius: 10 },
  { node: node + 1, type: IMAGE_ITEM, text: 'poster', at: [x + 4 * scale, y + 4 * scale, 60 * scale, 80 * scale], radius: 8 },
  {
    node: node + 2,
    type: TEXT_ITEM,
    text: 'WALL·E',
    at: [x, y + 84 * scale, 68 * scale, 14 * scale],
    font: [11 * scale, 14 * scale],
    colour: 0xccd6f6ff,
  },
];
const rail = (offset: number) => Array.from({ length: 5 }, (_, i) => card(10 + 3 * i, 8 + 76 * i - offset)).flat();
const heading: Item = { node: 2, type: TEXT_ITEM, text: 'Films', at: [8, 8, 200, 26], font: [22, 26] };

const SCREENS: Readonly<Record<string, readonly [items: readonly Item[], clips?: readonly number[]]>> = {
  nothing: [[]],
  boxes: [[BACK, { node: 3, at: [10.25, 10.5, 100.5, 50.25], colour: 0xff0000ff }, { node: 4, at: [60, 30, 100, 80], colour: 0x00ff0080 }]],
  'round corners': [
    [
      BACK,
      { node: 3, at: [10, 10, 120, 80], radius: 24, colour: 0x4488ffff },
      { node: 4, at: [150, 20, 60, 60], radius: 99, colour: 0xffffffff },
    ],
  ],
  'an image, and one that has not come': [
    [
      BACK,
      { node: 3, type: IMAGE_ITEM, text: 'poster', at: [10, 10, 90, 120], radius: 12 },
      { node: 4, type: IMAGE_ITEM, text: '', at: [110, 10, 90, 120], colour: 0x334455ff },
    ],
  ],
  opacity: [[BACK, ...card(10, 20).map((item) => ({ ...item, opacity: 0.4 })), ...card(20, 120)]],
  'clips, also round ones': [
    [BACK, { node: 3, at: [0, 0, 300, 150], colour: 0x2266ccff, clip: 1 }, ...card(10, 140).map((item) => ({ ...item, clip: 2 }))],
    [20, 20, 100, 90, 16, 150, 60, 40.5, 200, 0],
  ],
  texts: [
    [
      BACK,
      heading,
      { node: 3, type: TEXT_ITEM, text: 'שלום', at: [10, 40, 140, 20] },
      { node: 4, type: TEXT_ITEM, text: 'centre', align: 1, at: [10, 64, 140, 20], colour: 0xffaa00ff },
      {
        node: 5,
        type: TEXT_ITEM,
        lines: 3,
        text: 'a text of several lines, of which the last ends with an ellipsis since there is more of it',
        at: [160, 40, 140, 60],
      },
    ],
  ],
  'a rail': [[BACK, heading, ...rail(0)]],
  'a rail between two cards': [[BACK, heading, ...rail(33.4)]],
  'a card with focus': [[BACK, heading, ...rail(0), ...card(40, 100, 36, 1.08)]],
  'a dialog': [
    [
      BACK,
      heading,
      ...rail(0),
      { node: 50, at: [0, 0, WIDTH, HEIGHT], colour: 0x000000a0 },
      { node: 51, at: [60, 40, 200, 100], radius: 14, colour: 0x1c2540ff },
      { node: 52, type: TEXT_ITEM, text: 'Leave?', align: 1, at: [60, 70, 200, 30], font: [20, 30] },
    ],
  ],
  'many small ones': [
    [
      BACK,
      ...Array.from(
        { length: 600 },
        (_, i) => ({ node: 100 + i, at: [(i % 40) * 8, Math.floor(i / 40) * 12, 6, 10], colour: ((i * 2654435761) | 0xff) >>> 0 }) as Item,
      ),
    ],
  ],
};

const made: HTMLCanvasElement[] = [];
afterEach(() => {
  for (const canvas of made.splice(0)) canvas.remove();
});

function canvasOf(ratio = 2): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  made.push(canvas);
  return Object.assign(canvas, { width: WIDTH * ratio, height: HEIGHT * ratio });
}

function pixelsOf(canvas: HTMLCanvasElement): Uint8ClampedArray {
  const copy = canvasOf(canvas.width / WIDTH).getContext('2d', { willReadFrequently: true })!;
  copy.drawImage(canvas, 0, 0);
  return copy.getImageData(0, 0, canvas.width, canvas.height).data;
}

/** The pixel in the right upper corner. */
function lastPixelOf(gl: WebGL2RenderingContext): Uint8Array {
  const pixel = new Uint8Array(4);
  gl.readPixels(gl.drawingBufferWidth - 1, gl.drawingBufferHeight - 1, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  return pixel;
}

function differenceOf(a: Uint8ClampedArray, b: Uint8ClampedArray): { readonly mean: number; readonly share: number } {
  let [sum, different] = [0, 0];
  for (let at = 0; at < a.length; at += 4) {
    const most = Math.max(Math.abs(a[at] - b[at]), Math.abs(a[at + 1] - b[at + 1]), Math.abs(a[at + 2] - b[at + 2]));
    sum += most;
    if (most > DIFFERENT) different++;
  }
  return { mean: sum / (a.length / 4), share: different / (a.length / 4) };
}

const webglOn = (canvas: HTMLCanvasElement): WebglPainter => WebglPainter.on(canvas, images)!;

describe('WebGL paints what a canvas does', () => {
  it.each(Object.keys(SCREENS).map((name, index) => [name, RATIOS[index % RATIOS.length]] as const))(
    '%s, at a pixel ratio of %s',
    (name, ratio) => {
      const picture = new Picture();
      show(picture, ...SCREENS[name]);
      const [canvas, webgl] = [canvasOf(ratio), canvasOf(ratio)];
      for (const painter of [new CanvasPainter(canvas, images), webglOn(webgl)]) expect(painter.paint(picture, null)).toBeNull();
      const { mean, share } = differenceOf(pixelsOf(canvas), pixelsOf(webgl));
      expect(mean, 'mean difference').toBeLessThanOrEqual(MEAN_MAX);
      expect(share, 'share of different pixels').toBeLessThanOrEqual(DIFFERENT_SHARE_MAX);
    },
  );

  it('at 3840 by 2160, as sharp, within the budgets', () => {
    const picture = new Picture();
    show(picture, ...SCREENS['a card with focus']);
    const ratio = 3840 / WIDTH;
    const [canvas, webgl] = [canvasOf(ratio), canvasOf(ratio)];
    const painter = webglOn(webgl);
    for (const each of [new CanvasPainter(canvas, images), painter]) expect(each.paint(picture, null)).toBeNull();
    const { mean, share } = differenceOf(pixelsOf(canvas), pixelsOf(webgl));
    expect(mean, 'mean difference').toBeLessThanOrEqual(MEAN_MAX);
    expect(share, 'share of different pixels').toBeLessThanOrEqual(DIFFERENT_SHARE_MAX);
    expect([webgl.width, webgl.height, painter.reduced]).toEqual([3840, 2160, '']);
    expect(webgl.width * webgl.height).toBeLessThanOrEqual(PAINT_BUDGETS.full.canvasPixels);
    expect(painter.memory.textTexturePixels).toBeLessThanOrEqual(TEXTURE_PIXELS_MAX);
  });

  it('what is larger than the device takes has fewer pixels, which a canvas says, and an image that is larger is told', () => {
    const sideMax = canvasOf().getContext('webgl2')!.getParameter(WebGL2RenderingContext.MAX_TEXTURE_SIZE) as number;
    const picture = new Picture();
    const text = { type: TEXT_ITEM, text: 'a text in a box that is wider than a texture', font: [20, 26] as const };
    show(picture, [BACK, { node: 3, at: [10, 30, 0.75 * sideMax, 26], ...text }]);
    const [canvas, webgl, wide] = [canvasOf(), canvasOf(), Object.assign(canvasOf(), { width: sideMax + 1000, height: 18 })];
    for (const painter of [new CanvasPainter(canvas, images), webglOn(webgl)]) expect(painter.paint(picture, null)).toBeNull();
    // Its letters are there, if not sharp.
    expect(differenceOf(pixelsOf(canvas), pixelsOf(webgl)).mean).toBeLessThan(3 * MEAN_MAX);
    const huge = new OffscreenCanvas(sideMax + 1, 1);
    const painter = WebglPainter.on(wide, () => huge)!;
    show(picture, [BACK, { node: 3, type: IMAGE_ITEM, text: 'huge', at: [0, 0, 60, 60] }]);
    expect(String(painter.paint(picture, null)?.error)).toContain(`an image of ${sideMax + 1} by 1 pixels`);
    expect(painter.reduced).toContain(`for ${sideMax + 1000} by 18 pixels of the canvas`);
    expect([...lastPixelOf(wide.getContext('webgl2')!)]).toEqual([0x0b, 0x0f, 0x1a, 0xff]);
  });

  it('until its context is lost: then the page paints on another canvas, and again with WebGL when it is back', async () => {
    const canvas = document.body.appendChild(canvasOf());
    const picture = new Picture();
    show(picture, ...SCREENS['a rail']);
    const said: string[] = [];
    const painting: PagePainting = new PagePainting({ canvas, images, painter: 'webgl' }, picture, {
      painted: () => undefined,
      due: () => undefined,
      failed: (error) => said.push(String(error)),
      changed: () => said.push(`${painting.condition.painter} ${painting.condition.state} ${painting.condition.fallback}`),
    });
    painting.takeList();
    painting.frame(16);
    const lost = canvas.getContext('webgl2')!.getExtension('WEBGL_lose_context')!;
    const until = async (text: string) => {
      while (!said.includes(text)) await new Promise(requestAnimationFrame);
      painting.frame(performance.now());
    };
    lost.loseContext();
    await until('canvas whole the WebGL context is lost');
    const [substitute] = document.body.querySelectorAll('canvas');
    made.push(substitute);
    expect(differenceOf(pixelsOf(substitute), pixelsOf(canvasWith(picture))).mean).toBe(0);
    lost.restoreContext();
    await until('webgl whole ');
    expect([painting.condition.painter, painting.condition.restarts]).toEqual(['webgl', 0]);
    document.body.replaceChildren();
  });
});

function canvasWith(picture: Picture): HTMLCanvasElement {
  const canvas = canvasOf();
  new CanvasPainter(canvas, images).paint(picture, null);
  return canvas;
}

describe.each<[string, (canvas: HTMLCanvasElement) => Painter]>([
  ['canvas', (canvas) => new CanvasPainter(canvas, images)],
  ['webgl', webglOn],
])('part by part, %s', (_kind, make) => {
  it('paints what it paints whole, and less of it', () => {
    const [canvas, whole] = [canvasOf(), canvasOf()];
    const [painter, reference] = [make(canvas), make(whole)];
    const [picture, damage] = [new Picture(), new Damage()];
    const steps = [0, 5.5, 20, 40, 76].map((offset) => [BACK, heading, ...rail(offset)]);
    steps.push([...steps[4].slice(0, -3)], [...steps[4], { node: 90, at: [30, 60, 20, 20], colour: 0xff0000ff }], steps[4]);
    for (const [index, items] of steps.entries()) {
      show(picture, items, [], index < 4);
      painter.paint(picture, damage.take(picture, canvas.width, canvas.height));
    }
    show(picture, steps[steps.length - 1]);
    reference.paint(picture, null);
    expect(differenceOf(pixelsOf(canvas), pixelsOf(whole)).mean).toBeLessThan(0.01);
    expect(painter.counts.pixels).toBeLessThan(0.7 * steps.length * canvas.width * canvas.height);
  });
});

it('an image that comes later is painted by the display itself, and nothing else with it', async () => {
  const canvas = document.body.appendChild(canvasOf());
  const picture = new Picture();
  show(picture, SCREENS['a rail'][0]);
  const sized = { width: 60, height: 80 };
  const late = openImages({ load: () => createImageBitmap(poster), sizeOf: () => sized });
  let due = 0;
  const events = { painted: () => undefined, due: () => due++, failed: () => undefined, changed: () => undefined };
  const painting = new PagePainting({ canvas, images: late, painter: 'canvas' }, picture, events);
  painting.takeList();
  painting.frame(16);
  const [whole, before] = [painting.counts.pixels, due];
  while (due === before) await new Promise(requestAnimationFrame);
  painting.frame(32);
  expect(differenceOf(pixelsOf(canvas), pixelsOf(canvasWith(picture))).mean).toBeLessThan(0.01);
  expect(painting.counts.pixels - whole).toBeLessThan(0.7 * whole);
  document.body.replaceChildren();
});

it('10,000 cards that scroll by leave no more textures than the budget, of images and of texts', () => {
  const canvas = canvasOf(1);
  const sources = (_source: string, width: number) => new OffscreenCanvas(width, 64);
  const painter = WebglPainter.on(canvas, sources)!;
  const picture = new Picture();
  let most = 0;
  for (let first = 0; first < 10_000; first += CARDS) {
    const items = Array.from({ length: CARDS }, (_, i): readonly Item[] => [
      { node: 3 * i + 1, type: IMAGE_ITEM, text: `${first + i}`, at: [i * 4, 0, 64, 4] },
      { node: 3 * i + 2, type: TEXT_ITEM, text: `${first + i}`, at: [i * 4, 60, 40, 20] },
    ]).flat();
    show(picture, [BACK, ...items]);
    expect(painter.paint(picture, null)).toBeNull();
    most = Math.max(most, painter.images.pixels);
  }
  expect(most).toBeLessThanOrEqual(TEXTURE_PIXELS_MAX);
  expect(painter.images.count).toBe(TEXTURE_PIXELS_MAX / 64 ** 2);
  expect(painter.texts.textures.count).toBe(CARDS);
});
