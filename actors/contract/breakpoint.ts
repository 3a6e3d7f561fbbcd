/** Break on message: a VM stops in a debugger right before a message is handled. For development; docs/TRACING.md says how to use it. */
import { system } from '../../protocol/generated/system.js';
import type { Sequence } from '../../protocol/names.js';
import type { PartySchema } from '../../protocol/schema.js';
import type { VmName } from './instance.js';

/** Messages that fit all that is given; every message when nothing is. Plain data: it crosses the control plane. */
export interface Breakpoint {
  /** Name of the kind, as `focus.key`. */
  readonly kind?: string;
  /** Name of the actor or port that is to handle it. */
  readonly actor?: string;
  /**
   * An expression in JavaScript over `message` (the fields of its body), `source` and `kind` (names), as `message.key === "right"`. One that
   * throws counts as met, and the report says why.
   */
  readonly condition?: string;
}

/** A VM has come to a message at which it stops, if a debugger is attached. */
export interface BreakReport {
  readonly vm: VmName;
  /** The actor or port whose handler is next. */
  readonly party: string;
  readonly kindName: string;
  readonly source: string;
  readonly sequence: Sequence;
  /** What the condition threw; empty when it did not. */
  readonly problem: string;
  /** Microseconds since the Unix epoch. */
  readonly at: number;
}

/** production: the host's console is off. condition: it is no expression, or the page's policy forbids to evaluate any. */
export type BreakpointFailure = 'production' | 'kind' | 'actor' | 'condition';

/** A breakpoint makes no sense, or may not be set here. None was set. */
export class BreakpointError extends Error {
  override readonly name = 'BreakpointError';
  constructor(
    readonly code: BreakpointFailure,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }
}

/** Whether a message is meant. */
export type Condition = (message: unknown, source: string, kind: string) => unknown;

/** Reads it. @throws BreakpointError `condition` */
export type ConditionOf = (text: string) => Condition;

const TEXT = /^(\S+)(?: to (\S+))?(?: if (.+))?$/;

/**
 * @param text KIND, `KIND to ACTOR`, `KIND if CONDITION`, or all of it; the kind `*` is any
 * @param schemas of all actors and ports of the application
 * @throws BreakpointError `kind` or `actor`
 */
export function parseBreakpoint(text: string, schemas: readonly PartySchema[]): Breakpoint {
  const [, kind, actor, condition] = TEXT.exec(text.trim()) ?? [text, text];
  const breakpoint = { kind: kind === '*' ? undefined : kind, actor, condition };
  checkBreakpoint(breakpoint, schemas);
  return breakpoint;
}

/** Its condition is read where it is evaluated. @throws BreakpointError `kind` or `actor` */
export function checkBreakpoint({ kind, actor }: Breakpoint, schemas: readonly PartySchema[]): void {
  const kinds = [...new Set([...schemas, system].flatMap(kindNamesOf))];
  const parties = schemas.map(({ name }) => name);
  if (kind !== undefined && !kinds.includes(kind))
    throw new BreakpointError('kind', `there is no kind ${kind}; there are ${kinds.join(', ')}`);
  if (actor !== undefined && !parties.includes(actor))
    throw new BreakpointError('actor', `there is no actor or port ${actor}; there are ${parties.join(', ')}`);
}

/** Names of the kinds of a party, as a VM knows them. */
function kindNamesOf({ name, receives, publishes }: Pick<PartySchema, 'name' | 'receives' | 'publishes'>): string[] {
  const received = Object.entries(receives).flatMap(([kind, { reply }]) => (reply ? [kind, `${kind}.reply`] : [kind]));
  return [...received, ...Object.keys(publishes)].map((kind) => `${name}.${kind}`);
}
