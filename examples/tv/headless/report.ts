/** The result of a headless run: printed as a table, or as one line of JSON with `--json`. */
import { createHash } from 'node:crypto';
import { decodeSavedState, decodeSnapshot, encodeSnapshot, type System, type VmCounters } from 'tandem';
import { focus, history, metrics, scene } from 'tandem/protocol';
import { ACTOR_NAMES } from '../application.js';

/** Where the viewer is. */
export interface Place {
  readonly route: string;
  /** The focus key that the page keeps in the entry. */
  readonly focus: number;
  readonly depth: number;
}

export interface Report {
  readonly frames: number;
  readonly keys: number;
  /** The place before the first key, and at the end; `null` when there is none yet, or history is down. */
  readonly begin: Place | null;
  readonly end: Place | null;
  /** `null` when focus is down. */
  readonly focusMoves: number | null;
  readonly messages: {
    readonly sent: number;
    readonly delivered: number;
    /** Sent, but neither delivered nor counted in the rows below. */
    readonly lost: number;
    /** Delivered more often than sent. */
    readonly duplicated: number;
    /** Replaced by a newer message of the same key before delivery. */
    readonly conflated: number;
    /** Dropped because the mailbox was full; only kinds that allow it. */
    readonly dropped: number;
  };
  readonly traps: number;
  readonly restarts: number;
  readonly replayed: number;
  /** Replays whose output differed from the output sent before. */
  readonly divergent: number;
  readonly placement: Readonly<Record<string, string>>;
  /** `null` when an actor is down, for example after too many restarts: then there is no complete state, and `errors` says why. */
  readonly stateHash: string | null;
  readonly errors: readonly string[];
}

const total = (record: Readonly<Record<string, number>>): number => Object.values(record).reduce((sum, count) => sum + count, 0);

export function countMessages(counters: VmCounters): Report['messages'] {
  const sent = total(counters.sent);
  const delivered = total(counters.handled);
  const pairs = Object.keys(counters.handled);
  const duplicated = pairs.reduce((sum, pair) => sum + Math.max(0, counters.handled[pair] - (counters.sent[pair] ?? 0)), 0);
  const { conflated, dropped } = counters;
  return { sent, delivered, lost: Math.max(0, sent + duplicated - delivered - conflated - dropped), duplicated, conflated, dropped };
}

const isRunning = (system: System, name: string): boolean =>
  system.actors.some(({ actor, state }) => actor === name && state === 'running');

/** Violations of what every run must keep, whatever faults it met. */
export function wrongWith({ lost, duplicated }: Report['messages']): string[] {
  return [...(lost > 0 ? [`${lost} messages were lost`] : []), ...(duplicated > 0 ? [`${duplicated} messages were delivered twice`] : [])];
}

/** Snapshots without what depends on when messages arrive. */
const COMPARABLE: Readonly<Record<string, (snapshot: Uint8Array) => Uint8Array>> = {
  [metrics.name]: withoutRuntime,
  [scene.name]: withoutTicks,
};

/** Hash of the five snapshots, without the half of metrics that measures the runtime itself, and without the number of ticks. */
export async function hashState(system: System): Promise<string | null> {
  if (!ACTOR_NAMES.every((actor) => isRunning(system, actor))) return null;
  const hash = createHash('sha256');
  for (const actor of ACTOR_NAMES) {
    const { snapshot } = decodeSavedState(await system.snapshot(actor));
    hash.update(actor).update(COMPARABLE[actor]?.(snapshot) ?? snapshot);
  }
  return hash.digest('hex').slice(0, 32);
}

function withoutRuntime(snapshot: Uint8Array): Uint8Array {
  const decoded = decodeSnapshot(metrics, snapshot);
  const { application } = decoded.state;
  const nothing = { series: [], logs: [], dropped: { series: 0, logs: 0, invalid: 0 }, flushes: 0, flushDue: false };
  return encodeSnapshot(metrics, { ...decoded, state: { application, runtime: nothing } });
}

/** A scene that rests a message later is ticked once more. */
function withoutTicks(snapshot: Uint8Array): Uint8Array {
  const decoded = decodeSnapshot(scene, snapshot);
  return encodeSnapshot(scene, { ...decoded, state: { ...decoded.state, frame: 0, timeMicros: 0 } });
}

export async function placeOf(system: System): Promise<Place | null> {
  if (!isRunning(system, history.name)) return null;
  const { state } = decodeSnapshot(history, await system.snapshot(history.name));
  const current = state.entries.at(-1);
  return current ? { route: current.route, focus: current.focus, depth: state.entries.length - 1 } : null;
}

/** Number of publications of `focus.focused` so far, which is its version. */
export async function countFocusMoves(system: System): Promise<number | null> {
  if (!isRunning(system, focus.name)) return null;
  return decodeSnapshot(focus, await system.snapshot(focus.name)).publicationVersions.focused;
}

export function printReport(report: Report): void {
  const { messages, placement, errors, begin, end, ...counts } = report;
  for (const [name, value] of Object.entries({ ...counts, ...messages })) console.log(`${name.padEnd(12)} ${value}`);
  for (const [name, place] of Object.entries({ begin, end })) {
    console.log(`${name.padEnd(12)} ${place ? `${place.route}, focus ${place.focus}, depth ${place.depth}` : 'nowhere'}`);
  }
  console.log(
    `${'placement'.padEnd(12)} ${Object.entries(placement)
      .map(([actor, vm]) => `${actor}=${vm}`)
      .join(', ')}`,
  );
  for (const error of errors) console.log(`error        ${error}`);
}
