/** A schema with every type in every possible place, to test the generator beside the real schemas. */
import {
  actor,
  bin,
  bool,
  choice,
  dynamic,
  type Field,
  f64,
  i8,
  i16,
  i32,
  list,
  map,
  message,
  optional,
  publication,
  request,
  str,
  struct,
  u8,
  u16,
  u32,
  u53,
} from '../../../../protocol/schema.js';

/** Constants for both languages. */
export const EVERY_BYTES_MAX = 1 << 20;
export const EVERY_SHARE = 0.25;
export const EVERY_STEPS = [1, -2, 3];
export const EVERY_BOUNDS = [0.05, 1, 2500];
/** No constant: neither a number nor a list of numbers. */
export const EVERY_NAMES = ['one', 'two'] as const;

const side = choice('Side', ['left', 'right', 'space between', 'row-reverse']);
const letter = choice('Letter', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l']);
const point = struct('Point', { x: f64, y: f64, side });
const label = struct('Label', { text: str(64), bytes: bin(16), at: optional(point), marks: list(u8, 4) });

/** A message with one field of the given type, for the cases of other libraries. */
const only = <const F extends Field>(kind: number, value: F) => message({ kind, fields: { value } });

export const every = actor({
  name: 'every',
  address: 127,
  state: struct('EveryState', { count: u32, labels: list(label), byName: map(label), letter, note: optional(str()) }),
  receives: {
    empty: message({ kind: 0x4101, fields: {} }),
    numbers: message({ kind: 0x4102, fields: { u8, u16, u32, u53, i8, i16, i32, f64, bool } }),
    texts: message({ kind: 0x4103, fields: { text: str(), short: str(8), bytes: bin(), any: dynamic, side, letter } }),
    structures: message({ kind: 0x4104, fields: { point, label, after: u8 } }),
    lists: message({
      kind: 0x4105,
      fields: {
        numbers: list(u32),
        floats: list(f64),
        flags: list(bool),
        sides: list(side),
        texts: list(str()),
        binaries: list(bin()),
        dynamics: list(dynamic),
        points: list(point),
        labels: list(label),
        nested: list(list(i16)),
        maps: list(map(u8)),
        maybeNumbers: list(optional(u53)),
        maybeTexts: list(optional(str())),
        maybeLabels: list(optional(label)),
        maybeLists: list(optional(list(i8))),
      },
    }),
    maps: message({
      kind: 0x4106,
      fields: {
        numbers: map(i32),
        sides: map(side),
        texts: map(str()),
        labels: map(label),
        lists: map(list(u16)),
        nested: map(map(bool)),
        maybeNumbers: map(optional(f64)),
        maybePoints: map(optional(point)),
      },
    }),
    optionals: message({
      kind: 0x4107,
      fields: {
        number: optional(u32),
        float: optional(f64),
        flag: optional(bool),
        side: optional(side),
        text: optional(str()),
        bytes: optional(bin()),
        label: optional(label),
        list: optional(list(point)),
        map: optional(map(letter)),
        last: optional(u8),
      },
    }),
    wide: message({
      kind: 0x4108,
      fields: { a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8, l: u8, m: u8, n: u8, o: u8, p: u8, q: str() },
    }),
    ask: request({ kind: 0x4109, fields: { label }, reply: { kind: 0x4189, fields: { labels: list(label) } } }),
    onlyU53: only(0x4110, u53),
    onlyI32: only(0x4111, i32),
    onlyF64: only(0x4112, f64),
    onlyBool: only(0x4113, bool),
    onlyText: only(0x4114, str()),
    onlyBytes: only(0x4115, bin()),
    onlyOptional: only(0x4116, optional(u8)),
    onlyList: only(0x4117, list(dynamic)),
    onlyMap: only(0x4118, map(dynamic)),
    onlyDynamic: only(0x4119, dynamic),
  },
  publishes: {
    changed: publication({ kind: 0x4140, fields: { labels: list(label), side } }),
  },
});
