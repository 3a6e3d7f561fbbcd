/** Messages as they flow: in a running system, decoded, of those that were asked for, up to a limit; beside what others trace. */
import { expect, test } from 'vitest';
import type { SpyOptions, TraceStep } from '../../trace/index.js';
import { type BankWorld, openBank } from '../runtime/bank.js';
import { bank } from '../runtime/protocol/generated/index.js';

const deposit = async (world: BankWorld, times: number): Promise<void> => {
  for (let i = 0; i < times; i++) world.teller.send(bank.receives.deposit, { account: 1, amount: 5 });
  await world.pass(1500);
};

async function open(options: Omit<SpyOptions, 'print'>) {
  const world = await openBank({ placement: 'bank=wasm,watcher=js' });
  const lines: string[] = [];
  const end = await world.until(world.system.spy({ ...options, print: (line) => void lines.push(line) }));
  return { world, lines, end };
}

test('one call prints each message with its way, its times and what is in it', async () => {
  const { world, lines } = await open({ kinds: ['bank.deposit'] });
  await deposit(world, 3);
  expect(lines).toHaveLength(3);
  for (const line of lines)
    expect(line).toMatch(/^\d\d:\d\d:\d\d\.\d{6} teller -> bank bank\.deposit \d+ B wait \d+ us handle \d+ us \{account: 1, amount: 5\}$/);
});

test('of the parties that were asked for', async () => {
  const { world, lines } = await open({ parties: ['watcher'] });
  await deposit(world, 3);
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/ watcher -> | -> watcher /);
});

test('it stops at its limit, says so, and the VMs trace nothing any more', async () => {
  const { world, lines } = await open({ limit: 2 });
  const steps: TraceStep[] = [];
  await deposit(world, 20);
  expect(lines).toHaveLength(3);
  expect(lines[2]).toBe('2 messages: the limit is reached, and nothing more is printed');
  world.system.follow((more) => void steps.push(...more));
  await deposit(world, 3);
  expect(steps).toEqual([]);
});

test('it ends, and leaves what others trace as it was', async () => {
  const { world, lines, end } = await open({ kinds: ['bank.deposit'] });
  const kinds = new Set<number>();
  const endOther = await world.until(
    world.system.watch({ level: 'headers', filter: { kinds: ['bank.balance'] } }, (steps) => {
      for (const step of steps) if ('kind' in step) kinds.add(step.kind);
    }),
  );
  await deposit(world, 1);
  expect(lines).toHaveLength(1);
  await world.until(end());
  kinds.clear();
  await deposit(world, 2);
  expect(lines).toHaveLength(1);
  expect([...kinds]).not.toContain(bank.receives.deposit.kind);
  await world.until(endOther());
});

test('a name that does not exist is a mistake', async () => {
  const world = await openBank({ placement: 'bank=wasm,watcher=js' });
  const print = () => {};
  await expect(world.system.spy({ parties: ['bonk'], print })).rejects.toThrow(/^there is no party bonk: there are .*bank/);
  await expect(world.system.spy({ kinds: ['bank.depsit'], print })).rejects.toThrow('there is no kind bank.depsit');
  await expect(world.system.spy({ limit: 0, print })).rejects.toThrow('limit is a number from 1');
});
