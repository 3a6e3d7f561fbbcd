/** A word to whoever sits before the page, which goes by itself. */
import { reasonOf } from '../server/reason.js';

/** Long enough to be read. */
const SHOWN_MS = 8_000;
let timer = 0;

export function say(text: string): void {
  const place = document.getElementById('said')!;
  place.textContent = text;
  place.hidden = false;
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    place.hidden = true;
  }, SHOWN_MS);
}

/** Says what became of something. */
export async function sayHow(work: () => Promise<string>): Promise<void> {
  try {
    say(await work());
  } catch (error) {
    say(reasonOf(error));
  }
}
