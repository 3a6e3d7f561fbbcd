/**
 * Paints a picture with the graphics processor: the same as the canvas painter within a tolerance that tests/host/painters.browser.test.ts states, and without
 * what a canvas has to do anew in each frame, for an image or a text that was there before is a texture already.
 */
import { IMAGE_ITEM, TEXT_ITEM } from '../../../protocol/ports/display.js';
import { OVERHANG } from '../../common/ports/damage.js';
import type { Area, Picture, PictureItem } from '../../common/ports/picture.js';
import { PAINT_BUDGETS } from './budget.js';
import type { AnyCanvas, ImageSource, PaintCounts, Painter } from './painter.js';
import { TextTextures } from './text-textures.js';
import { Textures } from './textures.js';
import { WebglBatch } from './webgl-batch.js';

type Problem = { readonly error: unknown } | null;

export class WebglPainter implements Painter {
  readonly kind = 'webgl';
  reduced = '';
  readonly counts: PaintCounts = { pictures: 0, items: 0, pixels: 0 };
  readonly images: Textures<number>;
  /** Numbers of images: a texture does not keep the image that it was made from. */
  private readonly numbers = new WeakMap<object, number>();
  private numbered = 0;
  readonly texts: TextTextures;
  private readonly batch: WebglBatch;
  private problem: Problem = null;

  private constructor(
    private readonly canvas: AnyCanvas,
    private readonly gl: WebGL2RenderingContext,
    private readonly source: ImageSource,
    texturePixels: number,
  ) {
    this.batch = new WebglBatch(gl);
    this.images = new Textures(gl, texturePixels);
    this.texts = new TextTextures(gl, texturePixels);
  }

  get memory(): Painter['memory'] {
    const { images, texts } = this;
    return {
      imageTexturePixels: images.pixels,
      textTexturePixels: texts.textures.pixels,
      texturesEvicted: images.evicted + texts.textures.evicted,
      texts: texts.lineCount,
    };
  }

  /** @returns null when there is no such context; the canvas then may have another. @throws when the shaders cannot be compiled */
  static on(canvas: AnyCanvas, source: ImageSource, texturePixels = PAINT_BUDGETS.full.texturePixels): WebglPainter | null {
    const wishes = { alpha: false, antialias: false, depth: false, preserveDrawingBuffer: true };
    const gl = canvas.getContext('webgl2', wishes) as WebGL2RenderingContext | null;
    return gl && new WebglPainter(canvas, gl, source, texturePixels);
  }

  paint(picture: Picture, areas: readonly Area[] | null): Problem {
    const { gl, canvas, counts, batch, images, texts } = this;
    if (gl.isContextLost()) throw new Error('the WebGL context is lost');
    const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
    // A device may give a large canvas fewer pixels, and stretches them.
    const isReduced = width !== canvas.width || height !== canvas.height;
    this.reduced = isReduced ? `${width} by ${height} for ${canvas.width} by ${canvas.height} pixels of the canvas` : '';
    const isWhole = isReduced || (texts.isInexact && !picture.animating);
    this.problem = null;
    counts.pictures++;
    batch.resize(width, height);
    images.begin();
    texts.begin();
    gl.enable(gl.SCISSOR_TEST);
    for (const area of (isWhole ? null : areas) ?? [{ left: 0, top: 0, right: width, bottom: height }]) this.paintArea(picture, area);
    return this.problem;
  }

  private paintArea(picture: Picture, { left, top, right, bottom }: Area): void {
    const { gl, counts, batch } = this;
    counts.pixels += (right - left) * (bottom - top);
    gl.scissor(left, gl.drawingBufferHeight - bottom, right - left, bottom - top);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (picture.width <= 0 || picture.height <= 0) return;
    const [scaleX, scaleY] = [gl.drawingBufferWidth / picture.width, gl.drawingBufferHeight / picture.height];
    const area = { left: left / scaleX, top: top / scaleY, right: right / scaleX, bottom: bottom / scaleY };
    for (let i = 0; i < picture.itemCount; i++) if (picture.touches(i, area, OVERHANG)) this.paintOne(picture, picture.itemAt(i));
    batch.flush();
  }

  private paintOne(picture: Picture, item: Readonly<PictureItem>): void {
    this.counts.items++;
    try {
      const text = item.type === TEXT_ITEM || item.type === IMAGE_ITEM ? picture.stringOf(item.node) : '';
      if (item.type === TEXT_ITEM) this.addText(picture, item, text);
      else this.addBox(picture, item, text === '' ? null : this.textureOf(picture, item, text));
    } catch (error) {
      this.problem ??= { error };
    }
  }

  private scaleOf(picture: Picture): number {
    return this.gl.drawingBufferWidth / picture.width;
  }

  /** @returns null when there is no image, so that the item has its colour */
  private textureOf(picture: Picture, item: Readonly<PictureItem>, source: string): WebGLTexture | null {
    try {
      const image = this.source(
        source,
        item.width,
        item.height,
        Math.max(this.scaleOf(picture), this.gl.drawingBufferHeight / picture.height),
      );
      if (!image) return null;
      const { width = 0, height = 0 } = image as { readonly width?: number; readonly height?: number };
      const number = this.numberOf(image);
      return this.images.find(number) ?? this.images.add(number, image as TexImageSource, width, height);
    } catch (error) {
      this.problem ??= { error };
      return null;
    }
  }

  private numberOf(image: object): number {
    const known = this.numbers.get(image);
    if (known !== undefined) return known;
    this.numbers.set(image, ++this.numbered);
    return this.numbered;
  }

  private addBox(picture: Picture, item: Readonly<PictureItem>, texture: WebGLTexture | null): void {
    const ratio = this.scaleOf(picture);
    const place = scaled(item, ratio, this.gl.drawingBufferHeight / picture.height);
    this.batch.add(place, this.clipOf(picture, item), item.opacity, item.colour, texture);
  }

  private addText(picture: Picture, item: Readonly<PictureItem>, text: string): void {
    if (text === '') return;
    const { texture, ...place } = this.texts.of(item, text, this.scaleOf(picture), picture.animating);
    this.batch.add({ ...place, radius: 0 }, this.clipOf(picture, item), item.opacity, item.colour, texture);
  }

  private clipOf(picture: Picture, { clip }: Readonly<PictureItem>) {
    return scaled(picture.clipAt(clip), this.scaleOf(picture), this.gl.drawingBufferHeight / picture.height);
  }
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
}

const scaled = ({ x, y, width, height, radius }: Box, scaleX: number, scaleY: number): Box => ({
  x: x * scaleX,
  y: y * scaleY,
  width: width * scaleX,
  height: height * scaleY,
  radius: radius * scaleX,
});
