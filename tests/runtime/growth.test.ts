/** Restarts leave nothing behind: the memory after a collection is the same, however many there were. */
import { expect, test } from 'vitest';
import { trap } from '../guest/protocol/generated/index.js';
import { openTrapStage } from '../guest/trap-stage.js';
import { grownBy, takeCensus } from '../host/census.js';

const RESTARTS = 3_000;
/** Caches, compiled code and rings of reports are full by then. */
const WARM_RESTARTS = 2_000;

test(`${RESTARTS} restarts of a Wasm actor`, async () => {
  const { host, system, port } = await openTrapStage(RESTARTS * 2);
  const restart = async (times: number) => {
    for (let i = 0; i < times; i++) {
      await system.crash('trap');
      port.send(trap.receives.add, { number: 1 });
      await host.pass(10);
    }
  };
  await restart(WARM_RESTARTS);
  const warm = await takeCensus();
  await restart(RESTARTS - WARM_RESTARTS);
  expect(system.actors).toMatchObject([{ state: 'running', restarts: RESTARTS }]);
  expect(await system.counters()).toMatchObject({ divergent: 0, traps: RESTARTS, waiting: 0 });
  expect(grownBy(RESTARTS - WARM_RESTARTS, warm, await takeCensus())).toEqual({});
  await host.until(system.stop());
});
