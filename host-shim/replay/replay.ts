/** Plays a recording again, from its beginning to a message or its end. */
import type { PlacementPlan } from '../../actors/application/placement.js';
import { framesIn, readHeader } from '../../protocol/frame.js';
import { inOrder } from '../../trace/order.js';
import type { Recording } from '../../trace/recording.js';
import { Schemas } from '../../trace/schemas.js';
import { type Cast, placementText } from './cast.js';
import { bodyOf, compareBodies, type Difference, type Finding, stateOf } from './difference.js';
import type { Divergence } from './replayed-actor.js';
import { Replayer, type ReplayerOptions, type Role, type Unreplayed } from './replayer.js';

export interface ReplayOptions {
  /** As of a system; as recorded when not given. */
  readonly placement?: string;
  /** Number of the last message to be handled. */
  readonly until?: number;
  /** The one actor that is compared; all when not given. */
  readonly actor?: string;
}

export interface ReplayReport {
  /** Messages that actors handled. */
  readonly messages: number;
  /** True when nothing differs in what was played: `unreplayed` and `missing` say what was not. */
  readonly identical: boolean;
  readonly firstDifference: Difference | null;
  readonly unreplayed: Unreplayed;
  /** Steps of which the recording says that they are missing. */
  readonly missing: number;
  /** Number of the last message that was reached. */
  readonly reached: number;
  /** As it was played. */
  readonly placement: string;
  /** State of each actor at the end, by name, decoded. Only with `until`. */
  readonly states: { readonly [actor: string]: unknown } | null;
}

/** What of a recording is played. */
export type PlayedRecording = Pick<Recording, 'facts' | 'steps'>;

/** @throws RecordingError, CastError, PlacementError */
export async function replay(recording: PlayedRecording, cast: Cast, options: ReplayOptions = {}): Promise<ReplayReport> {
  const { placement = null, until, actor } = options;
  const plan = cast.planOf(placement, recording.facts);
  const compared = new Set(actor === undefined ? cast.names : [cast.schemaOf(actor).name]);
  // Where the recording has what the others sent, they need not be played.
  const roles = await cast.rolesOf([plan], recording.facts.level === 'frames' ? compared : undefined);
  const replayer = await play(recording, { roles, compared, until });
  const { messages, firstDifference, unreplayed, missing, number: reached } = replayer;
  return {
    messages,
    identical: firstDifference === null,
    firstDifference: firstDifference && (await explained(recording, cast, plan, firstDifference)),
    unreplayed,
    missing,
    reached,
    placement: placementText(plan),
    states: until === undefined ? null : statesOf(replayer, cast),
  };
}

/** Plays until the end, a difference, or the last message that is asked for. */
export async function play(
  recording: PlayedRecording,
  options: Omit<ReplayerOptions, 'schemas' | 'roles'> & { readonly roles: readonly Role[] },
): Promise<Replayer> {
  const replayer = new Replayer({ ...options, schemas: new Schemas(recording.facts.parties) });
  for await (const placed of inOrder(recording)) {
    replayer.add(placed);
    if (replayer.isOver) break;
  }
  replayer.finish();
  return replayer;
}

function statesOf(replayer: Replayer, cast: Cast): { readonly [actor: string]: unknown } {
  const known = replayer.actors.filter(({ blind, trapped }) => blind === '' && !trapped);
  return Object.fromEntries(
    known.map((actor) => [actor.schema.name, viewOf(cast, actor.schema.name, stateOf(actor.schema, actor.snapshot()).state)]),
  );
}

/** A state as its application shows it. */
export function viewOf(cast: Cast, actor: string, state: unknown): unknown {
  const view = cast.application.views?.[actor];
  return view ? view(state as never) : state;
}

/** Where the recording has only digests, what was emitted is known from the twin that ran then, if it gives the same again. */
async function explained(recording: PlayedRecording, cast: Cast, plan: PlacementPlan, difference: Difference): Promise<Difference> {
  const recordedPlan = cast.planOf(null, recording.facts);
  const { actor, number, what } = difference;
  if (recording.facts.level === 'frames' || what === 'state' || recordedPlan.get(actor) === plan.get(actor)) return difference;
  const roles = await cast.rolesOf([plan, recordedPlan]);
  const { firstDivergence } = await play(recording, { roles, compared: new Set(), until: number });
  const found = firstDivergence?.entry.number === number ? findingOf(recording, firstDivergence) : null;
  return found ? { ...difference, ...found } : difference;
}

/** What the first twin emitted, beside what the second did, which is what was recorded. */
function findingOf(recording: PlayedRecording, { outcomes: [replayed, recorded] }: Divergence): Finding | null {
  const schemas = new Schemas(recording.facts.parties);
  const [again, first] = [framesIn(replayed.output), framesIn(recorded.output)];
  for (let i = 0; i < Math.max(again.length, first.length); i++) {
    if (!again[i] || !first[i]) continue;
    const isSameKind = readHeader(again[i], 0).kind === readHeader(first[i], 0).kind;
    if (!isSameKind) return { what: 'output', path: 'kind', recorded: bodyOf(schemas, first[i]), replayed: bodyOf(schemas, again[i]) };
    const found = compareBodies(schemas, first[i], again[i]);
    if (found.recorded !== found.replayed) return found;
  }
  return null;
}
