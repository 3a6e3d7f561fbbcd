import { afterEach, describe, expect, test } from 'vitest';
import { HangingGame, hangSuite } from './hang.js';
import { mortalNode } from './mortal-node.js';
import { TO_THE_END } from './world.js';

hangSuite('Node', mortalNode);

describe.each([true, false])('a handler that ends its thread on Node, shared memory %s', (sharedMemory) => {
  let game: HangingGame;
  afterEach(() => game.end());

  test('is given its message twice; then that is poison, and nothing else is lost', async () => {
    game = new HangingGame(mortalNode, sharedMemory);
    await game.open('relay=js,mirror=wasm');
    await game.play(40, async () => {
      const given = game.change(({ type }) => type === 'poisoned');
      game.toil(TO_THE_END);
      await given;
    });
    expect(game.changes.filter((change) => change.type === 'vm' && change.state === 'restarting')).toHaveLength(2);
    const report = { party: 'relay', reason: 'its thread ended at it: exit with code 0', message: { kindName: 'relay.toil' } };
    const told = game.reports.map(({ type, report: { attempt } }) => [type, attempt]);
    expect(told.slice(-2).sort()).toEqual([
      ['crash', 2],
      ['poisoned', 2],
    ]);
    for (const each of game.reports) expect(each).toMatchObject({ report });
    expect(game.actors.find(({ actor }) => actor === 'mirror')).toMatchObject({ state: 'running', epoch: 1 });
  });
});
