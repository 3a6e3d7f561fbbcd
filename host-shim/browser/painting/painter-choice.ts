/**
 * Which painter a canvas gets: WebGL where the application wants it or leaves it open and the device has it in hardware, else the canvas's own drawing. A device
 * may take its context away at any time, and give it back:
 *
 *   webgl ──context lost──> canvas ──context restored──> webgl          each time on another canvas: one keeps its first kind of context
 */
import { CanvasPainter } from './canvas-painter.js';
import { hasFastWebgl } from './fast-webgl.js';
import type { AnyCanvas, ImageSource, PaintBudget, Painter, PainterChoice } from './painter.js';
import { WebglPainter } from './webgl-painter.js';

export class PainterChooser {
  /** Why it is not the painter that was wished for; empty when it is. */
  fallback = '';
  /** Whether the device has WebGL in hardware; null while nobody has asked. */
  private isFast: boolean | null = null;
  /** Why WebGL cannot be used now. */
  private trouble = '';

  /** @param onChange another painter should paint from now on, on another canvas */
  constructor(
    private readonly images: ImageSource,
    private readonly choice: PainterChoice,
    private readonly budget: PaintBudget,
    private readonly onChange: () => void,
  ) {}

  /** @throws when the canvas has no context */
  make(canvas: AnyCanvas): Painter {
    const painter = this.choice === 'canvas' || this.trouble ? null : this.tryWebgl(canvas);
    this.fallback = painter || this.choice === 'canvas' ? '' : this.trouble || (this.choice === 'webgl' ? 'there is no WebGL' : '');
    return painter ?? new CanvasPainter(canvas, this.images);
  }

  private tryWebgl(canvas: AnyCanvas): Painter | null {
    if (this.choice === 'auto') this.isFast ??= hasFastWebgl();
    if (this.isFast === false) return null;
    let painter: WebglPainter | null;
    try {
      painter = WebglPainter.on(canvas, this.images, this.budget.texturePixels);
    } catch (error) {
      this.trouble = String((error as Partial<Error>).message);
      throw error;
    }
    if (painter) this.watch(canvas as HTMLCanvasElement);
    return painter;
  }

  private watch(canvas: HTMLCanvasElement): void {
    canvas.addEventListener('webglcontextlost', (event) => {
      // Otherwise it would never be given back.
      event.preventDefault();
      this.trouble = 'the WebGL context is lost';
      this.onChange();
    });
    canvas.addEventListener('webglcontextrestored', () => {
      this.trouble = '';
      this.onChange();
    });
  }
}
