// @ts-nocheck: AssemblyScript
/** The twin of primes.ts. */
import { Actor, Reader, start } from 'tandem/guest';
import {
  dispatchPrimes, PRIMES_ADDRESS, PRIMES_FOLLOWED_OWNERS, PRIMES_FOLLOWS, PRIMES_PUBLISHES, PrimesCount, PrimesCountReply,
  PrimesHandlers, PrimesState,
} from '../tandem/assembly/primes';

class Primes extends Actor<PrimesState> implements PrimesHandlers {
  private readonly state: PrimesState = new PrimesState();
  private readonly answer: PrimesCountReply = new PrimesCountReply();

  constructor() {
    super('primes', PRIMES_ADDRESS, PRIMES_PUBLISHES, PRIMES_FOLLOWS, PRIMES_FOLLOWED_OWNERS);
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatchPrimes(this, kind, reader);
  }

  onCount(message: PrimesCount): void {
    let count: u32 = 0;
    for (let number: u32 = 2; number < message.below; number++) if (isPrime(number)) count++;
    this.answer.count = count;
    this.reply(this.requestToken, this.answer);
  }

  saveState(): PrimesState {
    return this.state;
  }

  loadState(state: PrimesState): void {}
}

function isPrime(number: u32): bool {
  for (let divisor: u32 = 2; divisor * divisor <= number; divisor++) if (number % divisor == 0) return false;
  return true;
}

start(new Primes());
export * from 'tandem/guest/exports';
