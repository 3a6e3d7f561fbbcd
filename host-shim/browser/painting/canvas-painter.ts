/**
 * Paints a picture on a canvas: rectangles, images and texts, back to front, each through its clip rectangle. Of a picture that differs little
 * from the one before, only the areas that differ: items elsewhere are not looked at, and those at an edge are cut off there.
 */
import { IMAGE_ITEM, TEXT_ITEM } from '../../../protocol/ports/display.js';
import { OVERHANG } from '../../common/ports/damage.js';
import type { Area, Picture, PictureItem } from '../../common/ports/picture.js';
import type { AnyCanvas, ImageSource, PaintCounts, Painter } from './painter.js';
import { roundedRectangle } from './rounded-rectangle.js';
import { fontOf, isRightToLeft, linesMaxOf, TextLines } from './text-lines.js';

const ALIGNS: readonly CanvasTextAlign[] = ['start', 'center', 'end'];
/** Colours whose CSS text is kept: an animation of a colour has a new one in each frame. */
const COLOURS_KEPT_MAX = 256;
/** Stands for no clip. */
const NO_CLIP = -1;

type Sized = Exclude<CanvasImageSource, SVGImageElement | VideoFrame>;
type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export class CanvasPainter implements Painter {
  readonly kind = 'canvas';
  readonly reduced = '';
  readonly counts: PaintCounts = { pictures: 0, items: 0, pixels: 0 };
  private readonly context: Context;
  private readonly texts = new TextLines();
  private readonly colours = new Map<number, string>();
  private clip = NO_CLIP;
  /** The context's font. Setting the same one again would cost as much as the first time. */
  private font = '';
  private pixelRatio = 1;
  /** The box of the text that is being painted: one object for all texts. */
  private readonly box = { text: '', width: 0, linesMax: 0 };
  /** Chromium smooths the edge of a clip on a page's canvas, and not on a worker's. */
  private readonly hasRoughClips: boolean;
  private problem: { readonly error: unknown } | null = null;

  /** @throws when the canvas has no 2D context */
  constructor(
    private readonly canvas: AnyCanvas,
    private readonly images: ImageSource,
  ) {
    const context = canvas.getContext('2d', { alpha: false }) as Context | null;
    if (!context) throw new Error('the canvas has no 2D context');
    this.context = context;
    this.hasRoughClips =
      typeof document === 'undefined' && typeof CanvasPattern === 'function' && 'setTransform' in CanvasPattern.prototype;
  }

  get memory(): Painter['memory'] {
    return { imageTexturePixels: 0, textTexturePixels: 0, texturesEvicted: 0, texts: this.texts.count };
  }

  paint(picture: Picture, areas: readonly Area[] | null): { readonly error: unknown } | null {
    const { width, height } = this.canvas;
    this.problem = null;
    this.counts.pictures++;
    this.pixelRatio = Math.max(width / picture.width, height / picture.height);
    for (const area of areas ?? [{ left: 0, top: 0, right: width, bottom: height }]) this.paintArea(picture, area);
    return this.problem;
  }

  private paintArea(picture: Picture, { left, top, right, bottom }: Area): void {
    const { context, canvas, counts } = this;
    counts.pixels += (right - left) * (bottom - top);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.save();
    try {
      context.beginPath();
      context.rect(left, top, right - left, bottom - top);
      context.clip();
      context.clearRect(left, top, right - left, bottom - top);
      if (picture.width <= 0 || picture.height <= 0) return;
      const [scaleX, scaleY] = [canvas.width / picture.width, canvas.height / picture.height];
      context.setTransform(scaleX, 0, 0, scaleY, 0, 0);
      this.paintItems(picture, { left: left / scaleX, top: top / scaleY, right: right / scaleX, bottom: bottom / scaleY });
    } finally {
      context.restore();
    }
  }

  /** @param area in pixels of the scene */
  private paintItems(picture: Picture, area: Area): void {
    const { context } = this;
    context.save();
    this.clip = NO_CLIP;
    this.font = '';
    try {
      for (let i = 0; i < picture.itemCount; i++) if (picture.touches(i, area, OVERHANG)) this.paintOne(picture, picture.itemAt(i));
    } finally {
      context.restore();
    }
  }

  private paintOne(picture: Picture, item: Readonly<PictureItem>): void {
    this.counts.items++;
    this.setClip(picture, item.clip);
    this.context.globalAlpha = item.opacity;
    try {
      this.paintItem(picture, item);
    } catch (error) {
      this.problem ??= { error };
    }
  }

  private setClip(picture: Picture, index: number): void {
    if (index === this.clip) return;
    this.clip = index;
    const { context } = this;
    context.restore();
    context.save();
    this.font = '';
    const { x, y, width, height, radius } = picture.clipAt(index);
    context.beginPath();
    roundedRectangle(context, x, y, width, height, radius);
    context.clip();
  }

  private paintItem(picture: Picture, item: Readonly<PictureItem>): void {
    const text = item.type === TEXT_ITEM || item.type === IMAGE_ITEM ? picture.stringOf(item.node) : '';
    if (item.type === TEXT_ITEM) this.paintText(item, text);
    else if (text === '' || !this.tryImage(item, text)) this.paintBox(item);
  }

  /** @returns whether the image is painted */
  private tryImage(item: Readonly<PictureItem>, source: string): boolean {
    try {
      const image = this.images(source, item.width, item.height, this.pixelRatio);
      if (image) this.paintImage(item, image);
      return image !== null;
    } catch (error) {
      this.problem ??= { error };
      return false;
    }
  }

  private paintBox(item: Readonly<PictureItem>): void {
    const { context } = this;
    context.fillStyle = this.colour(item.colour);
    context.beginPath();
    if (item.radius > 0) roundedRectangle(context, item.x, item.y, item.width, item.height, item.radius);
    else context.rect(item.x, item.y, item.width, item.height);
    context.fill();
  }

  private paintImage(item: Readonly<PictureItem>, image: CanvasImageSource): void {
    const { context } = this;
    if (!(item.radius > 0)) context.drawImage(image, item.x, item.y, item.width, item.height);
    else if (this.hasRoughClips && 'width' in image && typeof image.width === 'number') this.fillWith(item, image as Sized);
    else {
      context.save();
      try {
        context.beginPath();
        roundedRectangle(context, item.x, item.y, item.width, item.height, item.radius);
        context.clip();
        context.drawImage(image, item.x, item.y, item.width, item.height);
      } finally {
        context.restore();
      }
    }
  }

  /** Paints a round image as a shape that is filled with it. */
  private fillWith(item: Readonly<PictureItem>, image: Sized): void {
    const { context } = this;
    const pattern = context.createPattern(image, 'no-repeat');
    if (!pattern) return;
    pattern.setTransform({ a: item.width / image.width, d: item.height / image.height, e: item.x, f: item.y });
    context.fillStyle = pattern;
    context.beginPath();
    roundedRectangle(context, item.x, item.y, item.width, item.height, item.radius);
    context.fill();
  }

  private paintText(item: Readonly<PictureItem>, text: string): void {
    const { context } = this;
    const font = fontOf(item, item.fontSize);
    if (font !== this.font) context.font = this.font = font;
    context.fillStyle = this.colour(item.colour);
    const rightToLeft = isRightToLeft(text);
    context.direction = rightToLeft ? 'rtl' : 'ltr';
    context.textAlign = ALIGNS[item.textAlign] ?? 'start';
    context.textBaseline = 'middle';
    const { box } = this;
    box.text = text;
    box.width = item.width;
    box.linesMax = linesMaxOf(item);
    const lines = this.texts.of(item.node, font, box, this.measure);
    const x = item.x + (item.width * (rightToLeft ? 2 - item.textAlign : item.textAlign)) / 2;
    for (let index = 0; index < lines.length; index++) context.fillText(lines[index], x, item.y + (index + 0.5) * item.lineHeight);
  }

  private readonly measure = (text: string): number => this.context.measureText(text).width;

  private colour(rgba: number): string {
    let text = this.colours.get(rgba);
    if (text === undefined) {
      if (this.colours.size === COLOURS_KEPT_MAX) this.colours.clear();
      // Engines before 2016 do not know the opacity in hexadecimal digits, and leave the colour as it was.
      text = `rgba(${rgba >>> 24}, ${(rgba >>> 16) & 0xff}, ${(rgba >>> 8) & 0xff}, ${(rgba & 0xff) / 0xff})`;
      this.colours.set(rgba, text);
    }
    return text;
  }
}
