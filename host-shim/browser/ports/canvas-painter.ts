/** Paints a picture on a canvas: rectangles, images and texts, back to front, each through its clip rectangle. */
import { IMAGE_ITEM, TEXT_ITEM } from '../../../protocol/ports/display.js';
import type { Picture, PictureItem } from '../../common/ports/picture.js';
import { TextLines } from './text-lines.js';

/**
 * @param width in pixels of the scene, like `height`
 * @param pixelRatio pixels of the canvas for one of the scene: an image of that many times the size is drawn sharp
 * @returns what to draw for a source, or null when there is nothing yet: the item's colour is painted instead
 */
export type ImageSource = (source: string, width: number, height: number, pixelRatio: number) => CanvasImageSource | null;

const FONT_FAMILY = 'system-ui, "Noto Sans", "DejaVu Sans", sans-serif';
const ALIGNS: readonly CanvasTextAlign[] = ['start', 'center', 'end'];
/** After scaling, a box may be this part of a line too low for its whole number of lines. */
const LINE_TOLERANCE = 0.01;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
/** Stands for no clip. */
const NO_CLIP = -1;

export class CanvasPainter {
  private readonly context: CanvasRenderingContext2D;
  private readonly texts = new TextLines();
  private readonly colours = new Map<number, string>();
  private clip = NO_CLIP;
  /** The context's font. Setting the same one again would cost as much as the first time. */
  private font = '';
  private pixelRatio = 1;

  private imageFailed = false;

  /**
   * @param onImageFailed called for the first image of a picture that could not be had or drawn: its place has the item's colour, the rest is painted
   * @throws when the canvas has no 2D context
   */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly images: ImageSource,
    private readonly onImageFailed: (error: unknown) => void,
  ) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('the canvas has no 2D context');
    this.context = context;
  }

  /** Paints the picture so that it fills the canvas, whatever its size in pixels. */
  paint(picture: Picture): void {
    const { context, canvas } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (picture.width <= 0 || picture.height <= 0) return;
    context.setTransform(canvas.width / picture.width, 0, 0, canvas.height / picture.height, 0, 0);
    this.pixelRatio = Math.max(canvas.width / picture.width, canvas.height / picture.height);
    context.save();
    this.clip = NO_CLIP;
    try {
      this.paintItems(picture);
    } finally {
      context.restore();
    }
  }

  private paintItems(picture: Picture): void {
    const texts = new Set<number>();
    this.imageFailed = false;
    for (let i = 0; i < picture.itemCount; i++) {
      const item = picture.itemAt(i);
      if (item.type === TEXT_ITEM) texts.add(item.node);
      this.setClip(picture, item.clip);
      this.context.globalAlpha = item.opacity;
      this.paintItem(picture, item);
    }
    this.texts.keepOnly(texts);
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
    context.roundRect(x, y, width, height, radius);
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
      if (!this.imageFailed) this.onImageFailed(error);
      this.imageFailed = true;
      return false;
    }
  }

  private paintBox(item: Readonly<PictureItem>): void {
    const { context } = this;
    context.fillStyle = this.colour(item.colour);
    context.beginPath();
    if (item.radius > 0) context.roundRect(item.x, item.y, item.width, item.height, item.radius);
    else context.rect(item.x, item.y, item.width, item.height);
    context.fill();
  }

  private paintImage(item: Readonly<PictureItem>, image: CanvasImageSource): void {
    const { context } = this;
    context.save();
    try {
      if (item.radius > 0) {
        context.beginPath();
        context.roundRect(item.x, item.y, item.width, item.height, item.radius);
        context.clip();
      }
      context.drawImage(image, item.x, item.y, item.width, item.height);
    } finally {
      context.restore();
    }
  }

  private paintText(item: Readonly<PictureItem>, text: string): void {
    const { context } = this;
    const font = `${item.fontWeight} ${item.fontSize}px ${FONT_FAMILY}`;
    if (font !== this.font) context.font = this.font = font;
    context.fillStyle = this.colour(item.colour);
    const rightToLeft = isRightToLeft(text);
    context.direction = rightToLeft ? 'rtl' : 'ltr';
    context.textAlign = ALIGNS[item.textAlign] ?? 'start';
    context.textBaseline = 'middle';
    const fitting = Math.max(1, Math.floor(item.height / item.lineHeight + LINE_TOLERANCE));
    const linesMax = item.lines > 0 ? Math.min(item.lines, fitting) : fitting;
    const box = { text, width: item.width, linesMax };
    const lines = this.texts.of(item.node, font, box, (part) => context.measureText(part).width);
    const x = item.x + (item.width * (rightToLeft ? 2 - item.textAlign : item.textAlign)) / 2;
    for (const [index, line] of lines.entries()) context.fillText(line, x, item.y + (index + 0.5) * item.lineHeight);
  }

  private colour(rgba: number): string {
    let text = this.colours.get(rgba);
    if (text === undefined) {
      text = `#${rgba.toString(16).padStart(8, '0')}`;
      this.colours.set(rgba, text);
    }
    return text;
  }
}

/** Decides by the first letter, like `dir=auto` in HTML. */
const isRightToLeft = (text: string): boolean => RIGHT_TO_LEFT.test(/\p{L}/u.exec(text)?.[0] ?? '');
