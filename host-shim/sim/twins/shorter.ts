/** Cuts a run that shows a difference down to the shortest that still shows one. */
import type { TwinMessage } from './random-messages.js';
import type { HandStep, TwinStep } from './twin-pair.js';

/** Runs that are tried at most: each takes about a millisecond for most actors, and somebody waits. */
const TRIES_MAX = 500;

type Fails = (steps: readonly TwinStep[]) => boolean;

/** @param fails whether a run still shows a difference */
export function shortest(steps: readonly TwinStep[], fails: Fails): readonly TwinStep[] {
  let tries = 0;
  const stillFails: Fails = (candidate) => ++tries <= TRIES_MAX && fails(candidate);
  const alone = steps.map((step) => (step.type === 'message' ? { ...step, joins: false } : step));
  const separate = stillFails(alone) ? alone : steps;
  return withSimplerFields(withFewer(separate, stillFails), stillFails);
}

/** Leaves out ever smaller pieces. */
function withFewer(steps: readonly TwinStep[], fails: Fails): readonly TwinStep[] {
  let kept = steps;
  for (let piece = kept.length >> 1; piece >= 1; piece = piece >> 1) {
    for (let at = 0; at < kept.length; ) {
      const candidate = [...kept.slice(0, at), ...kept.slice(at + piece)];
      if (candidate.length > 0 && fails(candidate)) kept = candidate;
      else at += piece;
    }
  }
  return kept;
}

function withSimplerFields(steps: readonly TwinStep[], fails: Fails): readonly TwinStep[] {
  let kept = steps;
  for (let index = 0; index < kept.length; index++) {
    const step = kept[index];
    if (step.type !== 'message') continue;
    for (const name of Object.keys(step.message.fields)) {
      for (let changed = true; changed; ) {
        const found = simplerOf(kept[index] as HandStep, name).find((simpler) => fails(replaced(kept, index, simpler)));
        changed = found !== undefined;
        if (found) kept = replaced(kept, index, found);
      }
    }
  }
  return kept;
}

const replaced = (steps: readonly TwinStep[], index: number, step: TwinStep): readonly TwinStep[] => steps.with(index, step);

function simplerOf(step: HandStep, name: string): readonly HandStep[] {
  const { fields } = step.message;
  const withValue = (value: unknown): TwinMessage => ({ ...step.message, fields: { ...fields, [name]: value } });
  return simplerValues(fields[name]).map((value) => ({ ...step, message: withValue(value) }));
}

/** Simpler ones of the same type, the simplest first. */
function simplerValues(value: unknown): readonly unknown[] {
  if (typeof value === 'number') return simplerNumbers(value);
  if (typeof value === 'string') return value === '' ? [] : ['', value.slice(0, value.length >> 1)];
  if (value === true) return [false];
  if (Array.isArray(value)) return value.length === 0 ? [] : [[], ...value.map((_, index) => value.toSpliced(index, 1))];
  if (value instanceof Uint8Array) return value.length === 0 ? [] : [new Uint8Array(0), value.slice(0, value.length >> 1)];
  if (value instanceof Map) return value.size === 0 ? [] : [new Map(), ...[...value.keys()].map((key) => without(value, key))];
  return [];
}

const without = (map: ReadonlyMap<unknown, unknown>, key: unknown): Map<unknown, unknown> =>
  new Map([...map].filter(([one]) => one !== key));

const simplerNumbers = (value: number): readonly number[] =>
  [0, 1, value / 2, value, ...[1_000, 100, 10, 1].map((less) => value - less * Math.sign(value))]
    .map(Math.trunc)
    .filter((one) => Math.abs(one) < Math.abs(value));
