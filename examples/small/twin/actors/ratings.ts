/** Ratings, and their average. */
import { Actor, actor, type Handlers, type Message, message, request, type State, struct, u32 } from 'tandem/actor';

export const ratings = actor({
  name: 'ratings',
  state: struct('RatingsState', { sum: u32, count: u32 }),
  receives: {
    rate: message({ fields: { stars: u32 } }),
    clear: message({ fields: {} }),
    average: request({ fields: {}, reply: { fields: { stars: u32 } } }),
  },
});

export class Ratings extends Actor<typeof ratings> implements Handlers<typeof ratings> {
  private sum = 0;
  private count = 0;

  constructor() {
    super(ratings);
  }

  onRate({ stars }: Message<typeof ratings, 'rate'>): void {
    this.sum += stars;
    this.count++;
  }

  onClear(): void {
    this.sum = 0;
    this.count = 0;
  }

  onAverage(): void {
    this.reply(this.requestToken, ratings.receives.average, { stars: this.count === 0 ? 0 : Math.floor(this.sum / this.count) });
  }

  snapshot(): State<typeof ratings> {
    return { sum: this.sum, count: this.count };
  }

  restore({ sum, count }: State<typeof ratings>): void {
    this.sum = sum;
    this.count = count;
  }
}
