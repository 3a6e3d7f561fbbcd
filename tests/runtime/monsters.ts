/** Values that may be thrown but resist inspection, and an actor that throws them. */
import type { MessageOf } from '../../protocol/fields.js';
import { Bank, type bank } from './bank.js';

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const with_ = (property: string, get: () => unknown): Error => Object.defineProperty(new Error('x'), property, { get });

const fail = (): never => {
  throw new Error('getter');
};

export const MONSTERS: readonly (readonly [string, () => unknown])[] = [
  ['nothing', () => undefined],
  ['null', () => null],
  ['a symbol', () => Symbol('s')],
  ['an object without a prototype', () => Object.create(null)],
  ['a revoked proxy', revoked],
  ['a proxy whose traps throw', () => new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail, ownKeys: fail })],
  ['an error whose cause getter throws', () => with_('cause', fail)],
  ['an error whose message getter throws', () => with_('message', fail)],
  ['an error whose stack getter throws', () => with_('stack', fail)],
  ['an error whose name getter throws', () => with_('name', fail)],
  ['an error whose message is a revoked proxy', () => with_('message', revoked)],
  ['an error whose cause is a revoked proxy', () => new Error('x', { cause: revoked() })],
  ['an error that is its own cause', () => with_('cause', () => new Error('x', { cause: with_('cause', fail) }))],
  ['a function', () => () => {}],
  ['a text of a megabyte', () => 'x'.repeat(1 << 20)],
  ['an error with a message of a megabyte', () => new Error('x'.repeat(1 << 20))],
  ['an error with a stack of a megabyte', () => Object.assign(new Error('x'), { stack: 'x'.repeat(1 << 20) })],
  ['lone surrogates', () => new Error('\ud800'.repeat(5_000))],
];

/** Throws the one with the number of the account at each note. */
export class ThrowingBank extends Bank {
  override onNote({ account }: MessageOf<typeof bank, 'note'>): void {
    throw MONSTERS[account][1]();
  }
}
