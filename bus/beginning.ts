/** Copies at most this many characters, so that a longer text is not kept in memory for the sake of its beginning. */
export function beginningOf(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return ` ${text.slice(0, characters)}`.slice(1);
}
