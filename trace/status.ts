/** How a system is as a whole, as its supervisor knows it: what a recording has of it, and what the debugger page shows. */
import type { Epoch } from '../protocol/names.js';

export interface PartyStatus {
  readonly vm: string;
  readonly state: string;
  readonly condition: string;
  readonly epoch: Epoch;
  readonly restarts: number;
  readonly reason: string;
}

export interface ActorStatus extends PartyStatus {
  readonly actor: string;
  readonly circuit: string | null;
  readonly twin: { readonly side: string; readonly why: string; readonly detail: string };
}

export interface PortStatus extends PartyStatus {
  readonly port: string;
}

export interface VmStatus {
  readonly vm: string;
  readonly state: string;
  readonly reason: string;
  readonly failedOver: boolean;
}

export interface SupervisorStatus {
  readonly supervisor: string;
  readonly strategy: string;
  /** It restarts its children at most so often in `periodMs`. */
  readonly intensity: number;
  readonly periodMs: number;
  /** Names of actors, and of further supervisors. */
  readonly children: readonly string[];
}

export interface StoredStatus {
  readonly actor: string;
  readonly generation: number;
  readonly failure: { readonly code: string } | null;
}

export interface SystemStatus {
  readonly state: string;
  /** What follows when the budget of the root is spent. */
  readonly escalation: string;
  /** The root first. */
  readonly supervisors: readonly SupervisorStatus[];
  readonly vms: readonly VmStatus[];
  readonly actors: readonly ActorStatus[];
  readonly ports: readonly PortStatus[];
  /** What storage holds of the persistent actors. */
  readonly persistent: readonly StoredStatus[];
}

interface SupervisorTree {
  readonly supervisor: string;
  readonly strategy?: string;
  readonly intensity?: number;
  readonly periodMs?: number;
  readonly children: readonly (string | SupervisorTree)[];
}

/** A tree as a list, which may be as deep as it likes. @param budget of those that have none of their own */
export function supervisorsOf(tree: SupervisorTree, budget: Pick<SupervisorStatus, 'intensity' | 'periodMs'>): readonly SupervisorStatus[] {
  const { supervisor, strategy = 'one_for_one', intensity = budget.intensity, periodMs = budget.periodMs, children } = tree;
  const names = children.map((child) => (typeof child === 'string' ? child : child.supervisor));
  const below = children.flatMap((child) => (typeof child === 'string' ? [] : supervisorsOf(child, budget)));
  return [{ supervisor, strategy, intensity, periodMs, children: names }, ...below];
}

const isSame = (one: object, other: object | undefined): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The lists of a status, and what names each in them. */
const LISTS = { vms: 'vm', actors: 'actor', ports: 'port', persistent: 'actor' } as const;
type ListName = keyof typeof LISTS;
type Named = Readonly<Record<string, unknown>>;

const listOf = (status: SystemStatus, name: ListName): readonly Named[] => status[name] as readonly object[] as readonly Named[];
const byName = (list: readonly Named[], key: string): ReadonlyMap<unknown, Named> => new Map(list.map((one) => [one[key], one]));

/**
 * What is not as it was: of each list what differs, and no supervisors, which stay what they are.
 * @returns null when nothing differs; the whole when somebody is gone
 */
export function changedSince(before: SystemStatus, now: SystemStatus): { readonly whole: boolean; readonly status: SystemStatus } | null {
  const changed: Partial<Record<ListName, readonly Named[]>> = {};
  for (const [name, key] of Object.entries(LISTS) as [ListName, string][]) {
    const [old, list] = [byName(listOf(before, name), key), listOf(now, name)];
    const present = new Set(list.map((one) => one[key]));
    if ([...old.keys()].some((one) => !present.has(one))) return { whole: true, status: now };
    changed[name] = list.filter((one) => !isSame(one, old.get(one[key])));
  }
  const isQuiet = before.state === now.state && Object.values(changed).every((list) => list.length === 0);
  return isQuiet ? null : { whole: false, status: { ...now, supervisors: [], ...changed } as SystemStatus };
}

/** The other way round: what was, with what has changed. */
export function withChanges(before: SystemStatus, changed: SystemStatus): SystemStatus {
  const lists: Partial<Record<ListName, readonly Named[]>> = {};
  for (const [name, key] of Object.entries(LISTS) as [ListName, string][])
    lists[name] = [...new Map([...byName(listOf(before, name), key), ...byName(listOf(changed, name), key)]).values()];
  return { ...before, state: changed.state, ...lists } as SystemStatus;
}
