/**
 * Patterns with properties of Unicode, for engines that do not know one of them, or none: the property then stands for a range of the basic
 * plane that has its characters, and few others. The build puts `unicodePattern(...)` in the place of such literals.
 */
const RANGES: Readonly<Record<string, string>> = {
  Surrogate: '\\ud800-\\udfff',
  Cc: '\\u0000-\\u001f\\u007f-\\u009f',
  Cf: '\\u00ad\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u206f\\ufeff\\ufff9-\\ufffb',
  Zl: '\\u2028',
  Zp: '\\u2029',
  M: '\\u0300-\\u036f\\u0483-\\u0489\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u0900-\\u0903\\u093a-\\u094f\\u0e31\\u0e34-\\u0e3a\\u0e47-\\u0e4e\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20f0\\u302a-\\u302f\\u3099\\u309a\\ufe00-\\ufe0f\\ufe20-\\ufe2f',
  Pi: '\\u00ab\\u2018\\u201b\\u201c\\u201f\\u2039',
  Pf: '\\u00bb\\u2019\\u201d\\u203a',
  Ps: '([{\\u201a\\u201e\\u2045\\u2329\\u3008\\u300a\\u300c\\u300e\\u3010\\u3014\\u3016\\uff08\\uff3b\\uff5b',
  Pe: ')\\]}\\u2046\\u232a\\u3009\\u300b\\u300d\\u300f\\u3011\\u3015\\u3017\\uff09\\uff3d\\uff5d',
  Nd: '0-9\\u0660-\\u0669\\u06f0-\\u06f9\\u0966-\\u096f\\uff10-\\uff19',
  L: 'A-Za-z\\u00aa\\u00b5\\u00ba\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02c1\\u0370-\\u03ff\\u0400-\\u052f\\u0531-\\u0587\\u05d0-\\u05ea\\u0620-\\u064a\\u066e-\\u06d3\\u0710-\\u07ea\\u0800-\\u1fff\\u2c00-\\u2dff\\u3005-\\u3007\\u3031-\\ud7ff\\uf900-\\ufdff\\ufe70-\\ufefc\\uff21-\\uff3a\\uff41-\\uff5a\\uff66-\\uffdc',
  RI: '',
  Emoji_Presentation: '\\u231a\\u231b\\u23e9-\\u23f3\\u25fd\\u25fe\\u2614\\u2615\\u2648-\\u2653\\u26a1\\u2705\\u2728\\u2753-\\u2757\\u2b50',
  Extended_Pictographic:
    '\\u203c\\u2049\\u2122\\u2139\\u2194-\\u21aa\\u231a-\\u23ff\\u25aa-\\u27bf\\u2934\\u2935\\u2b05-\\u2b55\\u3030\\u303d\\u3297\\u3299',
  'Script=Thai': '\\u0e01-\\u0e5b',
  'Script=Lao': '\\u0e81-\\u0edf',
  'Script=Khmer': '\\u1780-\\u17f9',
  'Script=Myanmar': '\\u1000-\\u109f',
  'Script=Han': '\\u2e80-\\u2fd5\\u3005\\u3007\\u3021-\\u3029\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff',
  'Script=Hiragana': '\\u3041-\\u309f',
  'Script=Katakana': '\\u30a1-\\u30ff\\u31f0-\\u31ff\\uff66-\\uff9d',
  'Script=Hangul': '\\u1100-\\u11ff\\u3131-\\u318e\\uac00-\\ud7a3',
  'Script=Yi': '\\ua000-\\ua4c6',
  'Script=Hebrew': '\\u0591-\\u05f4\\ufb1d-\\ufb4f',
  'Script=Arabic': '\\u0600-\\u06ff\\u0750-\\u077f\\u08a0-\\u08ff\\ufb50-\\ufdff\\ufe70-\\ufefc',
  'Script=Syriac': '\\u0700-\\u074f',
  'Script=Thaana': '\\u0780-\\u07b1',
  'Script=Nko': '\\u07c0-\\u07fa',
};

const knows = (pattern: string, flags: string): boolean => {
  try {
    return Boolean(new RegExp(pattern, flags));
  } catch {
    return false;
  }
};

/** @returns whether each code point of the pattern is seen: without that flag, the engine sees code units */
const seesPoints = knows('.', 'u');

export function unicodePattern(source: string, flags: string): RegExp {
  if (knows(source, flags)) return new RegExp(source, flags);
  const range = (name: string) => RANGES[name] ?? '';
  const own = (name: string) => seesPoints && knows(`\\p{${name}}`, 'u');
  let isInClass = false;
  const plain = source.replace(
    /\\p\{([^}]+)\}|\\P\{([^}]+)\}|\\u\{([0-9a-fA-F]+)\}(?:-\\u\{[0-9a-fA-F]+\})?|\\.|[[\]]/g,
    (all, name, none, point) => {
      if (all === '[') isInClass = true;
      else if (all === ']') isInClass = false;
      // Halves of pairs cannot be told in a class: what they stand for is not joined to what is before it.
      else if (point !== undefined) return seesPoints ? all : '';
      else if (name !== undefined) return own(name) ? all : isInClass ? range(name) : range(name) ? `[${range(name)}]` : PAIR_OF_FLAG;
      else if (none !== undefined) return own(none) ? all : PAIR_OR_NOT(range(none));
      return all;
    },
  );
  const dots = knows('.', 's') ? plain : plain.replace(/(^|[^\\])\./g, '$1[\\s\\S]');
  return new RegExp(
    dots,
    flags.replace(/[us]/g, (flag) => (knows('.', flag) ? flag : '')),
  );
}

/** Half of a flag, as two code units. */
const PAIR_OF_FLAG = '(?:\\ud83c[\\udde6-\\uddff])';
/** A character outside of the range: a pair of code units is one. */
const PAIR_OR_NOT = (range: string): string => `(?:[\\ud800-\\udbff][\\udc00-\\udfff]|[^${range}])`;
