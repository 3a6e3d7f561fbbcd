/** A message of a trace as a line for people. */
import type { Bodies } from './bodies.js';
import type { TracedMessage } from './messages.js';
import type { Schemas } from './schemas.js';
import { messageLine } from './text.js';

export function lineOf(message: TracedMessage, schemas: Schemas, bodies: Bodies): string {
  const { source, target, kind, bytes, waited, handling, sentAt, begunAt } = message;
  return messageLine({
    at: sentAt ?? begunAt ?? 0,
    source: schemas.partyName(source),
    target: schemas.partyName(target),
    kind: schemas.kindName(kind),
    bytes,
    waitMicros: waited,
    handleMicros: handling,
    body: bodies.of(message) ?? undefined,
    remark: remarkOf(message),
  });
}

/** What was unusual about it. */
export function remarkOf({ outcome, code, trap }: Pick<TracedMessage, 'outcome' | 'code' | 'trap'>): string {
  const ended = trap ? [`ended its target: ${trap.reason}`] : [];
  if (outcome === 'handled') return ended.join();
  const what = outcome === 'handledAgain' ? 'handled again' : outcome === 'open' ? 'not seen handled' : (code ?? outcome);
  return [what, ...ended].join(', ');
}
