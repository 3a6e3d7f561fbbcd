/** Names that are perhaps meant by one that nobody has. */

const SHOWN_MAX = 8;
/** Letters that begin a name that is near. */
const BEGINNING = 2;
/** One slip of the hand for each so many letters. */
const LETTERS_PER_SLIP = 3;

/** @returns `; perhaps focus`: those that a slip or two makes of it, else those that begin alike, else all, with a word for how many more */
export function nearNames(name: string, known: readonly string[]): string {
  const each = [...new Set(known)];
  const slips = new Map(each.map((other) => [other, slipsOf(name, other)]));
  const by = (names: readonly string[]) => [...names].sort((a, b) => slips.get(a)! - slips.get(b)!);
  const meant = each.filter((other) => slips.get(other)! <= Math.max(1, name.length / LETTERS_PER_SLIP));
  const alike = each.filter((other) => name !== '' && other.startsWith(name.slice(0, BEGINNING)));
  const near = by(meant.length > 0 ? meant : alike);
  const names = near.length > 0 ? near : each;
  if (names.length === 0) return '';
  const more = names.length > SHOWN_MAX ? ` and ${names.length - SHOWN_MAX} more` : '';
  const there = names.length === 1 ? 'there is' : 'there are';
  return `; ${near.length > 0 ? 'perhaps' : there} ${names.slice(0, SHOWN_MAX).join(', ')}${more}`;
}

/** Slips in the whole name, or in its last part, as `key` of `focus.key`. */
const slipsOf = (name: string, other: string): number =>
  Math.min(distance(name, other), distance(name, other.slice(other.lastIndexOf('.') + 1)));

/** Letters that are too many, missing, wrong or swapped (Damerau, optimal string alignment). */
function distance(from: string, to: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: to.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const changed = last[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      next[j] = Math.min(changed, last[j] + 1, next[j - 1] + 1, isSwapped ? before[j - 2] + 1 : changed);
    }
    [before, last] = [last, next];
  }
  return last[to.length];
}
