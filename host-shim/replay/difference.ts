/** How a replay differs from its recording, in words of the schemas. */

import { snapshotField } from '../../actors/contract/snapshot.js';
import { FOLLOWERS, KIND_OFFSET, readU16, TARGET_OFFSET } from '../../protocol/frame.js';
import type { Frame, SnapshotBytes } from '../../protocol/names.js';
import type { PartySchema } from '../../protocol/schema.js';
import { readableBody, readableValue } from '../../trace/decode.js';
import type { Schemas } from '../../trace/schemas.js';
import type { MessageId } from '../../trace/step.js';
import { differenceOf } from '../../trace/values.js';

/** The first message at which something else came out than was recorded. */
export interface Difference {
  /** The number of the message whose handling differs. */
  readonly number: number;
  readonly actor: string;
  /** The kind of that message. */
  readonly kind: string;
  readonly message: MessageId;
  /** output: it emitted something else. extra: it emitted more. missing: it emitted less. state: it has another state. trap: it ended. */
  readonly what: 'output' | 'extra' | 'missing' | 'state' | 'trap';
  /** What differs, as `focus.focused.node` or `state.nodes[3].x`. */
  readonly path: string;
  /** Undefined where there is nothing; the digest of a body that was not recorded. */
  readonly recorded: unknown;
  readonly replayed: unknown;
}

/** What differs, without the message at which. */
export type Finding = Pick<Difference, 'what' | 'path' | 'recorded' | 'replayed'>;

/** A body by the names of its fields. */
export function bodyOf(schemas: Schemas, frame: Frame, at = 0, end = frame.length): unknown {
  return readableBody(schemas, frame.subarray(at, end));
}

/** A frame as a person reads it. */
export interface ReadableFrame {
  readonly kind: string;
  readonly target: string;
  readonly body: unknown;
}

export function readable(schemas: Schemas, frame: Frame, at = 0, end = frame.length): ReadableFrame {
  const target = readU16(frame, at + TARGET_OFFSET);
  return {
    kind: schemas.kindName(readU16(frame, at + KIND_OFFSET)),
    target: target === FOLLOWERS ? 'followers' : schemas.partyName(target),
    body: bodyOf(schemas, frame, at, end),
  };
}

/** A snapshot by names: its state, and the counters beside it. */
export function stateOf(schema: PartySchema, snapshot: SnapshotBytes): { readonly [name: string]: unknown } {
  const named = readableValue(snapshotField(schema), snapshot);
  return typeof named === 'object' && named !== null ? (named as { readonly [name: string]: unknown }) : {};
}

/** @returns null when both bodies hold the same */
export function compareBodies(schemas: Schemas, recorded: Uint8Array, replayed: Uint8Array): Finding {
  const kind = schemas.kindName(readU16(recorded, KIND_OFFSET));
  const found = differenceOf(bodyOf(schemas, recorded), bodyOf(schemas, replayed));
  const path = found?.path ? `${kind}${found.path.startsWith('[') ? '' : '.'}${found.path}` : kind;
  return { what: 'output', path, recorded: found?.first, replayed: found?.second };
}

export function compareStates(schema: PartySchema, recorded: Uint8Array, replayed: Uint8Array): Finding {
  const found = differenceOf(stateOf(schema, recorded), stateOf(schema, replayed));
  return { what: 'state', path: found?.path || 'snapshot', recorded: found?.first, replayed: found?.second };
}
