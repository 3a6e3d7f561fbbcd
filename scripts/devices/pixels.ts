/** Compares what two engines have painted. Letters and edges differ from engine to engine, so that areas are compared, not pixels. */
import { PNG } from 'pngjs';

/** Areas of a picture: of 40 by 40 pixels on the ladder's screen, higher than a line of text. */
const COLUMNS = 32;
const ROWS = 18;
/** Channels of a pixel that count: red, green, blue. */
const CHANNELS = 3;
const BYTES_PER_PIXEL = 4;

/** @returns the greatest difference of an area's mean colour, from 0 to 1. The screens may differ in size: each shows the picture as large as it can. */
export function difference(one: Buffer, other: Buffer): number {
  const [a, b] = [meansOf(PNG.sync.read(one)), meansOf(PNG.sync.read(other))];
  return Math.max(...a.map((mean, i) => Math.abs(mean - b[i]))) / 255;
}

/** Each channel's mean in each area. */
function meansOf(screen: PNG): readonly number[] {
  const size = Math.min(screen.width / COLUMNS, screen.height / ROWS);
  const [left, top] = [(screen.width - COLUMNS * size) / 2, (screen.height - ROWS * size) / 2];
  const means: number[] = [];
  for (let row = 0; row < ROWS; row++)
    for (let column = 0; column < COLUMNS; column++)
      means.push(...meanAt(screen, Math.round(left + column * size), Math.round(top + row * size), Math.floor(size)));
  return means;
}

function meanAt({ data, width }: PNG, left: number, top: number, size: number): readonly number[] {
  const sums = new Array<number>(CHANNELS).fill(0);
  for (let y = top; y < top + size; y++)
    for (let x = left; x < left + size; x++) {
      const at = (y * width + x) * BYTES_PER_PIXEL;
      for (let channel = 0; channel < CHANNELS; channel++) sums[channel] += data[at + channel];
    }
  return sums.map((sum) => sum / (size * size));
}
