/**
 * Images by what they are drawn or loaded from, within a budget. An image that is on its way while its last item leaves the picture is no longer waited
 * for: its load is aborted, and what comes all the same is dropped.
 *
 *   asked for ──> on its way ── arrived ──> kept ── over budget, and in no item ──> evicted, the ones asked for longest ago first
 *                    └─ in no item ──> cancelled        └─ failed ──> thrown once to who asks, then its item has its colour until it leaves
 *
 * What the picture shows stays, whatever it takes: thrown away, it would be asked for again at once.
 */
import { IMAGE_ITEM } from '../../../protocol/ports/display.js';
import type { Picture } from '../../common/ports/picture.js';
import type { ImageCounts, ImageKeeper, ImageSource } from './painter.js';

/** Four bytes each: 24 MB, two screens full at 1920 by 1080 and one at a pixel ratio of 2. */
export const IMAGE_PIXELS_MAX = 6 << 20;
/** A size that is wanted grows in such steps, so that a window that is resized, or a card that swells, does not ask for each size between. */
const SIZE_STEP = 1.25;

export type SizedImage = CanvasImageSource & { readonly width: number; readonly height: number };

export interface ImageWish {
  readonly source: string;
  /** Pixels that it is shown with at most. */
  readonly width: number;
  readonly height: number;
}

export interface ImagesOptions {
  /** Draws an image at once, or loads it. Null for a source that has none. Rejects, or throws, with what is wrong with it. */
  readonly load: (wish: ImageWish, signal: AbortSignal) => SizedImage | null | Promise<SizedImage>;
  /** Which size is loaded for an item, in pixels of the screen; a step of `SIZE_STEP` at least as large when not given. */
  readonly sizeOf?: (width: number, height: number, pixelRatio: number) => { readonly width: number; readonly height: number };
  /** `IMAGE_PIXELS_MAX` when not given. */
  readonly pixelsMax?: number;
}

/** An image source with what it counts. */
export interface Images extends ImageSource {
  readonly counts: Readonly<ImageCounts>;
  readonly keeper: ImageKeeper;
}

interface Entry extends ImageWish {
  state: 'on its way' | 'kept' | 'failed' | 'told';
  image: SizedImage | null;
  error: unknown;
  readonly abort: AbortController;
  /** Changes of the pixel ratio before it was asked for last. */
  era: number;
}

export function openImages(options: ImagesOptions): Images {
  const keeper = new Keeper(options);
  const source: ImageSource = (text, width, height, pixelRatio) => keeper.find(text, width, height, pixelRatio);
  return Object.assign(source, { counts: keeper.counts, keeper });
}

/** Tells an image source what is in the picture, if it has to know. */
export function leaveAbsent({ keeper }: ImageSource, picture: Picture): void {
  if (!keeper?.isCrowded) return;
  const present = new Set<string>();
  for (let i = 0; i < picture.itemCount; i++) {
    const { type, node } = picture.itemAt(i);
    if (type === IMAGE_ITEM) present.add(picture.stringOf(node));
  }
  keeper.leave(present);
}

class Keeper implements ImageKeeper {
  readonly counts: ImageCounts = {
    kept: 0,
    pixels: 0,
    pixelsPeak: 0,
    onTheirWay: 0,
    arrived: 0,
    evicted: 0,
    cancelled: 0,
    late: 0,
    failed: 0,
  };
  onArrival: ((source: string) => void) | null = null;
  /** The ones asked for last are at the end. */
  private readonly entries = new Map<string, Entry>();
  /** The image that came last of each source: shown while one of another size is on its way. */
  private readonly newest = new Map<string, SizedImage>();
  /** Entries of loads that have failed. */
  private failures = 0;
  private era = 0;
  private pixelRatio = 1;

  constructor(private readonly options: ImagesOptions) {}

  get isCrowded(): boolean {
    return this.counts.onTheirWay > 0 || this.counts.pixels > this.pixelsMax || this.failures > 0;
  }

  private get pixelsMax(): number {
    return this.options.pixelsMax ?? IMAGE_PIXELS_MAX;
  }

  find(source: string, itemWidth: number, itemHeight: number, pixelRatio: number): SizedImage | null {
    if (pixelRatio !== this.pixelRatio) this.era++;
    this.pixelRatio = pixelRatio;
    const { width, height } = (this.options.sizeOf ?? steppedSize)(itemWidth, itemHeight, pixelRatio);
    const key = `${width}:${height}:${source}`;
    const entry = this.entries.get(key) ?? this.begin(key, { source, width, height });
    if (!entry) return null;
    entry.era = this.era;
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (entry.state !== 'failed') return entry.image ?? this.newest.get(source) ?? null;
    entry.state = 'told';
    throw entry.error;
  }

  private begin(key: string, wish: ImageWish): Entry | null {
    const abort = new AbortController();
    const loaded = this.options.load(wish, abort.signal);
    if (loaded === null) return null;
    const entry: Entry = { ...wish, state: 'on its way', image: null, error: null, abort, era: this.era };
    this.entries.set(key, entry);
    if (!(loaded instanceof Promise)) this.keep(entry, loaded);
    else {
      this.counts.onTheirWay++;
      loaded.then(
        (image) => this.arrived(entry, image),
        (error) => this.failed(entry, error),
      );
    }
    return entry;
  }

  private arrived(entry: Entry, image: SizedImage): void {
    if (entry.abort.signal.aborted) {
      this.counts.late++;
      close(image);
      return;
    }
    this.counts.onTheirWay--;
    this.keep(entry, image);
    this.onArrival?.(entry.source);
  }

  private failed(entry: Entry, error: unknown): void {
    if (entry.abort.signal.aborted) return;
    this.counts.onTheirWay--;
    this.counts.failed++;
    this.failures++;
    entry.state = 'failed';
    entry.error = error;
    this.onArrival?.(entry.source);
  }

  private keep(entry: Entry, image: SizedImage): void {
    const { counts } = this;
    entry.state = 'kept';
    entry.image = image;
    this.newest.set(entry.source, image);
    counts.arrived++;
    counts.kept++;
    counts.pixels += image.width * image.height;
    counts.pixelsPeak = Math.max(counts.pixelsPeak, counts.pixels);
  }

  leave(present: ReadonlySet<string>): void {
    for (const [key, entry] of this.entries) {
      const isShown = present.has(entry.source) && entry.era === this.era;
      if (isShown) continue;
      if (entry.state === 'on its way') this.cancel(key, entry);
      else if (!entry.image) this.forget(key);
      else if (this.counts.pixels > this.pixelsMax) this.evict(key, entry.source, entry.image);
    }
  }

  private cancel(key: string, { abort }: Entry): void {
    this.entries.delete(key);
    this.counts.onTheirWay--;
    this.counts.cancelled++;
    abort.abort();
  }

  private forget(key: string): void {
    this.entries.delete(key);
    this.failures--;
  }

  private evict(key: string, source: string, image: SizedImage): void {
    this.entries.delete(key);
    if (this.newest.get(source) === image) this.newest.delete(source);
    this.counts.evicted++;
    this.counts.kept--;
    this.counts.pixels -= image.width * image.height;
    close(image);
  }
}

/** A bitmap's memory is given back at once, not when the garbage is collected. */
function close(image: SizedImage): void {
  if ('close' in image) image.close();
}

function steppedSize(width: number, height: number, pixelRatio: number): { readonly width: number; readonly height: number } {
  const wanted = Math.max(1, width * pixelRatio);
  const stepped = SIZE_STEP ** Math.ceil(Math.log(wanted) / Math.log(SIZE_STEP) - 1e-9);
  return { width: Math.ceil(stepped), height: Math.ceil((height * stepped) / width) };
}

/**
 * Loads images by their URL: for `load` of `openImages`. Decoded off the thread, and to the size that is wanted, so that a large file costs no more than what is seen.
 * @throws Error with URL and status, or what `fetch` and `createImageBitmap` throw (as rejection)
 */
export async function loadImage({ source, width, height }: ImageWish, signal: AbortSignal): Promise<ImageBitmap> {
  const response = await fetch(source, { signal });
  if (!response.ok) throw new Error(`image ${source}: ${response.status} ${response.statusText}`);
  const blob = await response.blob();
  // A decoder cannot be stopped, but need not begin.
  if (signal.aborted) throw new Error(`image ${source} is no longer wanted`);
  return createImageBitmap(blob, { resizeWidth: width, resizeHeight: height, resizeQuality: 'medium' });
}
