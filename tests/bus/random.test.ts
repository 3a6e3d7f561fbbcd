import { describe, expect, it } from 'vitest';
import { Random } from '../../bus/random.js';

const draw = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.next());

describe('random', () => {
  it('repeats from its seed', () => {
    expect(draw(new Random(42), 100)).toEqual(draw(new Random(42), 100));
  });

  it('stays as it is: recorded runs name seeds', () => {
    const random = new Random(20_261);
    expect(Array.from({ length: 4 }, () => random.bits())).toMatchInlineSnapshot(`
      [
        1050234202,
        2281972449,
        3967573141,
        863494390,
      ]
    `);
  });

  it('differs for seeds that differ in any one bit of 53', () => {
    const seeds = Array.from({ length: 53 }, (_, bit) => 2 ** bit);
    expect(new Set([0, ...seeds].map((seed) => draw(new Random(seed), 2).join()))).toHaveProperty('size', 54);
    expect(new Set([0, ...seeds].map((seed) => draw(new Random(seed).fork('a'), 2).join()))).toHaveProperty('size', 54);
  });

  it('draws floats in [0, 1) and integers below their bound, all of them about equally often', () => {
    const random = new Random(9);
    const counts = Array(16).fill(0);
    for (let i = 0; i < 160_000; i++) counts[random.integer(16)]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    for (const value of draw(random, 10_000)) expect(value >= 0 && value < 1).toBe(true);
    const sum = draw(random, 10_000).reduce((total, value) => total + value, 0);
    expect(Math.abs(sum - 5000)).toBeLessThan(150);
  });

  it('is true with the probability asked for, and draws one number whatever it is', () => {
    const random = new Random(10);
    let hits = 0;
    for (let i = 0; i < 10_000; i++) if (random.chance(0.25)) hits++;
    expect(Math.abs(hits - 2500)).toBeLessThan(150);
    const [never, always] = [new Random(3), new Random(3)];
    expect([never.chance(0), always.chance(1)]).toEqual([false, true]);
    expect(never.next()).toBe(always.next());
  });

  it('forks by label, whatever was drawn before', () => {
    const random = new Random(77);
    const before = draw(random.fork('links'), 5);
    draw(random, 13);
    expect(draw(random.fork('links'), 5)).toEqual(before);
    expect(draw(random.fork('timers'), 5)).not.toEqual(before);
    expect(draw(new Random(78).fork('links'), 5)).not.toEqual(before);
    expect(draw(random.fork('links').fork('links'), 5)).not.toEqual(before);
  });
});
