/** Break on message: a VM stops in a debugger right before a message is handled. For development; docs/TRACING.md says how to use it. */
import { system } from '../../protocol/generated/system.js';
import type { Microseconds, Sequence } from '../../protocol/names.js';
import type { PartySchema } from '../../protocol/schema.js';
import { nearNames } from '../../trace/near-names.js';
import type { VmName } from './instance.js';

/** Messages that fit all that is given; every message when nothing is. Plain data: it crosses the control plane. */
export interface Breakpoint {
  /** Name of the kind, as `basket.add`. */
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
  readonly at: Microseconds;
}

/**
 * production: the host's console is off. kind, actor, field: there is none of that name. condition: it is no expression, or the page's policy forbids
 * to evaluate any.
 */
export type BreakpointFailure = 'production' | 'kind' | 'actor' | 'field' | 'condition';

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
 * @throws BreakpointError `kind`, `actor` or `field`
 */
export function parseBreakpoint(text: string, schemas: readonly PartySchema[]): Breakpoint {
  const [, kind, actor, condition] = TEXT.exec(text.trim()) ?? [text, text];
  const breakpoint = { kind: kind === '*' ? undefined : kind, actor, condition };
  checkBreakpoint(breakpoint, schemas);
  return breakpoint;
}

/** Its condition is read where it is evaluated: here, which fields it names. @throws BreakpointError `kind`, `actor` or `field` */
export function checkBreakpoint({ kind, actor, condition = '' }: Breakpoint, schemas: readonly PartySchema[]): void {
  const kinds = new Map([...schemas, system as PartySchema].flatMap(kindsOf));
  const parties = schemas.map(({ name }) => name);
  if (kind !== undefined && !kinds.has(kind))
    throw new BreakpointError('kind', `there is no kind ${kind}${nearNames(kind, [...kinds.keys()])}`);
  if (actor !== undefined && !parties.includes(actor))
    throw new BreakpointError('actor', `there is no actor or port ${actor}${nearNames(actor, parties)}`);
  const fields = kind === undefined ? [...kinds.values()].flat() : kinds.get(kind)!;
  const missing = fieldsIn(condition).find((field) => !fields.includes(field));
  if (missing !== undefined)
    throw new BreakpointError('field', `there is no field ${missing} in ${kind ?? 'any message'}${nearNames(missing, fields)}`);
}

const TEXTS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;
const FIELDS = /(?:^|[^\w$.])message\??\.([A-Za-z_$][\w$]*)/g;

/** Fields of the message that a condition names. */
const fieldsIn = (condition: string): string[] => [...condition.replace(TEXTS, '""').matchAll(FIELDS)].map(([, field]) => field);

/** Kinds of a party by their names, as a VM knows them, and the fields of each. */
function kindsOf({ name, receives, publishes }: Pick<PartySchema, 'name' | 'receives' | 'publishes'>): [string, string[]][] {
  const received = Object.entries(receives).flatMap(([kind, { fields, reply }]) => [
    [kind, fields] as const,
    ...(reply ? [[`${kind}.reply`, reply.fields ?? {}] as const] : []),
  ]);
  const published = Object.entries(publishes).map(([kind, { fields }]) => [kind, fields] as const);
  return [...received, ...published].map(([kind, fields]) => [`${name}.${kind}`, Object.keys(fields)]);
}
