/**
 * Texts as textures: each is drawn by a canvas, at the very pixels where it will be, and then painted like an image. While something moves, a text keeps
 * the texture that it has, moved and stretched, for a new one in each frame costs more than the eye sees; when all is at rest, it is drawn anew.
 */
import { OVERHANG } from '../../common/ports/damage.js';
import type { PictureItem } from '../../common/ports/picture.js';
import { fontOf, isRightToLeft, linesMaxOf, TextLines } from './text-lines.js';
import { Textures } from './textures.js';

const ALIGNS: readonly CanvasTextAlign[] = ['start', 'center', 'end'];
/** A box whose width has changed by more, in font sizes, may have other lines. */
const SAME_SHAPE = 0.02;

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** A text that was drawn; places in pixels of the canvas. */
interface Drawn {
  readonly text: string;
  readonly font: string;
  readonly colour: number;
  readonly x: number;
  readonly y: number;
  /** Shape of the box, in font sizes. */
  readonly shape: number;
  readonly fontSize: number;
  readonly align: number;
  /** Left edge of the texture, from the box's corner. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface TextPlace {
  readonly texture: WebGLTexture;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export class TextTextures {
  readonly textures: Textures<number>;
  /** Whether a text of the last picture was moved or stretched. */
  isInexact = false;
  private readonly drawn = new Map<number, Drawn>();
  private readonly lines = new TextLines();
  private readonly context: Context;

  constructor(gl: WebGL2RenderingContext, pixelsMax: number) {
    this.textures = new Textures(gl, pixelsMax);
    const canvas = typeof document === 'undefined' ? new OffscreenCanvas(1, 1) : document.createElement('canvas');
    const context = canvas.getContext('2d') as Context | null;
    if (!context) throw new Error('there is no 2D context for texts');
    this.context = context;
  }

  /** Texts whose lines are known. */
  get lineCount(): number {
    return this.lines.count;
  }

  begin(): void {
    this.textures.begin();
    this.isInexact = false;
  }

  /** @param ratio pixels of the canvas for one of the scene @param moves whether a texture may be moved and stretched */
  of(item: Readonly<PictureItem>, text: string, ratio: number, moves: boolean): TextPlace {
    const known = this.drawn.get(item.node);
    const texture = known && this.textures.find(item.node);
    if (known && texture) {
      const place = this.placeOf(known, item, text, ratio, moves);
      if (place) return { texture, ...place };
    }
    return this.draw(item, text, ratio);
  }

  private placeOf(
    known: Drawn,
    item: Readonly<PictureItem>,
    text: string,
    ratio: number,
    moves: boolean,
  ): Omit<TextPlace, 'texture'> | null {
    if (known.text !== text || known.colour !== item.colour || known.align !== item.textAlign) return null;
    const [x, y, fontSize] = [item.x * ratio, item.y * ratio, item.fontSize * ratio];
    if (Math.abs(known.shape - shapeOf(item)) > SAME_SHAPE) return null;
    const scale = fontSize / known.fontSize;
    const isExact = scale === 1 && isWhole(x - known.x) && isWhole(y - known.y);
    if (!isExact && !moves) return null;
    this.isInexact ||= !isExact;
    return { x: x + known.left * scale, y: y + known.top * scale, width: known.width * scale, height: known.height * scale };
  }

  private draw(item: Readonly<PictureItem>, text: string, ratio: number): TextPlace {
    const { context } = this;
    const font = fontOf(item, item.fontSize);
    context.font = font;
    const box = { text, width: item.width, linesMax: linesMaxOf(item) };
    const lines = this.lines.of(item.node, font, box, (part) => context.measureText(part).width);
    const [x, y, fontSize] = [item.x * ratio, item.y * ratio, item.fontSize * ratio];
    const pad = fontSize * OVERHANG;
    const [left, top] = [Math.floor(x - pad) - x, Math.floor(y - pad) - y];
    const [width, height] = [Math.ceil(item.width * ratio + 2 * pad) + 1, Math.ceil(lines.length * item.lineHeight * ratio + 2 * pad) + 1];
    // What is larger than the device takes has fewer pixels, and is stretched.
    const { sideMax } = this.textures;
    const [columns, rows] = [Math.min(width, sideMax), Math.min(height, sideMax)];
    Object.assign(context.canvas, { width: columns, height: rows });
    context.setTransform((ratio * columns) / width, 0, 0, (ratio * rows) / height, (-left * columns) / width, (-top * rows) / height);
    this.write(item, text, font, lines);
    this.textures.drop(item.node);
    const texture = this.textures.add(item.node, context.canvas, columns, rows);
    const drawn = {
      text,
      font,
      colour: item.colour,
      x,
      y,
      shape: shapeOf(item),
      fontSize,
      align: item.textAlign,
      left,
      top,
      width,
      height,
    };
    this.drawn.set(item.node, drawn);
    if (this.drawn.size > 2 * this.textures.count + 64) this.forget();
    return { texture, x: x + left, y: y + top, width, height };
  }

  /** The box's corner is at 0, 0. */
  private write(item: Readonly<PictureItem>, text: string, font: string, lines: readonly string[]): void {
    const { context } = this;
    const rightToLeft = isRightToLeft(text);
    context.font = font;
    context.fillStyle = `#${item.colour.toString(16).padStart(8, '0')}`;
    context.direction = rightToLeft ? 'rtl' : 'ltr';
    context.textAlign = ALIGNS[item.textAlign] ?? 'start';
    context.textBaseline = 'middle';
    const x = (item.width * (rightToLeft ? 2 - item.textAlign : item.textAlign)) / 2;
    for (const [index, line] of lines.entries()) context.fillText(line, x, (index + 0.5) * item.lineHeight);
  }

  private forget(): void {
    for (const node of this.drawn.keys()) if (!this.textures.has(node)) this.drawn.delete(node);
  }
}

/** What decides about the lines, whatever the scale. */
const shapeOf = ({ width, fontSize, height }: Readonly<PictureItem>): number => (width + 3 * height) / fontSize;

const isWhole = (pixels: number): boolean => Math.abs(pixels - Math.round(pixels)) < 0.01;
