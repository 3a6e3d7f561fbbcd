/** What led to a message and what came of it, as a sequence diagram for Mermaid. */
import type { Vocabulary } from '../../trace/export/exporter.js';
import { MermaidExporter } from '../../trace/export/mermaid.js';
import type { Links } from './links.js';
import type { MessageTable } from './message-table.js';

/** More messages are no picture. */
const MESSAGES_MAX = 100;

/** @param row of its causes the nearest count most, and then of its effects the nearest */
export function diagramOf(row: number, table: MessageTable, links: Links, words: Vocabulary): string {
  // One more than fit, so that the diagram says that there is more.
  const causes = links.chain(row).slice(0, MESSAGES_MAX).reverse();
  const effects: number[] = [];
  for (const effect of effectsOf(row, links)) if (causes.length + 1 + effects.length <= MESSAGES_MAX) effects.push(effect);
  const rows = inOrder([...causes, row, ...effects], table, links);
  const exporter = new MermaidExporter(words, { limit: MESSAGES_MAX });
  const lines = rows.map((each) => {
    const [source, target, kind, frame] = [table.source(each), table.target(each), table.kind(each), table.frame(each)];
    return exporter.message({ outcome: 'handled', source, target, kind, frame });
  });
  return exporter.begin() + lines.join('') + exporter.end();
}

/** In the order of time, but nothing before what has caused it: what is sent while a batch is handled has the time of its beginning. */
function inOrder(rows: readonly number[], table: MessageTable, links: Links): readonly number[] {
  const times = new Map<number, number>();
  for (const row of rows) times.set(row, Math.max(table.at(row), times.get(links.cause(row)) ?? 0));
  return rows.toSorted((a, b) => times.get(a)! - times.get(b)!);
}

/** All that a message has caused, nearest first. What a file says may go in a circle. */
function* effectsOf(row: number, links: Links): Generator<number> {
  const seen = new Set([row]);
  for (const next of seen)
    for (const effect of links.effects(next)) {
      if (seen.has(effect)) continue;
      seen.add(effect);
      yield effect;
    }
}
