/**
 * Gives a canvas as many pixels as the screen shows it with, whatever its size on the page and the device's pixel ratio, also after
 * either has changed; or, where that were more than the budget, as many as the budget, in the same shape, and says so. The catch: resizing empties a canvas, so `fit` is called right before it is painted.
 */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What has the pixels: the canvas, or what stands for one whose pixels a worker has. */
export type Pixels = { -readonly [K in keyof Size]: Size[K] };

export interface CanvasSizeOptions {
  /** The canvas itself when not given. */
  readonly pixels?: Pixels;
  /** No bound when not given. */
  readonly pixelsMax?: number;
  /** `reduced` is another one than it was at first, or before. */
  readonly onReduced?: () => void;
}

export class CanvasSize {
  /** Why the canvas has fewer pixels than it is shown with; empty when it has as many. */
  reduced = '';
  private wanted: Size | null;
  private readonly observer: ResizeObserver;
  private readonly pixels: Pixels;

  /** @param onChange called when the canvas has another size on the screen and has to be painted again */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly onChange: () => void,
    private readonly options: CanvasSizeOptions = {},
  ) {
    this.pixels = options.pixels ?? canvas;
    this.wanted = this.within(measure(canvas));
    this.observer = new ResizeObserver(([entry]) => this.observed(entry));
    this.observe();
  }

  /** Gives the canvas its new size, if it has one. That empties it. @returns whether it had one */
  fit(): boolean {
    const { canvas, wanted, pixels } = this;
    this.wanted = null;
    if (!wanted || (pixels.width === wanted.width && pixels.height === wanted.height)) return false;
    const { width, height } = canvas.getBoundingClientRect();
    pixels.width = wanted.width;
    pixels.height = wanted.height;
    this.pin(width, height);
    return true;
  }

  private pin(width: number, height: number): void {
    const { canvas } = this;
    const after = canvas.getBoundingClientRect();
    if (after.width === width && after.height === height) return;
    // The page took the canvas's size from its pixels, so it would grow by the pixel ratio each time.
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }

  close(): void {
    this.observer.disconnect();
    window.removeEventListener('resize', this.onResize);
  }

  private observe(): void {
    try {
      this.observer.observe(this.canvas, { box: 'device-pixel-content-box' });
    } catch {
      // A browser without this box refuses it, and then has no way to tell that the window moved to another screen.
      this.observer.observe(this.canvas);
      window.addEventListener('resize', this.onResize);
    }
  }

  private observed(entry: ResizeObserverEntry): void {
    const measured = measure(this.canvas);
    const box = entry.devicePixelContentBoxSize?.[0];
    this.want(measured && box ? snapped(measured, box) : measured);
  }

  private readonly onResize = (): void => this.want(measure(this.canvas));

  /** @returns as much of a size as the budget allows */
  private within(shown: Size | null): Size | null {
    const { pixelsMax = Number.POSITIVE_INFINITY } = this.options;
    if (!shown) return null;
    const { width, height } = shown;
    const share = Math.min(1, Math.sqrt(pixelsMax / (width * height)));
    const size = { width: Math.max(1, Math.floor(width * share)), height: Math.max(1, Math.floor(height * share)) };
    this.reduced = share < 1 ? `${inWords(size.width, size.height)} for ${inWords(width, height)} pixels of the screen` : '';
    return size;
  }

  private want(shown: Size | null): void {
    const { reduced } = this;
    const size = this.within(shown);
    if (this.reduced !== reduced) this.options.onReduced?.();
    if (!size || (size.width === this.pixels.width && size.height === this.pixels.height)) return;
    this.wanted = size;
    this.onChange();
  }
}

const inWords = (width: number, height: number): string => `${width} by ${height}`;

/** @returns null for a canvas that is not shown: it keeps its size */
function measure(canvas: HTMLCanvasElement): Size | null {
  const { width, height } = canvas.getBoundingClientRect();
  if (width === 0 || height === 0) return null;
  return { width: Math.max(1, Math.round(width * devicePixelRatio)), height: Math.max(1, Math.round(height * devicePixelRatio)) };
}

/**
 * The browser's box is exact where the page's own arithmetic may be off by a pixel. If they differ by more, the browser emulates another
 * device, and its box is in pixels of the real one: then the page's own size counts.
 */
function snapped(measured: Size, { inlineSize, blockSize }: ResizeObserverSize): Size {
  const isNear = Math.abs(inlineSize - measured.width) <= 1 && Math.abs(blockSize - measured.height) <= 1;
  return isNear ? { width: inlineSize, height: blockSize } : measured;
}
