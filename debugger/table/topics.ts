/** Owners and followers: which version of each topic its owner has published, and which of them each follower has handled. */
import type { Address, Kind, Microseconds } from '../../protocol/names.js';
import type { PartySchema } from '../../protocol/schema.js';
import type { Bodies } from '../../trace/bodies.js';
import type { MessageTable } from './message-table.js';

export interface Topic {
  /** As `scene.layout`. */
  readonly name: string;
  readonly owner: string;
  /** The newest; 0 when none is in the recording. */
  readonly version: number;
  readonly at: Microseconds | null;
  readonly followers: readonly Follower[];
}

export interface Follower {
  readonly name: string;
  /** The newest that it has handled; 0 when it has none in the recording. */
  readonly version: number;
  /** How long after it was sent, in microseconds; null when that is not known. */
  readonly waited: number | null;
}

const NONE = -1;

export function topicsOf(table: MessageTable, bodies: Bodies, parties: readonly PartySchema[]): readonly Topic[] {
  const kinds = new Set<Kind>(parties.flatMap(({ publishes }) => Object.values(publishes).map(({ kind }) => kind)));
  const last = new Map<Kind, number>();
  const handled = new Map<string, number>();
  for (let row = 0; row < table.length; row++) {
    const kind = table.kind(row);
    if (!kinds.has(kind)) continue;
    last.set(kind, row);
    if (table.outcome(row) === 'handled') handled.set(keyOf(kind, table.target(row)), row);
  }
  const versionAt = (row: number): number => Number(bodies.of({ frame: row === NONE ? null : table.frame(row) })?.version ?? 0);
  const followerOf = ({ name, address }: PartySchema, kind: Kind): Follower => {
    const row = handled.get(keyOf(kind, address)) ?? NONE;
    const [sent, begun] = row === NONE ? [null, null] : [table.sentAt(row), table.begunAt(row)];
    return { name, version: versionAt(row), waited: sent === null || begun === null ? null : Math.max(0, begun - sent) };
  };
  return parties.flatMap((owner) =>
    Object.entries(owner.publishes).map(([topic, { kind }]): Topic => {
      const name = `${owner.name}.${topic}`;
      const row = last.get(kind) ?? NONE;
      const followers = parties.filter(({ follows }) => follows.includes(name)).map((party) => followerOf(party, kind));
      return { name, owner: owner.name, version: versionAt(row), at: row === NONE ? null : table.at(row), followers };
    }),
  );
}

const keyOf = (kind: Kind, target: Address): string => `${kind} ${target}`;
