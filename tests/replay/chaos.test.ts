/** Random runs with random faults are recorded, and played again in two other placements: everything comes out as it was. */
import { expect, test } from 'vitest';
import { guestsIn, jsFactories, parties } from '../../chaos/application.js';
import { COURIER_NAMES, couriers } from '../../chaos/couriers.js';
import type { Plan } from '../../chaos/plan.js';
import { loadWasmFactories, playSim } from '../../chaos/sim-run.js';
import { load } from '../../host-shim/node/load.js';
import { Cast, replay } from '../../host-shim/replay/index.js';
import { MemoryFile } from '../../trace/memory-file.js';
import { openRecording } from '../../trace/open.js';
import { SMALL_RUN, smallPlan } from '../chaos/small-plan.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
/** As many as tests/chaos/sim.test.ts has, with the same reason. TANDEM_SEEDS for more. */
const SEEDS = Number(process.env.TANDEM_SEEDS ?? 80);
const PATIENCE_MS = 400_000;

const folder = new URL('../../dist/chaos/wasm-actors/', import.meta.url);
const wasmFactories = await loadWasmFactories(folder);
const cast = new Cast(
  {
    parties,
    actors: couriers.map((schema) => ({ schema, twins: { js: true, wasm: true }, options: { logs: 1 } })),
    javascript: jsFactories,
    guests: guestsIn(folder),
  },
  load,
);

/** The placement in which everything is elsewhere, and the one in which half is. */
function othersOf({ placement }: Plan): readonly string[] {
  const other = (name: (typeof COURIER_NAMES)[number]) => (placement[name] === 'js' ? 'wasm' : 'js');
  const half = COURIER_NAMES.map((name, index) => `${name}=${index % 2 === 0 ? other(name) : placement[name]}`);
  return [COURIER_NAMES.map((name) => `${name}=${other(name)}`).join(','), half.join(',')];
}

test(
  `${SEEDS} runs with faults from seed ${SEED}, each in two other placements (TANDEM_SEED to change)`,
  async () => {
    let messages = 0;
    for (let seed = SEED; seed < SEED + SEEDS; seed++) {
      const plan = smallPlan(seed);
      const file = new MemoryFile();
      await playSim(plan, wasmFactories, { record: { sink: file, level: seed % 2 === 0 ? 'inputs' : 'frames' }, ...SMALL_RUN });
      for (const placement of othersOf(plan)) {
        const report = await replay(await openRecording(new MemoryFile(file.bytes)), cast, { placement });
        expect({ seed, ...report.unreplayed, firstDifference: report.firstDifference }).toEqual({
          seed,
          messages: 0,
          reasons: [],
          firstDifference: null,
        });
        messages += report.messages;
      }
    }
    expect(messages).toBeGreaterThan(20 * SEEDS);
  },
  PATIENCE_MS,
);
