/** Actors of one VM that talk to each other recover one after the other, with no link between them: nothing is sent too early. */
import { expect, test } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import { ThreadEnd } from '../../actors/contract/fault.js';
import { jsFactories, parties } from '../../chaos/application.js';
import { couriers } from '../../chaos/couriers.js';
import { collectEnding, restingAt } from '../../chaos/ending.js';
import { Hand } from '../../chaos/hand.js';
import { observing } from '../../chaos/observed.js';
import type { PlannedCommand } from '../../chaos/plan.js';
import { openTimerPort } from '../../host-shim/common/ports/timer.js';
import { createNodeHost, detectCapabilities } from '../../host-shim/node/index.js';

const OFTEN = { intensity: 1_000, periodMs: 1_000 };
const nothing = new URL('file:///nothing');

function order(act: PlannedCommand['act'], to: PlannedCommand['to'], ...commands: PlannedCommand[]): PlannedCommand {
  return { act, to, id: 1, bytes: 0, count: 1, delayMs: 0, harm: 'none', commands };
}

test.each([
  ['birch', 'ember'],
  ['ember', 'birch'],
] as const)('%s is lost with its answer to %s, whichever comes back first', async (target, requester) => {
  let doomed: string | null = target;
  const handled = (actor: string): void => {
    if (actor !== doomed) return;
    doomed = null;
    throw new ThreadEnd('the thread has ended');
  };
  const definition = { parties, actors: jsFactories, listener: observing({ handled, trapped() {} }) };
  const source = { entry: nothing, load: async () => definition };
  const capabilities = { ...detectCapabilities(), workers: false };
  const host = createNodeHost({ capabilities, parties, vms: { js: source, wasm: source } });
  openTimerPort(host.vm, host.timers);
  const hand = new Hand(host.vm);
  const actors = couriers.map((schema) => ({ schema, twins: { js: true, wasm: false } }));
  const system = await startSystem(host, { parties, actors, placement: 'js', vmIntensity: OFTEN });
  await hand.carryOut([order('work', requester, order('ask', target))], async () => {});
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
  do await turn();
  while (doomed !== null || (await restingAt(system, hand)) === null);
  const { couriers: states, deadLetters } = await collectEnding(system, hand, { poisoned: [], recoveriesMs: [], problems: [] });
  expect(states.get(requester)).toMatchObject({ asked: [], strays: 0, failed: [] });
  expect(deadLetters).toEqual([]);
  await system.stop();
});
