/** Whether what a page asks an application has all that its answer needs: it comes from whoever has the page's token, and may be anything. */
import { type Check, fields, oneOf, orNull, type Shape, text, whole } from './check.js';
import type { Question } from './live.js';

/** What was asked makes no sense: nothing was done. */
export class QuestionError extends Error {
  override readonly name = 'QuestionError';
}

const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const flag: Check = (value) => typeof value === 'boolean';
const digits: Check = (value) => typeof value === 'string' && /^(?:[0-9a-f]{2})*$/i.test(value);
const size: Check = (value) => typeof value === 'number' && Number.isFinite(value);

const PARTY: Shape = { party: text };
const LETTER: Shape = { letter: text };
const FRAME: Shape = { frame: digits };
const PICTURE: Shape = {
  frame: whole,
  width: size,
  height: size,
  animating: flag,
  items: digits,
  clips: digits,
  omitted: whole,
  strings: list(fields({ node: whole, value: text })),
};

/** What each question has besides its name. */
const SHAPES: Readonly<Record<Question['what'], Shape>> = {
  health: {},
  letters: {},
  crash: PARTY,
  hang: PARTY,
  stop: PARTY,
  start: PARTY,
  restart: PARTY,
  move: { ...PARTY, to: oneOf(['js', 'wasm']) },
  break: { at: text },
  pause: {},
  waiting: {},
  step: {},
  resume: { until: oneOf([undefined, 'picture', 'trap']) },
  points: { points: list(fields({ text, on: flag })) },
  try: LETTER,
  deliver: LETTER,
  rehearse: FRAME,
  send: FRAME,
  show: { picture: orNull(fields(PICTURE)) },
};

/** @throws QuestionError that says what is wrong with which */
export function checkQuestion(question: Question): void {
  const what = String(question.what);
  if (!Object.hasOwn(SHAPES, what)) throw new QuestionError(`${what} is a question that this version of the application does not know`);
  const shape = SHAPES[question.what];
  const wrong = Object.entries(shape).find(([name, check]) => !check((question as unknown as Readonly<Record<string, unknown>>)[name]));
  if (wrong) throw new QuestionError(`the question ${what} makes no sense: its ${wrong[0]} is missing, or not what it should be`);
}

/** What was posted as JSON. @throws QuestionError */
export function postedIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new QuestionError('what was posted is no JSON', { cause: error });
  }
}
