/** A message as a line of JSON: names for addresses and kinds, its body decoded. */
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
    body: plain(bodies.of(message)),
  };
}

/** JSON has no bytes: they become base64. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const entries = Object.entries(value).map(([name, each]) => [name, plain(each)] as const);
  return Object.fromEntries(entries);
}
