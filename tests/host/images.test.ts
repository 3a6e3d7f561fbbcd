/** Images within their budget: counted over 10,000 cards that scroll by, some of which leave before their image has come. */
import { beforeEach, expect, test } from 'vitest';
import { type Images, leaveAbsent, openImages, type SizedImage } from '../../host-shim/browser/painting/images.js';
import { TextLines } from '../../host-shim/browser/painting/text-lines.js';
import { Picture } from '../../host-shim/common/ports/picture.js';
import { DISPLAY_ITEM_WORDS, IMAGE_ITEM } from '../../protocol/ports/display.js';
import { expectEqual } from '../equal.js';

const CARDS = 10_000;
/** On the screen at a time. */
const SHOWN = 20;
/** By which they scroll. */
const STEP = 4;
const [WIDTH, HEIGHT] = [16, 8];
const IMAGE_PIXELS = WIDTH * HEIGHT;
/** Three screens full. */
const PIXELS_MAX = 3 * SHOWN * IMAGE_PIXELS;

/** An image that says whether its memory was given back. */
interface Bitmap {
  readonly width: number;
  readonly height: number;
  isClosed: boolean;
  close(): void;
}

let alive: Set<Bitmap>;
beforeEach(() => {
  alive = new Set();
});

function bitmapOf(width = WIDTH, height = HEIGHT): SizedImage {
  const bitmap: Bitmap = {
    width,
    height,
    isClosed: false,
    close() {
      this.isClosed = true;
      alive.delete(this);
    },
  };
  alive.add(bitmap);
  return bitmap as unknown as SizedImage;
}

const sizeOf = () => ({ width: WIDTH, height: HEIGHT });

function show(picture: Picture, sources: readonly string[]): void {
  const words = new Uint32Array(sources.length * DISPLAY_ITEM_WORDS);
  for (const [index, source] of sources.entries()) {
    words.set([index + 1, IMAGE_ITEM], index * DISPLAY_ITEM_WORDS);
    picture.strings.set(index + 1, source);
  }
  const nothing = new Uint8Array(0);
  picture.take({ frame: 1, width: 1280, height: 720, animating: true, omitted: 0, items: new Uint8Array(words.buffer), clips: nothing });
}

const cardsAt = (first: number): readonly string[] => Array.from({ length: SHOWN }, (_, i) => `${first + i}`);

/** As a painter does with a picture. @returns images that it has drawn */
function paint(images: Images, picture: Picture, sources: readonly string[]): number {
  show(picture, sources);
  leaveAbsent(images, picture);
  return sources.filter((source) => images(source, WIDTH, HEIGHT, 1) !== null).length;
}

test('10,000 cards that scroll by leave no more images, nor lines of text, than the budget; the rest is given back', () => {
  const images = openImages({ pixelsMax: PIXELS_MAX, sizeOf, load: () => bitmapOf() });
  const picture = new Picture();
  const lines = new TextLines();
  let half = 0;
  for (let first = 0; first <= CARDS - SHOWN; first += STEP) {
    expectEqual(paint(images, picture, cardsAt(first)), SHOWN);
    lines.of(first, '16px sans-serif', { text: `card ${first}`, width: 100, linesMax: 1 }, (text) => text.length);
    if (first === CARDS / 2) half = alive.size;
  }
  const { kept, pixels, pixelsPeak, arrived, evicted } = images.counts;
  expect(arrived).toBe(CARDS);
  expect(evicted).toBe(CARDS - kept);
  expect(pixels).toBe(kept * IMAGE_PIXELS);
  // A step's images are above it until the next picture says which are no longer shown.
  expect(pixelsPeak).toBeLessThanOrEqual(PIXELS_MAX + STEP * IMAGE_PIXELS);
  expect([alive.size, half]).toEqual([kept, kept]);
  expect(lines.count).toBe(512);
});

test('an image whose card leaves while it is on its way is cancelled, and what comes late is neither drawn nor kept', async () => {
  const loads: { readonly signal: AbortSignal; readonly arrive: () => void }[] = [];
  let repaints = 0;
  const images = openImages({
    pixelsMax: PIXELS_MAX,
    sizeOf,
    load: (_wish, signal) => new Promise((resolve) => loads.push({ signal, arrive: () => resolve(bitmapOf()) })),
  });
  images.keeper.onArrival = () => repaints++;
  const picture = new Picture();
  expect(paint(images, picture, cardsAt(0))).toBe(0);
  for (const { arrive } of loads.slice(0, 5)) arrive();
  await Promise.resolve();
  expect([images.counts.kept, images.counts.onTheirWay, repaints]).toEqual([5, 15, 5]);
  // The card of the first image goes on, those between leave.
  paint(images, picture, ['0', ...cardsAt(10)]);
  expect(loads.map(({ signal }) => signal.aborted)).toEqual([...Array(5).fill(false), ...Array(5).fill(true), ...Array(20).fill(false)]);
  expect(images.counts).toMatchObject({ cancelled: 5, onTheirWay: 20, late: 0, kept: 5 });
  for (const { arrive } of loads.slice(5)) arrive();
  await Promise.resolve();
  expect(images.counts).toMatchObject({ cancelled: 5, onTheirWay: 0, late: 5, kept: 25, failed: 0 });
  expect([alive.size, repaints]).toEqual([25, 25]);
  expect(paint(images, picture, ['0', ...cardsAt(10)])).toBe(21);
  // One that comes again is loaded again.
  expect(paint(images, picture, ['7'])).toBe(0);
  expect(loads).toHaveLength(31);
});

test('of 10,000 cards that fly by, only those that stay are loaded to the end', async () => {
  let [begun, aborted] = [0, 0];
  let arrive: (() => void)[] = [];
  const images = openImages({
    pixelsMax: PIXELS_MAX,
    sizeOf,
    load(_wish, signal) {
      begun++;
      signal.addEventListener('abort', () => aborted++);
      return new Promise((resolve) => arrive.push(() => resolve(bitmapOf())));
    },
  });
  const picture = new Picture();
  for (let first = 0; first < CARDS; first += SHOWN) {
    expectEqual(paint(images, picture, cardsAt(first)), 0);
    expectEqual(images.counts.onTheirWay, SHOWN);
  }
  expect([begun, aborted, images.counts.cancelled]).toEqual([CARDS, CARDS - SHOWN, CARDS - SHOWN]);
  for (const each of arrive) each();
  arrive = [];
  await Promise.resolve();
  expect(images.counts).toMatchObject({ kept: SHOWN, late: CARDS - SHOWN, pixelsPeak: SHOWN * IMAGE_PIXELS, onTheirWay: 0 });
  expect(alive.size).toBe(SHOWN);
});

test('while another size is on its way, the one that is there is shown, and old sizes go first', async () => {
  const arrive: (() => void)[] = [];
  const images = openImages({
    pixelsMax: 3 * IMAGE_PIXELS,
    sizeOf: (width, height, ratio) => ({ width: width * ratio, height: height * ratio }),
    load: ({ width, height }) => new Promise((resolve) => arrive.push(() => resolve(bitmapOf(width, height)))),
  });
  const picture = new Picture();
  const ask = async (ratio: number) => {
    show(picture, ['poster']);
    leaveAbsent(images, picture);
    const shown = images('poster', WIDTH, HEIGHT, ratio) as Bitmap | null;
    for (const each of arrive.splice(0)) each();
    await Promise.resolve();
    return shown?.width;
  };
  expect([await ask(1), await ask(1), await ask(2), await ask(2)]).toEqual([undefined, WIDTH, WIDTH, 2 * WIDTH]);
  expect(await ask(2)).toBe(2 * WIDTH);
  expect(images.counts).toMatchObject({ kept: 1, evicted: 1, pixels: 4 * IMAGE_PIXELS });
});

test('a load that fails is told once, its item has its colour, and it is tried again when it comes back', async () => {
  let tries = 0;
  const images = openImages({
    sizeOf,
    load: async () => {
      if (++tries === 1) throw new Error('no such poster');
      return bitmapOf();
    },
  });
  const picture = new Picture();
  const ask = () => images('poster', WIDTH, HEIGHT, 1);
  expect(ask()).toBeNull();
  await new Promise(setImmediate);
  expect(ask).toThrow('no such poster');
  expect([ask(), ask(), images.counts.failed, tries]).toEqual([null, null, 1, 1]);
  show(picture, []);
  leaveAbsent(images, picture);
  expect(ask()).toBeNull();
  await new Promise(setImmediate);
  expect(ask()).not.toBeNull();
});
