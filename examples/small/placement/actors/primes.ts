/** Counts primes, which takes its time. */
import { Actor, actor, type Handlers, type Message, request, type State, struct, u32 } from 'tandem/actor';

export const primes = actor({
  name: 'primes',
  state: struct('PrimesState', {}),
  receives: { count: request({ fields: { below: u32 }, reply: { fields: { count: u32 } } }) },
});

export class Primes extends Actor<typeof primes> implements Handlers<typeof primes> {
  constructor() {
    super(primes);
  }

  onCount({ below }: Message<typeof primes, 'count'>): void {
    let count = 0;
    for (let number = 2; number < below; number++) if (isPrime(number)) count++;
    this.reply(this.requestToken, primes.receives.count, { count });
  }

  snapshot(): State<typeof primes> {
    return {};
  }

  restore(): void {}
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}
