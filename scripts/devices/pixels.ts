/** Compares what two engines have painted. Letters and edges differ from engine to engine, so that areas are compared, not pixels. */
import { PNG } from 'pngjs';

/** Sides of an area, in pixels: higher than a line of text. */
const AREA = 40;
/** Channels of a pixel that count: red, green, blue. */
const CHANNELS = 3;
const BYTES_PER_PIXEL = 4;

/** @returns the greatest difference of an area's mean colour, from 0 to 1; null when they differ in size */
export function difference(one: Buffer, other: Buffer): number | null {
  const [a, b] = [PNG.sync.read(one), PNG.sync.read(other)];
  if (a.width !== b.width || a.height !== b.height) return null;
  let greatest = 0;
  for (let y = 0; y + AREA <= a.height; y += AREA)
    for (let x = 0; x + AREA <= a.width; x += AREA) greatest = Math.max(greatest, differenceAt(a, b, x, y));
  return greatest / 255;
}

function differenceAt(a: PNG, b: PNG, left: number, top: number): number {
  const sums = [0, 0, 0];
  for (let y = top; y < top + AREA; y++)
    for (let x = left; x < left + AREA; x++) {
      const at = (y * a.width + x) * BYTES_PER_PIXEL;
      for (let channel = 0; channel < CHANNELS; channel++) sums[channel] += a.data[at + channel] - b.data[at + channel];
    }
  return Math.max(...sums.map(Math.abs)) / (AREA * AREA);
}
