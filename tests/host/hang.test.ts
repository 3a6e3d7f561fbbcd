import { afterEach, describe, expect, test } from 'vitest';
import { HangingGame, hangSuite } from './hang.js';
import { mortalNode, mortalNodeOf } from './mortal-node.js';
import { TO_THE_BRIM, TO_THE_END } from './world.js';

hangSuite('Node', mortalNode);

/** A heap that is enough for a VM, but fills up in a moment. */
const HEAP_MEGABYTES = 48;

describe.each([true, false])('a handler that ends its thread on Node, shared memory %s', (sharedMemory) => {
  let game: HangingGame;
  afterEach(() => game.end());

  test.each([
    ['by its exit', TO_THE_END, mortalNode, /^its thread ended at it: exit with code 0$/],
    [
      'by all of its memory',
      TO_THE_BRIM,
      mortalNodeOf(HEAP_MEGABYTES),
      /^its thread ended at it: Error: Worker terminated due to reaching memory limit: JS heap out of memory/,
    ],
  ])('%s is given its message twice; then that is poison, and nothing else is lost', async (_how, toil, mortal, reason) => {
    game = new HangingGame(mortal, sharedMemory);
    await game.open('relay=js,mirror=wasm', Number.POSITIVE_INFINITY);
    await game.play(40, async () => {
      const given = game.change(({ type }) => type === 'poisoned');
      game.toil(toil);
      await given;
    });
    expect(game.changes.filter((change) => change.type === 'vm' && change.state === 'restarting')).toHaveLength(2);
    const report = { party: 'relay', reason: expect.stringMatching(reason), message: { kindName: 'relay.toil' } };
    const told = game.reports.map(({ type, report: { attempt } }) => [type, attempt]);
    expect(told.slice(-2).sort()).toEqual([
      ['crash', 2],
      ['poisoned', 2],
    ]);
    for (const each of game.reports) expect(each).toMatchObject({ report });
    expect(game.actors.find(({ actor }) => actor === 'mirror')).toMatchObject({ state: 'running', epoch: 1 });
  });
});
