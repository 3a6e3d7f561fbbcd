/** Paints a recorded display list on a canvas of the debugger, with the painter of the runtime. */
import { CanvasPainter } from '../../host-shim/browser/painting/canvas-painter.js';
import type { AnyCanvas } from '../../host-shim/browser/painting/painter.js';
import { Picture } from '../../host-shim/common/ports/picture.js';
import type { Screen } from '../table/screens.js';
import { standInImages } from './images.js';

const images = standInImages();

export class ScreenPainter {
  private readonly painter: CanvasPainter;
  private readonly picture = new Picture();

  constructor(readonly canvas: AnyCanvas) {
    this.painter = new CanvasPainter(canvas, images);
  }

  paint({ list, strings }: Screen): void {
    this.picture.takeStrings({ strings: this.picture.stringsTo({ ...list, strings: [...strings] }) });
    this.picture.take(list);
    this.painter.paint(this.picture, null);
  }
}
