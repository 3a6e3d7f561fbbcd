/** The trap actor in TypeScript: it keeps its sum, and never traps. */
import { Actor, type Handlers } from '../../actors/model/actor.js';
import type { MessageOf, StateOf } from '../../protocol/fields.js';
import { trap, trapper } from './protocol/generated/index.js';

export class TrapTwin extends Actor<typeof trap> implements Handlers<typeof trap> {
  private sum = 0;
  constructor() {
    super(trap);
  }
  onAdd({ number }: MessageOf<typeof trap, 'add'>): void {
    this.sum += number;
    this.send(trapper.receives.sum, { sum: this.sum });
  }
  onTrap(_way: MessageOf<typeof trap, 'trap'>): void {}
  onLitter(): void {}
  onFill(): void {}
  onFlood(): void {}
  snapshot(): StateOf<typeof trap> {
    return { sum: this.sum };
  }
  restore({ sum }: StateOf<typeof trap>): void {
    this.sum = sum;
  }
}
