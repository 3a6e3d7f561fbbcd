/**
 * Rectangles for the graphics processor, many in one call: each is an instance with its place, corners, clip, colour and a part of one of eight
 * textures. What a canvas does with paths, the fragment shader does by distance: edges and round corners cover a pixel by as much as lies inside.
 *
 *   instance   0       4       8                              12       16         20
 *             +-------+-------+------------------------------+--------+----------+
 *             | place | clip  | radius, clip radius, opacity | colour | u v, u v  |     all in pixels of the canvas; texture -1 is the colour alone
 *             |       |       | texture                      |        |          |
 *             +-------+-------+------------------------------+--------+----------+
 */

/** Textures of one call: every device has eight units for a fragment shader. */
const UNITS = 8;
const FLOATS = 20;
/** Instances of one call. */
const INSTANCES_MAX = 512;

const VERTEX = `#version 300 es
uniform vec2 size;
layout(location = 0) in vec4 place;
layout(location = 1) in vec4 clip;
layout(location = 2) in vec4 shape;
layout(location = 3) in vec4 colour;
layout(location = 4) in vec4 part;
out vec2 at, uv;
flat out vec4 vPlace, vClip, vShape, vColour;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  vec2 low = max(place.xy - 1.0, floor(clip.xy) - 1.0), high = min(place.xy + place.zw + 1.0, ceil(clip.xy + clip.zw) + 1.0);
  at = mix(low, max(low, high), corner);
  uv = mix(part.xy, part.zw, (at - place.xy) / place.zw);
  vPlace = place; vClip = clip; vShape = shape; vColour = colour;
  gl_Position = vec4(at / size * vec2(2.0, -2.0) + vec2(-1.0, 1.0), 0.0, 1.0);
}`;

const samples = Array.from({ length: UNITS }, (_, unit) => `if (unit == ${unit}) return texture(textures[${unit}], uv);`).join('\n  ');
const FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D textures[${UNITS}];
in vec2 at, uv;
flat in vec4 vPlace, vClip, vShape, vColour;
out vec4 result;
float covered(vec4 box, float radius) {
  if (radius <= 0.0) {
    vec2 inside = clamp(min(at + 0.5, box.xy + box.zw) - max(at - 0.5, box.xy), 0.0, 1.0);
    return inside.x * inside.y;
  }
  float r = min(radius, min(box.z, box.w) * 0.5);
  vec2 q = abs(at - box.xy - box.zw * 0.5) - box.zw * 0.5 + r;
  return clamp(0.5 - (length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - r), 0.0, 1.0);
}
vec4 sampled(int unit) {
  ${samples}
  return vec4(0.0);
}
void main() {
  float cover = covered(vPlace, vShape.x) * covered(vClip, vShape.y) * vShape.z;
  int unit = int(vShape.w);
  result = (unit < 0 ? vec4(vColour.rgb * vColour.a, vColour.a) : sampled(unit)) * cover;
}`;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
}

export class WebglBatch {
  private readonly data = new Float32Array(INSTANCES_MAX * FLOATS);
  private readonly textures: WebGLTexture[] = [];
  private readonly sizeUniform: WebGLUniformLocation | null;
  private count = 0;

  /** @throws when the device cannot compile the shaders */
  constructor(private readonly gl: WebGL2RenderingContext) {
    const program = programOf(gl);
    // biome-ignore lint/correctness/useHookAtTopLevel: it is WebGL's, not React's
    gl.useProgram(program);
    this.sizeUniform = gl.getUniformLocation(program, 'size');
    gl.uniform1iv(
      gl.getUniformLocation(program, 'textures'),
      Int32Array.from({ length: UNITS }, (_, unit) => unit),
    );
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, this.data.byteLength, gl.DYNAMIC_DRAW);
    for (let location = 0; location < FLOATS / 4; location++) {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, 4, gl.FLOAT, false, FLOATS * 4, location * 16);
      gl.vertexAttribDivisor(location, 1);
    }
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.clearColor(0, 0, 0, 1);
  }

  resize(width: number, height: number): void {
    this.gl.viewport(0, 0, width, height);
    this.gl.uniform2f(this.sizeUniform, width, height);
  }

  /** @param colour 0xRRGGBBAA, for no texture */
  add(place: Box, clip: Box, opacity: number, colour: number, texture: WebGLTexture | null): void {
    if (this.count === INSTANCES_MAX) this.flush();
    const unit = texture ? this.unitOf(texture) : -1;
    const { data } = this;
    let at = this.count++ * FLOATS;
    for (const { x, y, width, height } of [place, clip]) {
      data[at++] = x;
      data[at++] = y;
      data[at++] = width;
      data[at++] = height;
    }
    data[at++] = place.radius;
    data[at++] = clip.radius;
    data[at++] = opacity;
    data[at++] = unit;
    data[at++] = (colour >>> 24) / 255;
    data[at++] = ((colour >>> 16) & 255) / 255;
    data[at++] = ((colour >>> 8) & 255) / 255;
    data[at++] = (colour & 255) / 255;
    data[at++] = 0;
    data[at++] = 0;
    data[at++] = 1;
    data[at] = 1;
  }

  /** Draws what was added. */
  flush(): void {
    const { gl, count, textures } = this;
    for (const [unit, texture] of textures.entries()) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
    }
    gl.activeTexture(gl.TEXTURE0);
    textures.length = 0;
    this.count = 0;
    if (count === 0) return;
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.data, 0, count * FLOATS);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
  }

  private unitOf(texture: WebGLTexture): number {
    const known = this.textures.indexOf(texture);
    if (known >= 0) return known;
    if (this.textures.length === UNITS) this.flush();
    return this.textures.push(texture) - 1;
  }
}

function programOf(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type) as WebGLShader;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(`WebGL cannot compile a shader: ${gl.getShaderInfoLog(shader)}`);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`WebGL cannot link: ${gl.getProgramInfoLog(program)}`);
  return program;
}
