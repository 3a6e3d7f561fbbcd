/** A message as a line of JSON: names for addresses and kinds, its body decoded. jsonText writes it. */
import type { Bodies } from '../trace/bodies.js';
import type { TracedMessage } from '../trace/messages.js';
import type { Schemas } from '../trace/schemas.js';

export function messageObject(message: TracedMessage, schemas: Schemas, bodies: Bodies): object {
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
