import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decidePlacement, PlacementError, parsePlacement, rolloutBucket } from '../../actors/application/placement.js';

const five = ['scene', 'focus', 'history', 'metrics', 'network'];
const both = { js: true, wasm: true };
const closeToPage = ['history', 'network'];
const parse = (text: string) => Object.fromEntries(parsePlacement(text, five, closeToPage));
const decide = (text: string, device: { wasm: boolean; id: string }, more = {}) =>
  decidePlacement(
    parsePlacement(text, five, closeToPage),
    five.map((actor) => ({ actor, twins: both, ...more })),
    device,
  );
const capable = { wasm: true, id: 'television' };

describe('placement text', () => {
  test('js and wasm place all actors', () => {
    expect(new Set(Object.values(parse('js')))).toEqual(new Set(['js']));
    expect(new Set(Object.values(parse('wasm')))).toEqual(new Set(['wasm']));
  });

  test('mixed keeps what is close to the page in JavaScript', () => {
    expect(parse('mixed')).toEqual({ scene: 'wasm', focus: 'wasm', history: 'js', metrics: 'wasm', network: 'js' });
  });

  test('pairs place what they name, the rest is in JavaScript', () => {
    expect(parse('scene=wasm, focus=js')).toEqual({ scene: 'wasm', focus: 'js', history: 'js', metrics: 'js', network: 'js' });
  });

  test.each([
    ['', /''.*js, wasm, mixed.*scene, focus/],
    ['native', /'native'.*js, wasm, mixed.*actors: scene/],
    ['scene=wasm,', /''/],
    ['scene=wasm=js', /'scene=wasm=js'/],
    ['scenery=wasm', /no actor 'scenery'; actors: scene, focus, history, metrics, network/],
    ['scene=host', /js or wasm, not in 'host'/],
    ['scene=wasm,scene=js', /'scene' twice/],
    ['constructor', /'constructor'/],
  ])('%j is refused with a message that helps', (text, message) => {
    expect(() => parse(text)).toThrow(PlacementError);
    expect(() => parse(text)).toThrow(message);
  });
});

describe('placement decision', () => {
  test('a capable device does as configured', () => {
    expect(decide('mixed', capable).map(({ vm, reason }) => `${vm} ${reason}`)).toEqual([
      'wasm configured',
      'wasm configured',
      'js configured',
      'wasm configured',
      'js configured',
    ]);
  });

  test('a device without Wasm runs everything in JavaScript', () => {
    expect(decide('wasm', { wasm: false, id: 'x' })).toEqual(five.map((actor) => ({ actor, vm: 'js', reason: 'device' })));
  });

  test('a twin that does not exist is replaced by the other', () => {
    expect(decide('wasm', capable, { twins: { js: true, wasm: false } })[0]).toEqual({ actor: 'scene', vm: 'js', reason: 'twin' });
    expect(decide('js', capable, { twins: { js: false, wasm: true } })[0]).toEqual({ actor: 'scene', vm: 'wasm', reason: 'twin' });
  });

  test('an actor that cannot run here is refused', () => {
    expect(() => decide('js', { wasm: false, id: 'x' }, { twins: { js: false, wasm: true } })).toThrow(/'scene'.*only Wasm/);
    expect(() => decide('js', capable, { twins: { js: false, wasm: false } })).toThrow(/'scene'.*neither/);
  });

  test('a device outside the rollout stays in JavaScript, and comes in as the percentage passes its bucket', () => {
    const bucket = rolloutBucket(capable.id);
    expect(decide('wasm', capable, { rolloutPercent: bucket })[0]).toEqual({ actor: 'scene', vm: 'js', reason: 'rollout' });
    expect(decide('wasm', capable, { rolloutPercent: bucket + 1 })[0]).toEqual({ actor: 'scene', vm: 'wasm', reason: 'configured' });
    expect(() => decide('wasm', capable, { rolloutPercent: 101 })).toThrow(/101/);
  });

  test('the bucket of a device never changes: these are on devices already', () => {
    expect(['', 'television', 'a', 'b', '4f8e-11'].map(rolloutBucket)).toMatchInlineSnapshot(`
      [
        61,
        29,
        20,
        77,
        33,
      ]
    `);
  });

  test('property: buckets are within 0 to 99 and spread over all of them', () => {
    const seen = new Set<number>();
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        const bucket = rolloutBucket(id);
        seen.add(bucket);
        return Number.isInteger(bucket) && bucket >= 0 && bucket < 100;
      }),
      { seed: 7, numRuns: 3000 },
    );
    expect(seen.size).toBe(100);
  });
});
