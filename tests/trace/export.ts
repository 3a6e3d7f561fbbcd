/** Exports in tests: steps of a made run in, the whole text out. */
import type { Exporter } from '../../trace/export/exporter.js';
import { exportRun, Joiner, type Selection } from '../../trace/export/run.js';
import { inOrder } from '../../trace/order.js';
import type { TraceStep } from '../../trace/step.js';

const EVERYTHING: Selection = { from: 1, to: Number.POSITIVE_INFINITY, accepts: () => true };
/** Steps in a batch. */
const BATCH = 1000;

async function* batches(steps: readonly TraceStep[]): AsyncGenerator<readonly TraceStep[]> {
  for (let at = 0; at < steps.length; at += BATCH) yield steps.slice(at, at + BATCH);
}

const ACTORS = [
  { role: 'actor', name: 'focus', address: 1 },
  { role: 'actor', name: 'scene', address: 2 },
  { role: 'port', name: 'display', address: 32 },
  { role: 'port', name: 'input', address: 33 },
] as const;

const defaults = { publishes: {}, receives: {}, follows: [], sendsTo: [], watches: [] };

export async function exported(steps: readonly TraceStep[], exporter: Exporter, selection: Partial<Selection> = {}): Promise<string> {
  const facts = { parties: ACTORS.map((party) => ({ ...defaults, ...party })), placement: { focus: 'js', scene: 'wasm' } as const };
  const placed = inOrder({ facts, steps: () => batches(steps) });
  let text = '';
  for await (const piece of exportRun(placed, new Joiner(true), exporter, { ...EVERYTHING, ...selection })) text += piece;
  return text;
}
