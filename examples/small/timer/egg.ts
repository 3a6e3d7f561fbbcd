/** An egg timer. An actor has no clock: time comes to it as messages. */
import { Actor, actor, type Handlers, type Message, message, publication, type State, struct, u32 } from 'tandem/actor';

const TICK = 1;
const TICK_MS = 100;

export const egg = actor({
  name: 'egg',
  state: struct('EggState', { leftMs: u32 }),
  receives: { boil: message({ fields: { ms: u32 } }) },
  publishes: { ticked: publication({ fields: { leftMs: u32 } }) },
  sendsTo: ['timer'],
});

export class Egg extends Actor<typeof egg> implements Handlers<typeof egg> {
  private leftMs = 0;

  constructor() {
    super(egg);
  }

  onBoil({ ms }: Message<typeof egg, 'boil'>): void {
    this.leftMs = ms;
    this.tell();
  }

  override onTimer(): void {
    this.leftMs = Math.max(0, this.leftMs - TICK_MS);
    this.tell();
  }

  snapshot(): State<typeof egg> {
    return { leftMs: this.leftMs };
  }

  restore({ leftMs }: State<typeof egg>): void {
    this.leftMs = leftMs;
  }

  private tell(): void {
    this.publish(egg.publishes.ticked, { leftMs: this.leftMs });
    if (this.leftMs > 0) this.startTimer(TICK, TICK_MS);
  }
}
