/** The chaos tool finds bugs: with a part of the runtime taken out, a seed fails, and is cut down to a small case. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CheckpointMemory } from '../../actors/contract/checkpoint.js';
import { OutboxBuilder } from '../../actors/model/outbox-builder.js';
import { VmLinks } from '../../actors/vm/bus/vm-links.js';
import { Mover } from '../../actors/vm/mover.js';
import { PortCell } from '../../actors/vm/port/port-cell.js';
import { Vm } from '../../actors/vm/vm.js';
import { Journal, JournalMirror } from '../../bus/journal.js';
import { Mailbox } from '../../bus/mailbox.js';
import { Router } from '../../bus/router.js';
import { drawPlan } from '../../chaos/draw.js';
import { FAULT_KINDS, type FaultKind, faultsOf, ordersOf, type Plan } from '../../chaos/plan.js';
import { tryPlan } from '../../chaos/seeds.js';
import { shrink } from '../../chaos/shrink.js';
import { loadWasmFactories } from '../../chaos/sim-run.js';

/** Number of seeds of which one must fail. */
const SEEDS_MAX = 40;
/** To see that a plan becomes smaller, for which one try that helps is enough; the last test sees how small. */
const TRIES_MAX = 4;
const wasmFactories = await loadWasmFactories(new URL('../../dist/chaos/wasm-actors/', import.meta.url));

const fails = async (plan: Plan): Promise<boolean> => (await tryPlan(plan, wasmFactories)).verdict.problems.length > 0;

async function failingPlan(kinds: readonly FaultKind[]): Promise<Plan> {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const plan = drawPlan(seed, kinds);
    if (await fails(plan)) return plan;
  }
  throw new Error(`none of ${SEEDS_MAX} seeds has failed`);
}

interface Breakage {
  readonly without: string;
  readonly kinds: readonly FaultKind[];
  readonly apply: () => void;
}

/** Private parts are reached by name: a name that is gone makes the test fail. */
const BREAKAGES: readonly Breakage[] = [
  {
    without: 'duplicates dropped',
    kinds: ['loss'],
    apply() {
      const router = Router.prototype as unknown as { deliver(target: { seen: number[] }, bytes: Uint8Array, at: number): boolean };
      const { deliver } = router;
      vi.spyOn(router, 'deliver').mockImplementation(function (this: Router, target, bytes, at) {
        target.seen.length = 0;
        return deliver.call(this as never, target, bytes, at);
      });
    },
  },
  {
    without: 'what was drained kept in the links',
    kinds: FAULT_KINDS,
    apply() {
      const { attach } = VmLinks.prototype;
      vi.spyOn(VmLinks.prototype, 'attach').mockImplementation(function (this: VmLinks, ...input) {
        const link = attach.apply(this, input);
        link.reader.retains = false;
        return link;
      });
    },
  },
  {
    without: 'the journal read after a loss',
    kinds: ['loss', 'trap'],
    apply: () => void vi.spyOn(Journal.prototype, 'read').mockImplementation(() => {}),
  },
  {
    without: 'checkpoints read from memory after a loss',
    kinds: ['loss', 'trap'],
    apply: () => void vi.spyOn(CheckpointMemory.prototype, 'read').mockReturnValue(undefined),
  },
  {
    without: 'the output of a trapped handler withheld',
    kinds: ['trap'],
    apply: () => void vi.spyOn(OutboxBuilder.prototype, 'truncate').mockImplementation(() => {}),
  },
  {
    without: 'senders made to wait for a full mailbox',
    kinds: ['slow', 'full'],
    apply() {
      const { offer } = Mailbox.prototype;
      vi.spyOn(Mailbox.prototype, 'offer').mockImplementation(function (this: Mailbox, ...input) {
        const admission = offer.apply(this, input);
        return admission === 'full' ? 'dropped' : admission;
      });
    },
  },
  {
    without: 'a mirror of the journal where memory is not shared',
    kinds: ['unshared', 'loss'],
    apply: () => void vi.spyOn(JournalMirror.prototype, 'append').mockReturnValue(0),
  },
  {
    without: 'the state that an actor was stopped with',
    kinds: ['stop'],
    apply() {
      const { spawn } = Vm.prototype;
      vi.spyOn(Vm.prototype, 'spawn').mockImplementation(function (this: Vm, { snapshot: _, ...command }) {
        return spawn.call(this, command);
      });
    },
  },
  {
    without: 'what an actor had sent before it was restarted with its group',
    kinds: ['group', 'trap', 'traps'],
    apply() {
      const { end } = Vm.prototype;
      vi.spyOn(Vm.prototype, 'end').mockImplementation(async function (this: Vm, actor) {
        await end.call(this, actor);
        return 0;
      });
    },
  },
  {
    without: 'what waits for an actor that fails over',
    kinds: ['failOver', 'traps'],
    apply() {
      const { handOver } = Mover.prototype;
      vi.spyOn(Mover.prototype, 'handOver').mockImplementation(async function (this: Mover, actor) {
        return { ...(await handOver.call(this, actor)), waiting: [] };
      });
    },
  },
  {
    without: 'the frame at which an incarnation of a port ended',
    kinds: ['desk', 'deskEnd'],
    apply() {
      const cell = PortCell.prototype as unknown as { left: unknown; leave(): void };
      const { leave } = cell;
      vi.spyOn(cell, 'leave').mockImplementation(function (this: typeof cell) {
        this.left = null;
        leave.call(this);
      });
    },
  },
];

afterEach(() => void vi.restoreAllMocks());

describe.each(BREAKAGES)('without $without', ({ kinds, apply }) => {
  test('a seed fails, and is cut down', async () => {
    apply();
    const plan = await failingPlan(kinds);
    const small = await shrink(plan, fails, TRIES_MAX);
    expect(await fails(small)).toBe(true);
    expect(JSON.stringify(small).length).toBeLessThan(JSON.stringify(plan).length);
    vi.restoreAllMocks();
    expect((await tryPlan(small, wasmFactories)).verdict.problems).toEqual([]);
  });
});

test('a plan is cut down to what is needed: one loss, and the messages that it doubles', async () => {
  BREAKAGES[0].apply();
  const small = await shrink(await failingPlan(['loss']), fails);
  expect([...faultsOf(small)]).toEqual([['loss', 1]]);
  expect([...ordersOf(small)].length).toBeLessThanOrEqual(2);
});
