/** The path of a key in words. */
import { durationText } from '../../trace/text.js';
import type { Detail } from '../table/run.js';

type Path = NonNullable<Detail['path']>;
type Step = Path['steps'][number];

/** As `key to picture 11.8 ms, of it 7.1 ms waiting for page`: what took longest is named. */
export function pathSentence({ steps, total, isSeen }: Path): string {
  const what = steps[0].line.kind.split('.').at(-1);
  const longest = steps.flatMap(partsOf).reduce((most, part) => (part.micros > most.micros ? part : most));
  const whole = isSeen
    ? `${what} to picture ${durationText(total)}`
    : `no picture shows this ${what}: ${durationText(total)} to the last that came of it`;
  return `${whole}, of it ${durationText(longest.micros)} ${longest.words}`;
}

/** What one step took. */
export const pathParts = (step: Step): string =>
  partsOf(step)
    .map(({ micros, words }) => `${durationText(micros)} ${words}`)
    .join(', ');

interface Part {
  readonly micros: number;
  readonly words: string;
}

function partsOf({ line, drawnAfter, waited, handled }: Step): readonly Part[] {
  const drawn = drawnAfter === null ? [] : [{ micros: drawnAfter, words: 'until it was drawn' }];
  return [...drawn, { micros: waited, words: `waiting for ${line.target}` }, { micros: handled, words: `in ${line.target}` }];
}
