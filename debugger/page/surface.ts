/** A canvas as large as its element, sharp on every screen, that is drawn anew at most once a frame. */

export interface Surface {
  readonly context: CanvasRenderingContext2D;
  /** Of the element, in its own pixels. */
  readonly width: number;
  readonly height: number;
}

/** @param draw on an empty surface. @returns asks for it to be drawn anew */
export function surfaceOf(canvas: HTMLCanvasElement, draw: (surface: Surface) => void): () => void {
  let isAsked = false;
  const redraw = () => {
    isAsked = false;
    const { clientWidth: width, clientHeight: height } = canvas;
    const ratio = devicePixelRatio;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext('2d');
    if (!context || width === 0) return;
    context.scale(ratio, ratio);
    draw({ context, width, height });
  };
  const ask = () => {
    if (!isAsked) requestAnimationFrame(redraw);
    isAsked = true;
  };
  new ResizeObserver(ask).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ask);
  return ask;
}

/** A colour of the theme. */
export const themed = (element: Element, name: string): string => getComputedStyle(element).getPropertyValue(`--${name}`).trim();
