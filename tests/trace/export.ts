/** Exports in tests: steps of a made run in, the whole text out. */
import type { Exporter } from '../../trace/export/exporter.js';
import { exportRun, type Selection } from '../../trace/export/run.js';
import { inOrder } from '../../trace/order.js';
import type { TraceStep } from '../../trace/step.js';
import { PARTIES } from './made-run.js';

const EVERYTHING: Selection = { from: 1, to: Number.POSITIVE_INFINITY, accepts: () => true };
/** Steps in a batch. */
const BATCH = 1000;

async function* batches(steps: readonly TraceStep[]): AsyncGenerator<readonly TraceStep[]> {
  for (let at = 0; at < steps.length; at += BATCH) yield steps.slice(at, at + BATCH);
}

export async function exported(steps: readonly TraceStep[], exporter: Exporter, selection: Partial<Selection> = {}): Promise<string> {
  const facts = { parties: PARTIES, placement: { focus: 'js', scene: 'wasm' } as const };
  const placed = inOrder({ facts, steps: () => batches(steps) });
  let text = '';
  for await (const piece of exportRun(placed, exporter, { ...EVERYTHING, ...selection })) text += piece;
  return text;
}
