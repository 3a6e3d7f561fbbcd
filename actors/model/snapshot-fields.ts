/** What a snapshot of an actor has, in the terms of a schema. */
import { type Field, list, type PartySchema, struct, u32 } from '../../protocol/schema.js';

const fieldsOf = new WeakMap<object, Field>();

/** As an actor is saved: [publication versions, replica versions, next request, state]. */
export function snapshotOf(schema: Pick<PartySchema, 'state'>): Field {
  const known = fieldsOf.get(schema);
  if (known) return known;
  const lead = { publicationVersions: list(u32), replicaVersions: list(u32), nextRequest: u32 };
  const whole = struct('snapshot', schema.state ? { ...lead, state: schema.state } : lead);
  fieldsOf.set(schema, whole);
  return whole;
}
