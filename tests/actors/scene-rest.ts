/** A scene at rest needs no ticks: it says when it rests, and when a tick is due again. */
import { expect, test } from 'vitest';
import { Random } from '../../bus/random.js';
import { scene } from '../../protocol/generated/scene.js';
import { animation, type Commit, RED, type Screen, setsOf } from './scene-screen.js';
import { sceneSequence } from './scene-sequence.js';
import type { Emission } from './stage.js';
import type { TwinFrame } from './twins.js';

/** A red box 1 in a scene that rests. */
function opened(open: () => Screen): Screen {
  const screen = open();
  screen.add(1, 0, 'view', { width: 20, height: 20, colour: RED });
  expect(screen.tick()).toMatchObject({ picture: {}, rests: true });
  return screen;
}

const namesOf = (emissions: readonly Emission[]) => emissions.map(({ name }) => name);

export function restCases(open: () => Screen): void {
  test('each tick that leaves nothing to do is answered, and the first change after it makes one due', () => {
    const screen = opened(open);
    expect(screen.tick()).toEqual({ picture: null, strings: new Map(), layout: null, rests: true });
    expect(namesOf(screen.commit({ sets: setsOf(1, { x: 5 }) }))).toEqual(['display.due']);
    expect(screen.commit({ sets: setsOf(1, { x: 6 }) })).toEqual([]);
    expect(screen.tick()).toMatchObject({ picture: { items: [{ x: 6 }] }, rests: true });
    expect(namesOf(screen.stage.send(scene.receives.redraw, {}))).toEqual(['display.due']);
    expect(screen.stage.send(scene.receives.redraw, {})).toEqual([]);
    const sent = screen.stage.send(scene.receives.tick, { frame: 77, timeMicros: 6_000_000 });
    expect(namesOf(sent)).toEqual(['display.displayList', 'display.rest']);
    expect(sent[1].fields).toEqual({ frame: 77 });
  });

  test.each<[string, Partial<Commit>]>([
    ['a value that it has', { sets: setsOf(1, { x: 0 }) }],
    ['a node that is not there', { sets: setsOf(7, { x: 5 }), removes: [7], inserts: [{ parent: 7, node: 8, before: 0 }] }],
    ['an animation that makes no sense', { animations: [animation(1, 'visible', 1)] }],
    ['nothing', {}],
  ])('what changes nothing makes no tick due: %s', (_what, commit) => {
    expect(opened(open).commit(commit)).toEqual([]);
  });

  test.each<[string, Partial<Commit>]>([
    ['runs', { animations: [animation(1, 'x', 9)] }],
    [
      'waits and runs out of sight',
      { sets: setsOf(1, { opacity: 0 }), animations: [animation(1, 'x', 9, { delayMs: 50, durationMs: 50 })] },
    ],
  ])('an animation that %s keeps the scene from its rest until it has ended', (_how, commit) => {
    const screen = opened(open);
    expect(namesOf(screen.commit(commit))).toEqual(['display.due']);
    const rests = [0, 30, 30, 30, 30].map((afterMs) => screen.tick(afterMs).rests);
    expect(rests).toEqual([false, false, false, false, true]);
  });

  test('a restored scene rests as the one before did', () => {
    const screen = opened(open);
    const restored = () => {
      const other = open();
      other.stage.instance.restore(screen.stage.instance.snapshot().slice());
      return other;
    };
    expect(namesOf(restored().commit({ sets: setsOf(1, { x: 5 }) }))).toEqual(['display.due']);
    screen.commit({ sets: setsOf(1, { x: 5 }) });
    expect(restored().commit({ sets: setsOf(1, { x: 6 }) })).toEqual([]);
    expect(restored().tick()).toMatchObject({ picture: {}, rests: true });
    screen.commit({ animations: [animation(1, 'x', 9)] });
    screen.tick();
    expect(restored().commit({ sets: setsOf(1, { y: 6 }) })).toEqual([]);
  });

  test('a scene that is ticked only when it asks for it sends what one sends that is ticked at every frame', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { skipped, ticked } = compare(open, new Random(seed));
      expect([seed, skipped > 0, ticked > 0]).toEqual([seed, true, true]);
    }
  });
}

const WORDS = ['display.rest', 'display.due'];
const withoutWords = (emissions: readonly Emission[]) => emissions.filter(({ name }) => !WORDS.includes(name));

/** Plays one random sequence to both. @returns the number of frames in which only one of them was ticked, and in which both were */
function compare(open: () => Screen, random: Random): { skipped: number; ticked: number } {
  const [every, asked] = [open().stage, open().stage];
  const next = sceneSequence(random, 24, 1);
  const counts = { skipped: 0, ticked: 0 };
  let rests = false;
  const both = ({ message, fields }: ReturnType<typeof next>) => {
    const [expected, sent] = [every, asked].map((stage) => stage.send(message as typeof scene.receives.commit, fields as Commit));
    expect(withoutWords(sent)).toEqual(withoutWords(expected));
    for (const { name } of sent) if (WORDS.includes(name)) rests = name === 'display.rest';
  };
  const tick = (frame: number) => {
    const fields = { frame, timeMicros: frame * 17_000 };
    counts[rests ? 'skipped' : 'ticked']++;
    if (rests) expect(withoutWords(every.send(scene.receives.tick, fields))).toEqual([]);
    else both({ message: scene.receives.tick, fields });
  };
  for (let frame = 1; frame <= 1000; frame++) {
    if (random.chance(0.03)) both(calm(next([])));
    tick(frame);
  }
  return counts;
}

/** Without endless animations, which leave no rest; ticks come from elsewhere, and a fresh layout has the number of the last one. */
function calm(given: TwinFrame): TwinFrame {
  if (given.message.kind !== scene.receives.commit.kind) return { message: scene.receives.redraw, fields: {} };
  const commit = given.fields as Commit;
  return { message: given.message, fields: { ...commit, animations: commit.animations.filter(({ repeat }) => repeat >= 0) } };
}
