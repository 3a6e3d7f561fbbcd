/** The scene's contract, for both implementations, and that the two are equal. */
import { describe, expect, test } from 'vitest';
import { decodeSnapshot, encodeSnapshot } from '../../actors/contract/snapshot.js';
import * as numbers from '../../js-actors/scene/properties.js';
import { Scene } from '../../js-actors/scene.js';
import { scene } from '../../protocol/generated/scene.js';
import { SCENE_ALIGNS, SCENE_JUSTIFIES, SCENE_LAYOUTS, SCENE_PROPERTIES } from '../../protocol/messages/scene.js';
import { implementationsOf } from './implementations.js';
import { animationCases } from './scene-animation.js';
import { displayListCases } from './scene-display-list.js';
import { focusableCases } from './scene-focusables.js';
import { layoutCases } from './scene-layout.js';
import { restCases } from './scene-rest.js';
import { animation, boxesIn, Screen, setsOf } from './scene-screen.js';
import { sceneSequence } from './scene-sequence.js';
import { treeCases } from './scene-tree.js';
import { unseenCases } from './scene-unseen.js';
import { compareTwins } from './twins.js';

const implementations = await implementationsOf(scene, () => new Scene());

describe.each(implementations)('scene in %s', (_language, factory) => {
  const open = (): Screen => new Screen(factory.create({}));

  describe('layout', () => layoutCases(open));
  describe('tree', () => treeCases(open));
  describe('display list', () => displayListCases(open));
  describe('animation', () => animationCases(open));
  describe('invisible changes', () => unseenCases(open));
  describe('rest', () => restCases(open));
  describe('focusable rectangles', () => focusableCases(open));

  test('a snapshot restores the tree, the strings, the animations and what was published', () => {
    const screen = boxesIn(open)({ width: 300, height: 100, focusGroup: 1 }, [[50, 40]]);
    screen.set(2, { focusable: 1 });
    screen.add(3, 1, 'text', {}, 'Alien');
    screen.commit({ animations: [animation(2, 'x', 100)] });
    screen.tick();
    screen.tick(50);
    screen.commit({ strings: [{ node: 3, value: 'Aliens' }], sets: setsOf(2, { y: 4 }) });
    const snapshot = screen.stage.instance.snapshot().slice();
    const instance = factory.create({});
    instance.restore(snapshot);
    expect(instance.snapshot()).toEqual(snapshot);
    const restored = new Screen(instance);
    const [before, after] = [screen, restored].map((one) => one.stage.send(scene.receives.tick, { frame: 9, timeMicros: 5_091_000 }));
    expect(after).toEqual(before);
    expect(before.map(({ name }) => name)).toEqual(['scene.layout', 'display.strings', 'display.displayList']);
  });

  /** A screen, its snapshot with some fields of the state replaced, and an instance in which to restore it. */
  const altered = (change: (state: AlteredState) => void) => {
    const screen = boxesIn(open)({ width: 300, height: 100, focusGroup: 1 }, [
      [50, 40],
      [60, 40],
    ]);
    screen.set(2, { focusable: 1 });
    screen.commit({ animations: [animation(2, 'x', 100)] });
    screen.tick();
    const snapshot = decodeSnapshot(scene, screen.stage.instance.snapshot());
    change(snapshot.state);
    return { screen, snapshot: encodeSnapshot(scene, snapshot), instance: factory.create({}) };
  };

  test('a snapshot of a version with more properties restores without the additional ones', () => {
    const { screen, snapshot, instance } = altered((state) => {
      const rows = state.types.length;
      const given = new DataView(state.given.slice().buffer);
      const values: number[] = [];
      let at = 0;
      for (let row = 0; row < rows; row++) {
        const mask = given.getUint32(4 * row, true);
        for (let property = 0; property < numbers.PROPERTY_COUNT; property++) {
          if ((mask & (1 << property)) !== 0) values.push(viewOf(state.values).getFloat64(8 * at++, true));
        }
        values.push(31);
        given.setUint32(4 * row, (mask | (1 << 31)) >>> 0, true);
      }
      Object.assign(state, { given: new Uint8Array(given.buffer), values: new Uint8Array(Float64Array.from(values).buffer) });
    });
    instance.restore(snapshot);
    const restored = new Screen(instance);
    const later = { frame: 9, timeMicros: 5_091_000 };
    const outputs = [screen, restored].map(({ stage }) => [
      ...stage.send(scene.receives.tick, later),
      ...stage.askFresh(scene.publishes.layout, 2),
    ]);
    expect(outputs[1]).toEqual(outputs[0]);
    expect(instance.snapshot()).toEqual(screen.stage.instance.snapshot());
  });

  test.each([
    ['links of other nodes', (state: AlteredState) => (state.links = state.links.subarray(4))],
    ['a link to no node', (state: AlteredState) => viewOf(state.links).setInt32(4, 1_000_000, true)],
    ['properties of other nodes', (state: AlteredState) => (state.given = state.given.subarray(4))],
    ['fewer values than properties', (state: AlteredState) => (state.values = state.values.subarray(8))],
    ['properties without values', (state: AlteredState) => viewOf(state.given).setUint32(4, 0xffffffff, true)],
    [
      'no nodes',
      (state: AlteredState) =>
        Object.assign(state, { types: new Uint8Array(0), links: new Uint8Array(0), given: new Uint8Array(0), values: new Uint8Array(0) }),
    ],
    ['an animation of no node', (state: AlteredState) => viewOf(state.animations).setFloat64(0, 1e6, true)],
    ['a rectangle of no node', (state: AlteredState) => viewOf(state.focusables).setFloat64(0, 1e6, true)],
  ])('a snapshot with %s is refused', (_what, change) => {
    const { snapshot, instance } = altered(change);
    expect(() => instance.restore(snapshot)).toThrow();
  });
});

/** The fields of a state that the tests change. */
interface AlteredState {
  types: Uint8Array;
  links: Uint8Array;
  given: Uint8Array;
  values: Uint8Array;
  animations: Uint8Array;
  focusables: Uint8Array;
}

const viewOf = ({ buffer, byteOffset }: Uint8Array): DataView => new DataView(buffer, byteOffset);

test('the numbers of properties and choices are those of the schema', () => {
  const names = SCENE_PROPERTIES.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  expect(names.map((name) => (numbers as unknown as Record<string, unknown>)[name])).toEqual(names.map((_, index) => index));
  expect(numbers.PROPERTY_COUNT).toBe(names.length);
  expect([numbers.LAYOUT_ROW, numbers.LAYOUT_COLUMN]).toEqual([SCENE_LAYOUTS.indexOf('row'), SCENE_LAYOUTS.indexOf('column')]);
  expect([numbers.JUSTIFY_CENTRE, numbers.JUSTIFY_SPACE_EVENLY]).toEqual([
    SCENE_JUSTIFIES.indexOf('centre'),
    SCENE_JUSTIFIES.indexOf('space evenly'),
  ]);
  expect([numbers.ALIGN_CENTRE, numbers.ALIGN_END]).toEqual([SCENE_ALIGNS.indexOf('centre'), SCENE_ALIGNS.indexOf('end')]);
});

/** All small scenes are more than a busy machine compares within a test's time, and so are several tests. */
const SMALL_SCENES = 2000;
const IN_A_TEST = 250;
const smallScenes = Array.from({ length: SMALL_SCENES / IN_A_TEST }, (_, part) => part * IN_A_TEST);

describe('both implementations give the same output and the same snapshots', () => {
  const [[, typeScript], [, assemblyScript]] = implementations;
  const compare = (name: string, handles: number, crowd: number, counts: { from?: number; sequences: number; length: number }): void =>
    compareTwins({
      name: `scene, ${name}`,
      address: scene.address,
      js: () => typeScript.create({}),
      wasm: () => assemblyScript.create({}),
      sequence: (random) => sceneSequence(random, handles, crowd),
      ...counts,
    });

  test.each(smallScenes)(`small scenes, ${IN_A_TEST} from sequence %i on`, (from) =>
    compare('small scenes', 24, 1, { from, sequences: IN_A_TEST, length: 200 }),
  );
  test('scenes that outgrow their columns', () => compare('scenes that outgrow their columns', 3000, 100, { sequences: 8, length: 60 }));
});
