/**
 * Posters, drawn from their source (`poster:<id>:<genre>:<year>:<title>`): a sky in the genre's colours, a motif chosen by the
 * film's number, the title and the year. A poster is drawn once per size and kept, within a budget.
 */
import { type Images, openImages, type Profile } from 'tandem/browser';

interface Poster {
  readonly id: number;
  readonly genre: string;
  readonly year: string;
  readonly title: string;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Sizes of a card's poster and of the details screen's, in pixels of the scene. Sizes in between are scaled by the canvas. */
const CARD: Size = { width: 210, height: 285 };
const LARGE: Size = { width: 360, height: 480 };
/** The same where memory is short: a card's with its swell when it has focus, and no margin for it. */
const LEAN_CARD: Size = { width: 182, height: 247 };
/** Most pixels that are kept, four bytes each: of full, two screens full at a pixel ratio of 2; of lean, one at 1. What is shown stays in any case. */
const PIXELS_MAX: Readonly<Record<Profile, number>> = { full: 24 << 20, lean: 5 << 17 };
/** Posters are drawn in steps of half a pixel ratio, so that resizing a window does not redraw them for every size; one screen full at the highest ratio fits. */
const RATIO_STEPS = 2;
const RATIO_MAX = 3;
const LINES_MAX = 4;
const FONT = 'system-ui, "Noto Sans", "DejaVu Sans", sans-serif';

/** Hues of sky and ground, in degrees: the gradient runs through the numbers between. */
const GENRE_HUES: Readonly<Record<string, readonly [number, number]>> = {
  Drama: [222, 262],
  Comedy: [38, 12],
  Action: [8, -20],
  Adventure: [152, 196],
  'Thriller/Suspense': [268, 220],
  Horror: [352, 310],
  'Romantic Comedy': [336, 384],
  Musical: [300, 340],
  Western: [28, 44],
  Documentary: [190, 160],
  'Black Comedy': [50, 10],
  'Concert/Performance': [284, 190],
};
const OTHER_HUES = [210, 180] as const;

const MOTIFS = [paintMoon, paintHills, paintBeams, paintRings, paintTowers] as const;

/** @param easel where they are drawn; each on a canvas of its own when not given, which takes a document */
export function createPosters(profile: Profile = 'full', easel?: Easel): Images {
  const card = profile === 'lean' ? LEAN_CARD : CARD;
  return openImages({
    pixelsMax: PIXELS_MAX[profile],
    sizeOf(width, _height, pixelRatio) {
      const size = width > card.width ? LARGE : card;
      const ratio = Math.min(RATIO_MAX, Math.max(1, Math.ceil(pixelRatio * RATIO_STEPS) / RATIO_STEPS));
      easel?.fit(Math.ceil(LARGE.width * ratio), Math.ceil(LARGE.height * ratio));
      return { width: Math.ceil(size.width * ratio), height: Math.ceil(size.height * ratio) };
    },
    load({ source, width, height }) {
      const poster = parsePoster(source);
      if (!poster) return null;
      const size = { width, height };
      const draw = (context: Context | null) => paintPoster(poster, context, size);
      if (easel) return easel.draw(draw, size);
      const canvas = Object.assign(document.createElement('canvas'), size);
      draw(canvas.getContext('2d', { alpha: false }));
      return canvas;
    },
  });
}

function parsePoster(source: string): Poster | null {
  const parts = /^poster:(\d+):([^:]*):(\d*):(.*)$/s.exec(source);
  return parts && { id: Number(parts[1]), genre: parts[2], year: parts[3], title: parts[4] };
}

export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Where all posters are drawn, each in the same corner. */
export interface Easel {
  /** Makes room for the largest. */
  fit(width: number, height: number): void;
  draw(paint: (context: Context | null) => void, size: Size): Promise<ImageBitmap>;
}

/** Returns the next of a sequence of numbers from 0 to 1 that depends on the film only. */
type Draw = () => number;

function drawsOf(id: number): Draw {
  let state = Math.imul(id + 1, 0x9e3779b1) >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 0x1_0000_0000;
  };
}

/** Fills the corner of a canvas. */
function paintPoster(poster: Poster, context: Context | null, { width, height }: Size): void {
  if (!context) throw new Error('a poster has no 2D context');
  // All is drawn as at the width of a card, so that lines and stars are as thick at each size.
  const size = { width: CARD.width, height: (CARD.width * height) / width };
  context.setTransform(width / size.width, 0, 0, height / size.height, 0, 0);
  const draw = drawsOf(poster.id);
  const [sky, ground] = GENRE_HUES[poster.genre] ?? OTHER_HUES;
  const hue = sky + (draw() - 0.5) * 24;
  paintSky(context, size, hue, ground);
  MOTIFS[Math.floor(draw() * MOTIFS.length)](context, size, hue, draw);
  paintShade(context, size);
  paintTitle(context, size, poster);
}

function paintSky(context: Context, { width, height }: Size, sky: number, ground: number): void {
  const gradient = context.createLinearGradient(0, 0, width * 0.3, height);
  gradient.addColorStop(0, `hsl(${sky}, 62%, 52%)`);
  gradient.addColorStop(0.6, `hsl(${(sky * 2 + ground) / 3}, 58%, 32%)`);
  gradient.addColorStop(1, `hsl(${ground}, 60%, 18%)`);
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
}

/** Darkens the lower part, so that the title can be read on any motif. */
function paintShade(context: Context, { width, height }: Size): void {
  const gradient = context.createLinearGradient(0, height * 0.4, 0, height);
  gradient.addColorStop(0, 'rgba(6, 8, 16, 0)');
  gradient.addColorStop(1, 'rgba(6, 8, 16, 0.86)');
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
}

function paintMoon(context: Context, { width, height }: Size, hue: number, draw: Draw): void {
  const radius = width * (0.16 + draw() * 0.16);
  const x = width * (0.25 + draw() * 0.5);
  const y = height * (0.2 + draw() * 0.15);
  for (const [scale, opacity] of [
    [1.9, 0.1],
    [1.4, 0.16],
    [1, 0.9],
  ] as const) {
    context.fillStyle = `hsla(${hue + 30}, 80%, 86%, ${opacity})`;
    context.beginPath();
    context.arc(x, y, radius * scale, 0, 2 * Math.PI);
    context.fill();
  }
}

function paintHills(context: Context, { width, height }: Size, hue: number, draw: Draw): void {
  for (let layer = 0; layer < 3; layer++) {
    const base = height * (0.38 + layer * 0.13);
    const swing = height * 0.12;
    context.fillStyle = `hsl(${hue - layer * 14}, 50%, ${44 - layer * 12}%)`;
    context.beginPath();
    context.moveTo(0, height);
    context.lineTo(0, base - swing * draw());
    context.bezierCurveTo(width * 0.3, base - 2 * swing * draw(), width * 0.6, base + swing * draw(), width, base - swing * draw());
    context.lineTo(width, height);
    context.fill();
  }
}

function paintBeams(context: Context, { width, height }: Size, hue: number, draw: Draw): void {
  const x = width * draw();
  const y = height * (0.25 + draw() * 0.25);
  const beams = 9 + Math.floor(draw() * 6);
  const reach = width + height;
  context.fillStyle = `hsla(${hue + 40}, 85%, 72%, 0.28)`;
  for (let beam = 0; beam < beams; beam++) {
    const from = (beam / beams) * 2 * Math.PI;
    const to = from + Math.PI / beams;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + reach * Math.cos(from), y + reach * Math.sin(from));
    context.lineTo(x + reach * Math.cos(to), y + reach * Math.sin(to));
    context.fill();
  }
}

function paintRings(context: Context, { width, height }: Size, hue: number, draw: Draw): void {
  const x = width * (0.2 + draw() * 0.6);
  const y = height * (0.2 + draw() * 0.3);
  context.lineWidth = width * 0.035;
  for (let ring = 1; ring <= 6; ring++) {
    context.strokeStyle = `hsla(${hue + ring * 12}, 75%, 75%, ${0.6 - ring * 0.07})`;
    context.beginPath();
    context.arc(x, y, width * 0.09 * ring, 0, 2 * Math.PI);
    context.stroke();
  }
}

function paintTowers(context: Context, { width, height }: Size, hue: number, draw: Draw): void {
  const towers = 7;
  for (let tower = 0; tower < towers; tower++) {
    const top = height * (0.16 + draw() * 0.42);
    context.fillStyle = `hsl(${hue + draw() * 20}, 45%, ${18 + draw() * 22}%)`;
    context.fillRect((tower * width) / towers, top, width / towers - 2, height - top);
    context.fillStyle = `hsla(${hue + 45}, 90%, 78%, 0.75)`;
    for (let row = top + 8; row < height * 0.7; row += 14)
      if (draw() > 0.45) context.fillRect(((tower + 0.25 + 0.35 * draw()) * width) / towers, row, 4, 6);
  }
}

function paintTitle(context: Context, { width, height }: Size, { title, year }: Poster): void {
  const margin = width * 0.08;
  const size = width * 0.115;
  context.textBaseline = 'alphabetic';
  context.font = `700 ${size}px ${FONT}`;
  const lines = wrap(title, width - 2 * margin, (text) => context.measureText(text).width);
  let y = height - margin - size * 0.85;
  context.fillStyle = 'rgba(244, 246, 251, 0.72)';
  context.font = `500 ${size * 0.72}px ${FONT}`;
  context.fillText(year, margin, height - margin);
  context.fillStyle = '#f4f6fb';
  context.font = `700 ${size}px ${FONT}`;
  for (const line of lines.reverse()) {
    context.fillText(line, margin, y, width - 2 * margin);
    y -= size * 1.12;
  }
}

/** Breaks at spaces; the last line ends with an ellipsis if there is more. */
function wrap(text: string, width: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && measure(`${last} ${word}`) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.length > LINES_MAX ? [...lines.slice(0, LINES_MAX - 1), `${lines[LINES_MAX - 1]}…`] : lines;
}
