/**
 * Stands for the images of an application, whose own are not here: a surface in a colour of its own, with the end of its source written on it. So one
 * is told from another, and nothing is fetched from anywhere.
 */
import type { ImageSource } from '../../host-shim/browser/painting/painter.js';

/** Several screens full. */
const IMAGES_KEPT_MAX = 256;
const SIZE = 200;

export function standInImages(): ImageSource {
  const drawn = new Map<string, OffscreenCanvas>();
  return (source, width, height) => {
    const key = `${Math.round((100 * width) / height)} ${source}`;
    const known = drawn.get(key);
    if (known) return known;
    const image = draw(source, height / width);
    drawn.set(key, image);
    if (drawn.size > IMAGES_KEPT_MAX) drawn.delete(drawn.keys().next().value as string);
    return image;
  };
}

function draw(source: string, ratio: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(SIZE, Math.max(1, Math.min(4 * SIZE, Math.round(SIZE * ratio))));
  const context = canvas.getContext('2d')!;
  const hue = hueOf(source);
  const gradient = context.createLinearGradient(0, 0, 0, canvas.height);
  gradient.addColorStop(0, `hsl(${hue} 45% 45%)`);
  gradient.addColorStop(1, `hsl(${hue + 30} 50% 18%)`);
  context.fillStyle = gradient;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#fff';
  context.font = '600 22px system-ui, sans-serif';
  const words = (source.split(/[:/]/).at(-1) ?? source).split(' ');
  let line = '';
  let y = canvas.height - 24 * Math.min(4, words.length);
  for (const word of [...words, '']) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (word !== '' && context.measureText(longer).width < SIZE - 24) {
      line = longer;
      continue;
    }
    context.fillText(line, 12, y, SIZE - 24);
    y += 24;
    line = word;
  }
  return canvas;
}

function hueOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return (hash >>> 0) % 360;
}
