/** Textures by what they were made from. The ones drawn longest ago go first, once all together have more pixels than the budget. */

interface Kept {
  readonly texture: WebGLTexture;
  readonly pixels: number;
  /** Number of the picture that it was drawn in last. */
  drawnIn: number;
}

export class Textures<K> {
  /** The ones drawn last are at the end. */
  private readonly kept = new Map<K, Kept>();
  private picture = 0;
  pixels = 0;
  /** Textures that were dropped for others. */
  evicted = 0;
  /** Most pixels of a texture's side, by the device. */
  readonly sideMax: number;

  /** @param pixelsMax what is drawn in one picture stays, whatever it takes */
  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly pixelsMax: number,
  ) {
    this.sideMax = gl.getParameter(gl.MAX_TEXTURE_SIZE);
  }

  get count(): number {
    return this.kept.size;
  }

  /** A picture begins: what is drawn in it stays until it is complete, whatever it takes. */
  begin(): void {
    this.picture++;
  }

  find(key: K): WebGLTexture | null {
    const known = this.kept.get(key);
    if (!known) return null;
    known.drawnIn = this.picture;
    this.kept.delete(key);
    this.kept.set(key, known);
    return known.texture;
  }

  /** @param image without a texture so far @throws Error when it is larger than the device takes, which else would paint black */
  add(key: K, image: TexImageSource, width: number, height: number): WebGLTexture {
    const { gl, sideMax } = this;
    if (width > sideMax || height > sideMax) throw new Error(`an image of ${width} by ${height} pixels: this device takes ${sideMax}`);
    const pixels = width * height;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, image);
    for (const axis of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, axis, gl.CLAMP_TO_EDGE);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
    this.kept.set(key, { texture, pixels, drawnIn: this.picture });
    this.pixels += pixels;
    this.evict();
    return texture;
  }

  has(key: K): boolean {
    return this.kept.has(key);
  }

  drop(key: K): void {
    const known = this.kept.get(key);
    if (!known) return;
    this.kept.delete(key);
    this.pixels -= known.pixels;
    this.gl.deleteTexture(known.texture);
  }

  private evict(): void {
    for (const [key, { drawnIn }] of this.kept) {
      if (this.pixels <= this.pixelsMax || drawnIn === this.picture) return;
      this.evicted++;
      this.drop(key);
    }
  }
}
