/**
 * A guest notes three numbers about a malformed frame. This file turns them into a DecodeError that names the field, which follows
 * from the schema and the frame's bytes.
 */

import { type AnyBound, type BoundParty, leadOf, messagesOf } from '../../protocol/bind.js';
import { DECODE_PROBLEMS, DecodeError } from '../../protocol/errors.js';
import type { Fields } from '../../protocol/fields.js';
import { BODY_OFFSET, frameLength, KIND_OFFSET, readU16 } from '../../protocol/frame.js';
import { locateField } from '../../protocol/locate.js';
import type { Kind, SnapshotBytes } from '../../protocol/names.js';
import { list, u32 } from '../../protocol/schema.js';

/** A guest's record: `problem` is an index in DECODE_PROBLEMS, `offset` counts from the start of the body, or of the frame when its header is wrong. */
export interface MalformedRecord {
  readonly frame: number;
  readonly problem: number;
  readonly offset: number;
}

interface Named {
  readonly kind: Kind;
  readonly name: string;
  readonly reply?: { readonly kind: Kind };
}

/** The message kinds that may reach an actor, with the names of their fields. */
export class MalformedFrames {
  readonly #byKind = new Map<number, AnyBound>();
  readonly #names = new Map<number, string>();

  constructor(parties: readonly BoundParty[]) {
    for (const party of parties) for (const message of messagesOf(party)) this.#byKind.set(message.kind, message);
    for (const { name: owner, receives, publishes } of parties)
      for (const { kind, name, reply } of [...Object.values(receives), ...Object.values(publishes)] as Named[]) {
        this.#names.set(kind, `${owner}.${name}`);
        if (reply) this.#names.set(reply.kind, `${owner}.${name}.reply`);
      }
  }

  /** Name of a frame's kind, as `focus.key`; empty when it is unknown. */
  kindName(bytes: Uint8Array, at: number): string {
    return this.#names.get(readU16(bytes, at + KIND_OFFSET)) ?? '';
  }

  /** @param at start of the frame in `bytes` @param end of the batch */
  errorOf({ problem, offset }: MalformedRecord, bytes: Uint8Array, at: number, end: number): DecodeError {
    const name = DECODE_PROBLEMS[problem] ?? 'type';
    const kind = readU16(bytes, at + KIND_OFFSET);
    const message = this.#byKind.get(kind);
    if (!message || name === 'header' || name === 'kind') return new DecodeError(name, offset, '', kind);
    const body = { ...leadOf(message.role), ...message.fields };
    const start = at + BODY_OFFSET;
    const frameEnd = Math.min(end, at + frameLength(bytes, at));
    return new DecodeError(name, offset, locateField(message.name, body, bytes, start, frameEnd, start + offset), kind);
  }

  /** The field at which an incomplete frame ends. @returns null when the frame's kind is unknown */
  unfinished(bytes: Uint8Array, at: number): { path: string; kind: string } | null {
    const kind = readU16(bytes, at + KIND_OFFSET);
    const message = this.#byKind.get(kind);
    if (!message) return null;
    const body = { ...leadOf(message.role), ...message.fields };
    const path = locateField(message.name, body, bytes, at + BODY_OFFSET, bytes.length, bytes.length);
    return { path, kind: ` (kind 0x${kind.toString(16).padStart(4, '0')})` };
  }
}

const SNAPSHOT: Fields = { publicationVersions: list(u32), replicaVersions: list(u32), nextRequest: u32 };

export function snapshotErrorOf({ problem, offset }: MalformedRecord, schema: BoundParty, snapshot: SnapshotBytes): DecodeError {
  return new DecodeError(DECODE_PROBLEMS[problem] ?? 'type', offset, locateSnapshot(schema, snapshot, offset));
}

/** @param snapshot may be incomplete @returns the path of the field at `offset` */
export function locateSnapshot(schema: BoundParty, snapshot: SnapshotBytes, offset: number): string {
  const fields = schema.state ? { ...SNAPSHOT, state: schema.state } : SNAPSHOT;
  return locateField('snapshot', fields, snapshot, 0, snapshot.length, offset);
}
