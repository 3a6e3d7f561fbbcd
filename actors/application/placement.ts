/**
 * Decides where each actor runs. A plan says what is wanted (`host`, `js`, `wasm`, `mixed`, or actor by actor); the device, the existing twins and
 * the rollout say what is possible. This is decided once, before anything starts, and the reason is kept for a person to read. Only the
 * start shows a module that cannot be run: then it is decided once more.
 */
import type { PlacementReason, Side, Twins } from '../contract/states.js';

/** What is wanted for each actor. */
export type PlacementPlan = ReadonlyMap<string, Side>;

export interface Placement {
  readonly actor: string;
  readonly vm: Side;
  readonly reason: PlacementReason;
}

export interface PlacementInput {
  readonly actor: string;
  readonly twins: Twins;
  /** Percentage of devices, 0 to 100, on which the wanted Wasm twin is really used. 100 when not given. */
  readonly rolloutPercent?: number;
}

/** A placement that makes no sense, or that no device could follow. */
export class PlacementError extends Error {
  override readonly name = 'PlacementError';
}

const WHOLE_PLANS: Readonly<Record<string, (actor: string, closeToPage: readonly string[]) => Side>> = {
  host: () => 'js',
  js: () => 'js',
  wasm: () => 'wasm',
  mixed: (actor, closeToPage) => (closeToPage.includes(actor) ? 'js' : 'wasm'),
};

/**
 * @param text `host` (as `js`: the system starts that VM in its own thread), `js`, `wasm`, `mixed`, or pairs like `orders=wasm,stock=js`; actors without a pair run in JavaScript
 * @param actors names of all actors of the application
 * @param closeToPage actors that `mixed` keeps in JavaScript
 * @throws PlacementError that shows the faulty part and the possible names
 */
export function parsePlacement(text: string, actors: readonly string[], closeToPage: readonly string[] = []): PlacementPlan {
  const whole = Object.hasOwn(WHOLE_PLANS, text) ? WHOLE_PLANS[text] : undefined;
  if (whole) return new Map(actors.map((actor) => [actor, whole(actor, closeToPage)]));
  const plan = new Map<string, Side>(actors.map((actor) => [actor, 'js']));
  const named = new Set<string>();
  for (const pair of text.split(',')) {
    const [actor, side] = parsePair(pair.trim(), actors);
    if (named.has(actor)) throw new PlacementError(`placement names '${actor}' twice`);
    named.add(actor);
    plan.set(actor, side);
  }
  return plan;
}

function parsePair(pair: string, actors: readonly string[]): [actor: string, side: Side] {
  const [actor, side, ...rest] = pair.split('=').map((part) => part.trim());
  if (side === undefined || rest.length > 0) {
    throw new PlacementError(
      `placement '${pair}' is none of host, js, wasm, mixed and no pair as ${actors[0] ?? 'actor'}=wasm; actors: ${actors.join(', ')}`,
    );
  }
  if (!actors.includes(actor)) throw new PlacementError(`placement names no actor '${actor}'; actors: ${actors.join(', ')}`);
  if (side !== 'js' && side !== 'wasm') throw new PlacementError(`placement '${pair}': an actor runs in js or wasm, not in '${side}'`);
  return [actor, side];
}

/**
 * The rollout bucket of a device, 0 to 99: FNV-1a of the id's UTF-16 code units. An id stays in its bucket for ever, so a device that has
 * once been included stays included as the percentage grows.
 */
export function rolloutBucket(deviceId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < deviceId.length; i++) hash = Math.imul(hash ^ deviceId.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % 100;
}

/**
 * Decides for every actor. When the device or the rollout keeps an actor out of the Wasm VM, its JavaScript twin runs.
 * @throws PlacementError when an actor has no twin that can run here
 */
export function decidePlacement(
  plan: PlacementPlan,
  actors: readonly PlacementInput[],
  device: { readonly wasm: boolean; readonly id: string },
): readonly Placement[] {
  const bucket = rolloutBucket(device.id);
  return actors.map((input) => place(input, plan.get(input.actor) ?? 'js', device.wasm, bucket));
}

function place({ actor, twins, rolloutPercent = 100 }: PlacementInput, wanted: Side, wasm: boolean, bucket: number): Placement {
  if (!(rolloutPercent >= 0 && rolloutPercent <= 100)) {
    throw new PlacementError(`rollout of '${actor}' is a percentage from 0 to 100, not ${rolloutPercent}`);
  }
  if (!twins.js && !(twins.wasm && wasm)) {
    throw new PlacementError(
      `'${actor}' has no twin that runs here: ${twins.wasm ? 'only Wasm, and the device has none' : 'neither js nor wasm'}`,
    );
  }
  if (wanted === 'js') return twins.js ? { actor, vm: 'js', reason: 'configured' } : { actor, vm: 'wasm', reason: 'twin' };
  if (!twins.wasm) return { actor, vm: 'js', reason: 'twin' };
  if (!wasm) return { actor, vm: 'js', reason: 'device' };
  if (bucket >= rolloutPercent && twins.js) return { actor, vm: 'js', reason: 'rollout' };
  return { actor, vm: 'wasm', reason: 'configured' };
}
