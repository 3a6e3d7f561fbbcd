/**
 * Finds the first message at which two implementations differ, or two recordings.
 *
 * Two implementations run side by side on the same messages, and are compared after each batch, and their states now and then: so the whole is one
 * replay, and the message is found within the window between two snapshots.
 */

import { frameLength, framesIn, readHeader } from '../../protocol/frame.js';
import type { SnapshotBytes } from '../../protocol/names.js';
import { Schemas } from '../../trace/schemas.js';
import type { MessageId } from '../../trace/step.js';
import { differenceOf, type ValueDifference } from '../../trace/values.js';
import { type Cast, placementText, type Side } from './cast.js';
import { type ReadableFrame, readable, stateOf } from './difference.js';
import { handlerLine } from './handler-line.js';
import { type PlayedRecording, play, viewOf } from './replay.js';
import type { Divergence, Outcome } from './replayed-actor.js';
import type { Role, Unreplayed } from './replayer.js';

/** One of the two, at the message. */
export interface BisectedSide {
  /** For example `wasm`. */
  readonly name: string;
  readonly output: readonly ReadableFrame[];
  /** What ended it; empty when nothing did. */
  readonly trap: string;
  /** Line of the handler; empty when it is not known. */
  readonly source: string;
}

export interface FirstDifference {
  readonly number: number;
  readonly actor: string;
  /** The kind of the message, with who sent it and what it says. */
  readonly kind: string;
  readonly from: string;
  readonly message: MessageId;
  readonly body: unknown;
  /** What differs first, in what was emitted or, if that is the same, in the state. */
  readonly path: string;
  readonly first: unknown;
  readonly second: unknown;
  /** State before the message. */
  readonly before: unknown;
  readonly sides: readonly [BisectedSide, BisectedSide];
}

export interface BisectReport {
  readonly messages: number;
  readonly against: string;
  readonly firstDifference: FirstDifference | null;
  readonly unreplayed: Unreplayed;
  /** Steps of which the recording says that they are missing. */
  readonly missing: number;
}

export interface BisectOptions {
  /** A placement. What differs from it is found in the recorded placement, or where both name the same twin, in the other one. */
  readonly against: string;
  /** Another build of the application, which plays the second part; this one when not given. */
  readonly other?: Cast;
  readonly until?: number;
}

/** @throws RecordingError, CastError, PlacementError */
export async function bisect(recording: PlayedRecording, cast: Cast, { against, other, until }: BisectOptions): Promise<BisectReport> {
  const plan = cast.planOf(null, recording.facts);
  const otherPlan = (other ?? cast).planOf(other ? null : against, recording.facts);
  const roles = other ? await rolesOfBuilds(cast, other, recording) : await cast.rolesOf([plan, otherPlan]);
  const { messages, firstDivergence, unreplayed, missing } = await play(recording, { roles, compared: new Set(), until });
  const actor = firstDivergence?.actor.schema.name ?? '';
  const sides: readonly [string, string] = other ? ['this build', against] : [plan.get(actor) ?? 'js', otherPlan.get(actor) ?? 'js'];
  const firstDifference = firstDivergence && (await told(firstDivergence, recording, [cast, other ?? cast], sides));
  return { messages, against: other ? against : placementText(otherPlan), firstDifference, unreplayed, missing };
}

async function rolesOfBuilds(cast: Cast, other: Cast, { facts }: PlayedRecording): Promise<readonly Role[]> {
  const [roles, others] = await Promise.all([cast.rolesOf([cast.planOf(null, facts)]), other.rolesOf([other.planOf(null, facts)])]);
  return roles.map((role) => {
    const second = others.find(({ schema }) => schema.name === role.schema.name);
    return second ? { ...role, factories: [...role.factories, ...second.factories] } : role;
  });
}

/** The difference in words of the schemas. */
async function told(
  divergence: Divergence,
  recording: PlayedRecording,
  casts: readonly [Cast, Cast],
  names: readonly [string, string],
): Promise<FirstDifference> {
  const { actor, entry, frame, before, outcomes } = divergence;
  const schemas = new Schemas(recording.facts.parties);
  const { kind, source, sequence } = readHeader(frame, 0);
  const kindName = schemas.kindName(kind);
  const [first, second] = await Promise.all(
    outcomes.map(async (outcome, index): Promise<BisectedSide> => {
      const { vm } = actor.factories[index];
      const source = await handlerLine(casts[index], actor.schema.name, vm as Side, kindName);
      return {
        name: names[index],
        output: framesIn(outcome.output).map((each) => readable(schemas, each)),
        trap: trapText(outcome),
        source,
      };
    }),
  );
  const found = firstOf(divergence, first, second);
  const view = (snapshot: SnapshotBytes) => viewOf(casts[0], actor.schema.name, stateOf(actor.schema, snapshot).state);
  const header = {
    number: entry.number,
    actor: actor.schema.name,
    kind: kindName,
    from: schemas.partyName(source),
    message: { source, sequence },
  };
  const body = readable(schemas, frame, 0, frameLength(frame, 0)).body;
  return { ...header, body, path: found.path, first: found.first, second: found.second, before: view(before), sides: [first, second] };
}

function trapText({ trap }: Outcome): string {
  if (!trap) return '';
  return trap.position ? `${trap.message} at ${trap.position}` : trap.message;
}

function firstOf({ actor, outcomes: [first, second] }: Divergence, one: BisectedSide, other: BisectedSide): ValueDifference {
  if (one.trap !== other.trap) return { path: 'trap', first: one.trap || undefined, second: other.trap || undefined };
  const emitted = differenceOf(named(one.output), named(other.output));
  if (emitted) return emitted;
  const state = differenceOf(stateOf(actor.schema, first.after), stateOf(actor.schema, second.after));
  return state ?? { path: 'bytes', first: undefined, second: undefined };
}

/** Frames by their kinds, so that a path reads `focus.focused.node`; with their place where a kind comes twice. */
function named(frames: readonly ReadableFrame[]): { readonly [kind: string]: unknown } {
  const byKind: Record<string, unknown> = {};
  for (const { kind, target, body } of frames) {
    const isTaken = kind in byKind;
    byKind[isTaken ? `${kind}#${Object.keys(byKind).length}` : kind] = { ...(typeof body === 'object' ? body : { body }), target };
  }
  return byKind;
}
