/** A VM that waits for what is on its way to an actor that moves does not wait for ever. */
import { expect, test } from 'vitest';
import { bank } from './bank.js';
import { VmAtRing } from './vm-at-ring.js';

test('a move that is called off, or begun anew, ends the wait of the one before', async () => {
  const { vm } = await VmAtRing.open({ keep: async () => {} });
  const waits = [1, 2].map(() => vm.moves.settle(bank.address, [['host', 1]]));
  await Promise.all([
    expect(waits[0]).rejects.toThrow('called off'),
    expect(waits[1]).rejects.toThrow('called off'),
    vm.moves.resume(bank.address),
  ]);
});
