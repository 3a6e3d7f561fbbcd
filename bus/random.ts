/**
 * The only source of random numbers: seeded, so that every random run can be repeated. xoshiro128** (Blackman and Vigna), whose
 * state is filled from the seed by splitmix32. The catch: not for secrets.
 */

export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** @param seed any finite number; its integer part counts, up to 2^53 */
  constructor(private readonly seed: number) {
    const whole = Math.trunc(seed);
    let state = (whole ^ Math.imul(Math.floor(whole / 0x1_0000_0000), 0x85eb_ca6b)) | 0;
    const split = (): number => {
      state = (state + 0x9e37_79b9) | 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x21f0_aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a_2d97);
      return z ^ (z >>> 15);
    };
    this.a = split();
    this.b = split();
    this.c = split();
    // At least one bit must be set: the all-zero state would give zeros for ever.
    this.d = split() | 1;
  }

  /** 32 random bits, as an unsigned integer. */
  bits(): number {
    const product = Math.imul(this.b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result >>> 0;
  }

  /** A float in [0, 1), made from 32 random bits. */
  next(): number {
    return this.bits() / 0x1_0000_0000;
  }

  /** An integer in [0, max). */
  integer(max: number): number {
    return Math.floor(this.next() * max);
  }

  /** True with the given probability. Draws one number whatever the probability is. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** An independent generator that depends on this one's seed and the label only, not on what has been drawn. */
  fork(label: string): Random {
    let hash = 0x811c_9dc5;
    for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x0100_0193);
    // Mixed with the seed as a number of 53 bits, so that seeds which differ in any bit fork apart.
    const high = (Math.floor(this.seed / 0x1_0000_0000) ^ hash) & 0x1f_ffff;
    return new Random(high * 0x1_0000_0000 + ((Math.trunc(this.seed) ^ Math.imul(hash, 0x9e37_79b1)) >>> 0));
  }
}
