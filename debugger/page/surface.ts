/** A canvas as large as its element, sharp on every screen, that is drawn anew at most once a frame. */

export interface Surface {
  readonly context: CanvasRenderingContext2D;
  /** Width of the element, in its own pixels. */
  readonly width: number;
  readonly height: number;
}

/** @param draw on an empty surface. @returns asks for it to be drawn anew */
export function surfaceOf(canvas: HTMLCanvasElement, draw: (surface: Surface) => void): () => void {
  let isAsked = false;
  let [width, height] = [0, 0];
  const redraw = () => {
    isAsked = false;
    const ratio = devicePixelRatio;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    // Giving a canvas its size clears it, and takes new memory.
    if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
    const context = canvas.getContext('2d');
    if (!context || width === 0) return;
    context.save();
    context.clearRect(0, 0, wide, high);
    context.scale(ratio, ratio);
    draw({ context, width, height });
    context.restore();
  };
  const ask = () => {
    if (!isAsked) requestAnimationFrame(redraw);
    isAsked = true;
  };
  new ResizeObserver(([{ contentRect }]) => {
    ({ width, height } = contentRect);
    ask();
  }).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ask);
  return ask;
}

/** A colour of the theme. */
export const themed = (element: Element, name: string): string => getComputedStyle(element).getPropertyValue(`--${name}`).trim();
