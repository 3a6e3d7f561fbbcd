/** However a Wasm actor ends, its message is poison after the second attempt, and everything else is handled once. */
import { expect, test } from 'vitest';
import { trap } from '../guest/protocol/generated/index.js';
import { WAYS } from '../guest/trap.js';
import { openTrapStage } from '../guest/trap-stage.js';

test.each(WAYS)('%s', async (way) => {
  const { host, system, port, sums } = await openTrapStage(2);
  port.send(trap.receives.add, { number: 10 });
  port.send(trap.receives.trap, { way: WAYS.indexOf(way) });
  port.send(trap.receives.add, { number: 30 });
  await host.pass(100);
  expect(sums).toEqual([10, 40]);
  const letters = await system.deadLetters();
  expect(letters).toMatchObject([{ code: 'poisoned', kind: trap.receives.trap.kind, source: port.address }]);
  expect(system.crashReports.map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(system.crashReports[0].position).toMatch(/^(tests\/guests\/trap\/trap\.ts|~lib\/.*):\d+:\d+$/);
  expect(system.actors).toMatchObject([{ actor: 'trap', state: 'running', epoch: 3 }]);
  expect(await system.counters()).toMatchObject({ divergent: 0, duplicates: 0, waiting: 0, traps: 2 });
  await host.until(system.stop());
});
