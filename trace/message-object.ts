/** A message as a line of JSON has it: names for addresses and kinds, its body decoded. */
import type { Bodies } from './bodies.js';
import type { TracedMessage } from './messages.js';
import type { Schemas } from './schemas.js';

export function messageObject(
  message: TracedMessage,
  schemas: Pick<Schemas, 'partyName' | 'kindName' | 'kind'>,
  bodies: Pick<Bodies, 'of'>,
): object {
  const { source, target, kind, cause, frame, trap, steps, digest, ...rest } = message;
  return {
    ...rest,
    source: schemas.partyName(source),
    target: schemas.partyName(target),
    kind: schemas.kindName(kind),
    lane: schemas.kind(kind)?.lane ?? null,
    cause: cause && { source: schemas.partyName(cause.source), sequence: cause.sequence },
    trap: trap && { reason: trap.reason, position: trap.position },
    body: bodies.of(message),
  };
}
