/** Plans that have failed once, after they were cut down. */
import { expect, test } from 'vitest';
import type { Plan, PlannedCommand } from '../../chaos/plan.js';
import { tryPlan } from '../../chaos/seeds.js';
import { loadWasmFactories } from '../../chaos/sim-run.js';

const wasmFactories = await loadWasmFactories(new URL('../../dist/chaos/wasm-actors/', import.meta.url));

const command = { bytes: 0, count: 1, delayMs: 0, harm: 'none', commands: [] } as const;
/** Nothing of the plan but its steps makes it hard. */
const PLAIN = { delayMicrosMax: 100, refusals: { rate: 0, microsMax: 0 }, group: null, failOverMs: null, desk: null } as const;
const step = (...commands: readonly PlannedCommand[]) => ({ afterMs: 0, faults: [], commands });

/**
 * Ember ends a batch early, and waits with the rest of it for room in amber's mailbox. The journal must keep that rest, and is full, so
 * amber waits for room in the journal.
 */
const JOURNAL_KEPT_FULL: Plan = {
  ...PLAIN,
  seed: 34,
  placement: { amber: 'js', birch: 'js', cedar: 'js', dune: 'js', ember: 'js' },
  journalBytes: 4 << 20,
  sharedMemory: false,
  steps: [
    { afterMs: 0, faults: [{ kind: 'hang', actor: 'amber' }], commands: [] },
    step({ ...command, act: 'chore', to: 'amber', id: 136, bytes: 900_000, count: 6 }),
    step({ ...command, act: 'work', to: 'dune', id: 159, commands: [{ ...command, act: 'ask', to: 'ember', id: 160 }] }),
    step({
      ...command,
      act: 'work',
      to: 'ember',
      id: 208,
      count: 10,
      commands: [{ ...command, act: 'news', to: 'ember', id: 218, bytes: 40_000, count: 12 }],
    }),
  ],
};

test('an actor waits for the journal, which another keeps full that waits for its mailbox: both go on', async () => {
  expect((await tryPlan(JOURNAL_KEPT_FULL, wasmFactories)).verdict.problems).toEqual([]);
});

/**
 * Dune is restarted by permit, ends again, and its VM is lost. The supervisor took that second end for the one of a later incarnation, and
 * what it had sent was refused.
 */
const ENDED_AHEAD_AND_LOST: Plan = {
  ...PLAIN,
  seed: 404314,
  placement: { amber: 'js', birch: 'wasm', cedar: 'wasm', dune: 'wasm', ember: 'wasm' },
  journalBytes: 128 << 10,
  sharedMemory: true,
  steps: [
    step({ ...command, act: 'urgent', to: 'dune', id: 13, commands: [{ ...command, act: 'work', to: 'dune', id: 14, harm: 'poison' }] }),
    {
      afterMs: 0,
      faults: [
        { kind: 'trapAndLoss', actor: 'ember' },
        { kind: 'move', actor: 'birch', vm: 'js' },
      ],
      commands: [{ ...command, act: 'work', to: 'ember', id: 46 }],
    },
    {
      afterMs: 20,
      faults: [{ kind: 'traps', vm: 'wasm', rate: 0.2, forMs: 15 }],
      commands: [{ ...command, act: 'work', to: 'cedar', id: 67, count: 5 }],
    },
    step({
      ...command,
      act: 'work',
      to: 'dune',
      id: 73,
      count: 3,
      commands: [
        {
          ...command,
          act: 'work',
          to: 'ember',
          id: 76,
          commands: [{ ...command, act: 'chore', to: 'dune', id: 77, commands: [{ ...command, act: 'work', to: 'hand', id: 78 }] }],
        },
      ],
    }),
  ],
};

test('an end that its supervisor had not decided on as the VM was lost: nothing that the actor sends later is refused', async () => {
  expect((await tryPlan(ENDED_AHEAD_AND_LOST, wasmFactories)).verdict.problems).toEqual([]);
});
