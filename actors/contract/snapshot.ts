/**
 * What is kept of an actor, in two forms. Only this file and its twin, the kit of the Wasm actors (incarnation.ts), know their layout.
 *
 *   snapshot      [publication versions, replica versions, next request, state]    what an instance gives and is restored from
 *   saved state   [sequence, seen, snapshot]                                       a snapshot with what the bus keeps for the actor
 *
 * Versions stand in the order of the schema's `publishes` and `follows`.
 */
import type { SeenPairs } from '../../bus/seen.js';
import type { StateCodec } from '../../protocol/bind.js';
import { DecodeError } from '../../protocol/errors.js';
import type { StateOf } from '../../protocol/fields.js';
import { SNAPSHOT_BYTES_MAX } from '../../protocol/limits.js';
import { locateField } from '../../protocol/locate.js';
import type { SavedStateBytes, Sequence, SnapshotBytes } from '../../protocol/names.js';
import { encodePlain } from '../../protocol/plain.js';
import { Reader } from '../../protocol/reader.js';
import { bin, type Field, list, type PartySchema, struct, u32, u53 } from '../../protocol/schema.js';
import { skipValue } from '../../protocol/skip.js';
import { Writer } from '../../protocol/writer.js';
import { unwritable } from './thrown.js';

/** An actor's schema, with the codec of its state. */
export type SnapshotSchema = Pick<PartySchema, 'publishes' | 'follows'> & {
  // biome-ignore lint/suspicious/noExplicitAny: the state differs from schema to schema
  readonly state: Field & StateCodec<any>;
};

/** @typeParam P the actor's schema */
export interface Snapshot<P extends SnapshotSchema> {
  /** How often each topic of the actor was published, by the topic's name. */
  readonly publicationVersions: { readonly [T in keyof P['publishes']]: number };
  /**
   * The actor's version of each topic that it follows, by path `owner.topic`: 0 for none yet, 0xffff_ffff while it waits for a whole one.
   */
  readonly replicaVersions: { readonly [F in P['follows'][number]]: number };
  /** Number of the next request of the actor. */
  readonly nextRequest: number;
  readonly state: StateOf<P>;
}

/** The counters that the runtime keeps in a snapshot beside the state, by index. */
export interface SnapshotCounts {
  /** In the order of the schema's `publishes`. */
  readonly published: number[];
  /** In the order of the schema's `follows`. */
  readonly replicas: number[];
  nextRequest: number;
}

/** Bound for topic versions in a snapshot: no schema has more. */
const TOPICS_MAX = 256;

const fieldsOf = new WeakMap<object, Field>();

/** The field that describes a whole snapshot, by its schema. */
export function snapshotField(schema: Pick<PartySchema, 'state'>): Field {
  const known = fieldsOf.get(schema);
  if (known) return known;
  const lead = { publicationVersions: list(u32), replicaVersions: list(u32), nextRequest: u32 };
  const whole = struct('snapshot', schema.state ? { ...lead, state: schema.state } : lead);
  fieldsOf.set(schema, whole);
  return whole;
}

/** Writes the part of a snapshot before the state, which the caller writes next. */
export function writeCounts(writer: Writer, { published, replicas, nextRequest }: Readonly<SnapshotCounts>): void {
  writer.reserve(16);
  writer.structure(4);
  writeVersions(writer, published);
  writeVersions(writer, replicas);
  writer.reserve(16);
  writer.u32(nextRequest);
}

/**
 * Reads the part of a snapshot before the state. An older snapshot may have fewer topics: `into` keeps its values for the others.
 * @throws DecodeError
 */
export function readCounts(reader: Reader, into: SnapshotCounts): void {
  if (reader.structure() !== 4) reader.fail('type');
  readVersions(reader, into.published);
  readVersions(reader, into.replicas);
  into.nextRequest = reader.u32();
}

function writeVersions(writer: Writer, versions: readonly number[]): void {
  writer.listLength(versions.length, TOPICS_MAX);
  writer.reserve(versions.length * 5);
  for (const version of versions) writer.u32(version);
}

function readVersions(reader: Reader, versions: number[]): void {
  const present = reader.listLength(TOPICS_MAX);
  for (let i = 0; i < present; i++) {
    const version = reader.u32();
    if (i < versions.length) versions[i] = version;
  }
}

/**
 * Decodes what an actor knows, and what the runtime keeps beside it, by names.
 * @param bytes of a snapshot, or of a saved state as `system.snapshot(actor)` returns it
 * @throws DecodeError, with the path of the field, for example `snapshot.state.count`, when they are neither
 */
export function decodeSnapshot<P extends SnapshotSchema>(schema: P, bytes: SnapshotBytes | SavedStateBytes): Snapshot<P> {
  const snapshot = isSavedState(bytes) ? decodeSavedState(bytes).snapshot : bytes;
  const topics = Object.keys(schema.publishes);
  const counts: SnapshotCounts = { published: topics.map(() => 0), replicas: schema.follows.map(() => 0), nextRequest: 1 };
  const reader = new Reader().reset(snapshot);
  return located(snapshotField(schema), snapshot, () => {
    readCounts(reader, counts);
    const state: StateOf<P> = schema.state.decode(reader);
    reader.finish();
    return {
      publicationVersions: byName(topics, counts.published) as Snapshot<P>['publicationVersions'],
      replicaVersions: byName(schema.follows, counts.replicas) as Snapshot<P>['replicaVersions'],
      nextRequest: counts.nextRequest,
      state,
    };
  });
}

/** @returns bytes that an instance can be restored from. @throws EncodeError */
export function encodeSnapshot<P extends SnapshotSchema>(schema: P, snapshot: Snapshot<P>): SnapshotBytes {
  const published: Readonly<Record<string, number>> = snapshot.publicationVersions;
  const replicas: Readonly<Record<string, number>> = snapshot.replicaVersions;
  const writer = new Writer();
  try {
    writeCounts(writer, {
      published: Object.keys(schema.publishes).map((topic) => published[topic]),
      replicas: schema.follows.map((path) => replicas[path]),
      nextRequest: snapshot.nextRequest,
    });
    schema.state.encode(writer, snapshot.state);
  } catch (error) {
    throw unwritable(error, 'snapshot', snapshotField(schema).fields, writer);
  }
  return writer.toBytes();
}

const byName = (names: readonly string[], versions: readonly number[]) =>
  Object.fromEntries(names.map((name, index) => [name, versions[index]]));

/** The beginning of a snapshot whose versions are all 0: an array of four elements, of which the first two are empty arrays. */
const NO_VERSIONS = Uint8Array.of(0x94, 0x90, 0x90);

/**
 * A snapshot without its versions: in a new life, all publications are counted from the beginning.
 * @returns a snapshot that an actor can be restored from
 * @throws DecodeError for bytes that are no snapshot
 */
export function withoutVersions(snapshot: SnapshotBytes): Uint8Array {
  const { length } = snapshot;
  const end = snapshot[0] === NO_VERSIONS[0] ? skipValue(snapshot, skipValue(snapshot, 1, length), length) : -1;
  if (end < 0) throw new DecodeError('type', 0, 'snapshot');
  const kept = new Uint8Array(NO_VERSIONS.length + length - end);
  kept.set(NO_VERSIONS);
  kept.set(snapshot.subarray(end), NO_VERSIONS.length);
  return kept;
}

export const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** What goes with an actor from one VM or incarnation to the next: its snapshot, and the counters that the bus keeps for it. */
export interface SavedState {
  /** Sequence of the last frame of the actor that left. */
  readonly sequence: Sequence;
  readonly seen: SeenPairs;
  /** Empty when the actor has not begun. */
  readonly snapshot: SnapshotBytes;
}

/** First byte of a saved state: an array of three elements. */
const SAVED_STATE_TAG = 0x93;

/** Tells the two apart by the first element: a saved state, even one that is too short, begins with a number, a snapshot with a list. */
function isSavedState([first, second]: Uint8Array): boolean {
  const isList = (second & 0xf0) === 0x90 || second === 0xdc || second === 0xdd;
  return first === SAVED_STATE_TAG && !isList;
}

export const encodeSavedState = ({ sequence, seen, snapshot }: SavedState): SavedStateBytes => encodePlain([sequence, seen, snapshot]);

const SAVED_STATE = struct('savedState', { sequence: u53, seen: list(u53), snapshot: bin(SNAPSHOT_BYTES_MAX) });

/** @throws DecodeError when the bytes are not a saved state */
export function decodeSavedState(bytes: SavedStateBytes): SavedState {
  const reader = new Reader().reset(bytes);
  return located(SAVED_STATE, bytes, () => {
    if (reader.structure() !== 3) reader.fail('type');
    const sequence = reader.u53();
    const seen: number[] = [];
    for (let left = reader.listLength(bytes.length); left > 0; left--) seen.push(reader.u53());
    const snapshot = reader.bin(SNAPSHOT_BYTES_MAX);
    reader.finish();
    return { sequence, seen, snapshot };
  });
}

/** Adds the path of the field to the errors of a decoder. */
function located<T>(whole: Field, bytes: Uint8Array, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const { length } = bytes;
    throw new DecodeError(error.problem, error.offset, locateField(whole.name!, whole.fields!, bytes, 0, length, error.offset));
  }
}
