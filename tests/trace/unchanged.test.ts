/** Tracing changes nothing: the same seed ends in the same state and output whoever looks on, with actors in both languages, and with faults. */
import { createHash } from 'node:crypto';
import { encode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import type { System } from '../../actors/application/supervised-system.js';
import type { RecordOptions } from '../../actors/application/system-recording.js';
import type { TraceRequest } from '../../actors/supervisor/trace/trace-session.js';
import { parties } from '../../chaos/application.js';
import { COURIER_NAMES } from '../../chaos/couriers.js';
import type { Fault, Plan } from '../../chaos/plan.js';
import { loadWasmFactories, playSim, type SimEnding, type SimRunOptions } from '../../chaos/sim-run.js';
import { openLiveTracks } from '../../host-shim/common/live-tracks.js';
import { Bodies } from '../../trace/bodies.js';
import { ChromeExporter } from '../../trace/export/chrome.js';
import type { Exporter } from '../../trace/export/exporter.js';
import { MermaidExporter } from '../../trace/export/mermaid.js';
import { NdjsonExporter } from '../../trace/export/ndjson.js';
import { OtlpExporter } from '../../trace/export/otlp.js';
import { MessageJoin } from '../../trace/messages.js';
import { Schemas } from '../../trace/schemas.js';
import { SMALL_RUN, smallPlan } from '../chaos/small-plan.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const SEEDS = 200;
const PATIENCE_MS = 400_000;

const factories = await loadWasmFactories(new URL('../../dist/chaos/wasm-actors/', import.meta.url));
const schemas = new Schemas(parties);
const words = { schemas, bodies: new Bodies(schemas) };

/** Somebody who looks on; notes in `seen` that it has seen something. */
type Onlooker = (see: () => void) => SimRunOptions;

const tracing =
  (request: TraceRequest): Onlooker =>
  (see) => ({
    watch: async (system) => {
      system.follow(see);
      await system.trace(request);
    },
  });

const recording =
  (options: RecordOptions, from: 'start' | 'later'): Onlooker =>
  (see) => {
    const sink = { write: see, close: () => {} };
    return from === 'start' ? { record: { sink, ...options } } : { watch: (system) => system.record(sink, options) };
  };

/** All messages go to an exporter as they flow. */
const exporting =
  (exporter: Exporter): Onlooker =>
  (see) => ({
    watch: async (system) => {
      const join = new MessageJoin();
      await system.watch({ level: 'frames' }, (steps) => {
        for (const step of steps) {
          join.add(step);
          if (step.type !== 'emitted' && step.type !== 'arrived' && step.type !== 'handled' && step.type !== 'status') exporter.event(step);
        }
        for (const message of join.take()) if (exporter.message(message) !== '') see();
      });
    },
  });

const ONLOOKERS: Readonly<Record<string, Onlooker>> = {
  'the flight recorder': () => ({ flightBytes: 64 << 10 }),
  headers: tracing({ level: 'headers' }),
  frames: tracing({ level: 'frames' }),
  'frames of one VM': tracing({ level: 'frames', vms: ['wasm'] }),
  'a filter by party': tracing({ level: 'frames', filter: { parties: ['amber', 'hand'] } }),
  'a filter by kind': tracing({ level: 'headers', filter: { kinds: ['birch.work', 'cedar.work', 'dune.work'] } }),
  'a filter by lane': tracing({ level: 'frames', filter: { lanes: ['idle', 'interactive'] } }),
  'a filter by root': tracing({ level: 'frames', filter: { roots: COURIER_NAMES.map((name) => `${name}.work`) } }),
  'a recording of inputs': recording({}, 'start'),
  'a recording of frames': recording({ level: 'frames', snapshotEveryMs: 20 }, 'later'),
  spy: (see) => ({ watch: (system) => system.spy({ print: see }) }),
  'a spy with a limit': (see) => ({ watch: (system) => system.spy({ parties: ['amber', 'birch'], limit: 3, print: see }) }),
  'live tracks': (see) => ({ watch: (system) => tracked(system, see) }),
  chrome: exporting(new ChromeExporter(words, { marks: ['hand.work'] })),
  mermaid: exporting(new MermaidExporter(words, { limit: 1_000_000 })),
  otlp: exporting(new OtlpExporter(words, { resource: {}, version: '0' })),
  ndjson: exporting(new NdjsonExporter(words)),
};

async function tracked(system: System, see: () => void): Promise<void> {
  console.timeStamp = see;
  await openLiveTracks(system, { parties, tracks: ['amber', 'hand'] });
}

const LOSES_VM: ReadonlySet<Fault['kind']> = new Set(['loss', 'lossInHandler', 'lossInRecovery', 'trapAndLoss', 'hang', 'deskEnd']);

/**
 * The end of a run and all that came out of it: states, answers, dead letters, what was sent, handled and refused, and when it went on after
 * faults. How much restarts handled again is no part of it: after a snapshot for a recording that is less. Neither is when it went on after the
 * loss of a VM: the next one is told what to trace, and what happens in another VM at the same moment may come before that.
 */
function outcomeOf(plan: Plan, { couriers, hand, counters: { replayed, ...counters }, deadLetters, poisoned, ...rest }: SimEnding) {
  const { streams, pairs, answers } = hand;
  const recoveriesMs = plan.steps.some(({ faults }) => faults.some(({ kind }) => LOSES_VM.has(kind))) ? null : rest.recoveriesMs;
  const heard = { streams: [...streams], pairs: [...pairs], answers: [...answers] };
  return { couriers: [...couriers], heard, counters, deadLetters, poisoned, recoveriesMs, problems: rest.problems };
}

const hashOf = (outcome: ReturnType<typeof outcomeOf>): string =>
  createHash('sha256')
    .update(encode(outcome, { sortKeys: true }))
    .digest('hex');

const play = async (plan: Plan, options?: SimRunOptions) => outcomeOf(plan, await playSim(plan, factories, { ...options, ...SMALL_RUN }));

/** Every placement of five actors in two VMs, one after another. */
function planOf(index: number): Plan {
  const placement = COURIER_NAMES.map((name, bit) => [name, (index >> bit) & 1 ? 'wasm' : 'js'] as const);
  return { ...smallPlan(SEED + index), placement: Object.fromEntries(placement) as Plan['placement'] };
}

test(
  `one state and output for ${SEEDS} seeds from ${SEED}, each in a placement, with faults, alone and with somebody who looks on (TANDEM_SEED to change)`,
  async () => {
    const names = Object.keys(ONLOOKERS);
    const seen = new Map<string, number>();
    let traps = 0;
    for (let index = 0; index < SEEDS; index++) {
      const plan = planOf(index);
      const alone = await play(plan);
      const name = names[index % names.length];
      const watched = await play(
        plan,
        ONLOOKERS[name](() => seen.set(name, (seen.get(name) ?? 0) + 1)),
      );
      const run = `seed ${plan.seed}, ${JSON.stringify(plan.placement)}, ${name}`;
      if (hashOf(watched) !== hashOf(alone)) expect(watched, run).toEqual(alone);
      expect(hashOf(watched), run).toBe(hashOf(alone));
      traps += alone.counters.traps;
    }
    expect([...seen.keys()].sort()).toEqual(names.filter((name) => name !== 'the flight recorder').sort());
    expect(traps).toBeGreaterThan(SEEDS / 2);
  },
  PATIENCE_MS,
);

test('one that does change something is noticed', async () => {
  const plan = planOf(6);
  const alone = await play(plan);
  let crashes = 0;
  const watch = (system: System) =>
    system.watch({ level: 'headers' }, () => {
      if (crashes++ === 0) void system.crash('amber').catch(() => {});
    });
  expect(hashOf(await play(plan, { watch }))).not.toBe(hashOf(alone));
  const first = plan.steps.findIndex(({ commands }) => commands.length > 0);
  const more = plan.steps.map((step, index) => (index === first ? { ...step, commands: [...step.commands, step.commands[0]] } : step));
  expect(hashOf(await play({ ...plan, steps: more }))).not.toBe(hashOf(alone));
});
