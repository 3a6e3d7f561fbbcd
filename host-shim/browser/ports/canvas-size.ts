/**
 * Keeps a canvas as large as the screen shows it, in the screen's own pixels: whatever its size on the page and the device's pixel ratio,
 * and after either has changed. The catch: a canvas that gets another size is empty, so `fit` is called right before it is painted.
 */

interface Size {
  readonly width: number;
  readonly height: number;
}

export class CanvasSize {
  private wanted: Size | null;
  private readonly observer: ResizeObserver;

  /** @param onChange the canvas has another size on the screen: it is to be painted again */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly onChange: () => void,
  ) {
    this.wanted = measure(canvas);
    this.observer = new ResizeObserver(([entry]) => this.observed(entry));
    this.observe();
  }

  /** Gives the canvas its size, which empties it, when that is another. */
  fit(): void {
    const { canvas, wanted } = this;
    this.wanted = null;
    if (!wanted || (canvas.width === wanted.width && canvas.height === wanted.height)) return;
    const { width, height } = canvas.getBoundingClientRect();
    canvas.width = wanted.width;
    canvas.height = wanted.height;
    const after = canvas.getBoundingClientRect();
    if (after.width === width && after.height === height) return;
    // Its size on the page came from its pixels: it would grow by its pixel ratio each time.
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
      // A browser that does not know the box refuses it, and has no other way to tell of a window that moves to another screen.
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

  private want(size: Size | null): void {
    if (!size || (size.width === this.canvas.width && size.height === this.canvas.height)) return;
    this.wanted = size;
    this.onChange();
  }
}

/** @returns null for a canvas that is not shown: it keeps the size that it has */
function measure(canvas: HTMLCanvasElement): Size | null {
  const { width, height } = canvas.getBoundingClientRect();
  if (width === 0 || height === 0) return null;
  return { width: Math.max(1, Math.round(width * devicePixelRatio)), height: Math.max(1, Math.round(height * devicePixelRatio)) };
}

/**
 * The browser knows to the pixel what the page's own arithmetic knows to within one. Where they are further apart the browser shows the page
 * as on another device, and its box is in the pixels of this one.
 */
function snapped(measured: Size, { inlineSize, blockSize }: ResizeObserverSize): Size {
  const isNear = Math.abs(inlineSize - measured.width) <= 1 && Math.abs(blockSize - measured.height) <= 1;
  return isNear ? { width: inlineSize, height: blockSize } : measured;
}
