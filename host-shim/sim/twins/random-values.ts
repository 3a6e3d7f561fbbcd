/** Random values of a schema's types: of every encoded size, and at their bounds. */
import type { Random } from '../../../bus/random.js';
import { encodeDynamic } from '../../../protocol/dynamic.js';
import type { Fields } from '../../../protocol/fields.js';
import { STRING_BYTES_DEFAULT_MAX } from '../../../protocol/limits.js';
import type { Field } from '../../../protocol/schema.js';

/** Most items of a list or map, and most bytes of a text, unless it is one at its bound. */
const ITEMS_MAX = 5;
const TEXT_BYTES_MAX = 40;
/** One in so many texts and lists is as long as it may be, if that is not long. */
const AT_BOUND = 20;
const LONG = 4096;

const INTEGERS: { readonly [type: string]: readonly [min: number, max: number] } = {
  u8: [0, 0xff],
  u16: [0, 0xffff],
  u32: [0, 0xffff_ffff],
  u53: [0, Number.MAX_SAFE_INTEGER],
  i8: [-0x80, 0x7f],
  i16: [-0x8000, 0x7fff],
  i32: [-0x8000_0000, 0x7fff_ffff],
};

const utf8 = new TextEncoder();

const UNUSUAL = [0.1, -0.5, 1e-300, 1e300, Number.MAX_SAFE_INTEGER, 2 ** 53, -(2 ** 63), Number.NaN, Number.POSITIVE_INFINITY];

export const randomFields = (random: Random, fields: Fields): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, randomValue(random, field)]));

function randomValue(random: Random, field: Field): unknown {
  switch (field.type) {
    case 'f64':
      return randomNumber(random);
    case 'bool':
      return random.chance(0.5);
    case 'str':
      return randomText(random, lengthFor(random, field.max ?? STRING_BYTES_DEFAULT_MAX, TEXT_BYTES_MAX));
    case 'bin':
      return Uint8Array.from({ length: lengthFor(random, field.max ?? LONG, TEXT_BYTES_MAX) }, () => random.integer(256));
    case 'dynamic':
      return encodeDynamic(randomPlain(random, 3));
    case 'choice':
      return field.options![random.integer(field.options!.length)];
    case 'optional':
      return random.chance(0.3) ? null : randomValue(random, field.item!);
    case 'list':
      return items(random, field, () => randomValue(random, field.item!));
    case 'map':
      return new Map(items(random, field, () => [randomText(random, random.integer(8)), randomValue(random, field.item!)] as const));
    case 'struct':
      return randomFields(random, field.fields!);
    default:
      return randomInteger(random, ...INTEGERS[field.type]);
  }
}

const items = <T>(random: Random, field: Field, make: () => T): T[] =>
  Array.from({ length: Math.min(field.max ?? ITEMS_MAX, random.integer(ITEMS_MAX + 1)) }, make);

/** Short ones mostly, and one in a while as long as it may be. */
function lengthFor(random: Random, max: number, usual: number): number {
  if (max <= LONG && random.integer(AT_BOUND) === 0) return max;
  return random.integer(Math.min(max, usual) + 1);
}

/** Small ones, those of every number of bits, and the bounds. */
function randomInteger(random: Random, min: number, max: number): number {
  const way = random.integer(10);
  if (way === 0) return random.chance(0.5) ? min : max;
  if (way < 5) return Math.max(min, Math.min(max, random.integer(130) - (min < 0 ? 65 : 0)));
  const wide = Math.floor(random.next() * 2 ** random.integer(54));
  return Math.max(min, Math.min(max, min < 0 && random.chance(0.5) ? -wide : wide));
}

function randomNumber(random: Random): number {
  const way = random.integer(20);
  if (way === 0) return UNUSUAL[random.integer(UNUSUAL.length)];
  if (way < 8) return randomInteger(random, -0x8000_0000, 0x7fff_ffff);
  return (random.next() - 0.5) * 2 ** random.integer(24);
}

/** Characters of one to four bytes. */
function randomCharacter(random: Random): string {
  const way = random.integer(10);
  if (way < 7) return String.fromCodePoint(32 + random.integer(95));
  if (way < 8) return String.fromCodePoint(0xa0 + random.integer(0x500));
  return String.fromCodePoint(way < 9 ? 0x3000 + random.integer(0x5000) : 0x1f300 + random.integer(0x300));
}

function randomText(random: Random, bytes: number): string {
  let text = '';
  for (let left = bytes; left > 0; ) {
    const character = randomCharacter(random);
    const length = utf8.encode(character).length;
    text += length <= left ? character : 'x';
    left -= length <= left ? length : 1;
  }
  return text;
}

function randomPlain(random: Random, depth: number): unknown {
  const way = random.integer(depth > 0 ? 7 : 5);
  if (way === 0) return null;
  if (way === 1) return random.chance(0.5);
  if (way === 2) return randomText(random, random.integer(12));
  if (way < 5) return randomInteger(random, -0x8000_0000, 0xffff_ffff);
  const length = random.integer(4);
  if (way === 5) return Array.from({ length }, () => randomPlain(random, depth - 1));
  return Object.fromEntries(Array.from({ length }, (_, index) => [`k${index}`, randomPlain(random, depth - 1)]));
}
