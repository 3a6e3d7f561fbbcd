/**
 * Messages as they flow, a line for each, for whoever looks on: steps in, lines out, up to a limit. What a person reads is at most some hundred
 * lines; the limit keeps a flood from the console.
 */
import type { PartySchema } from '../protocol/schema.js';
import { Bodies } from './bodies.js';
import { lineOf } from './line.js';
import { MessageJoin, type TracedMessage } from './messages.js';
import { Schemas } from './schemas.js';
import type { TraceStep } from './step.js';

/** Lines when nothing else is said. */
const SPY_LINES = 1_000;

export interface SpyOptions {
  /** Names of parties, of which one is the source or the target; all when not given. */
  readonly parties?: readonly string[];
  /** Names of kinds, as `focus.key`; all when not given. */
  readonly kinds?: readonly string[];
  /** Lines at most; `SPY_LINES` when not given. */
  readonly limit?: number;
  /** Takes each line. */
  readonly print: (line: string) => void;
}

export class Spy {
  private readonly schemas: Schemas;
  private readonly bodies: Bodies;
  private readonly join = new MessageJoin();
  private readonly limit: number;
  private lines = 0;

  /** @throws RangeError for a name that does not exist, and for a limit that is none */
  constructor(
    parties: readonly PartySchema[],
    private readonly options: SpyOptions,
  ) {
    this.schemas = new Schemas(parties);
    this.bodies = new Bodies(this.schemas);
    this.limit = options.limit ?? SPY_LINES;
    if (!(this.limit >= 1)) throw new RangeError(`limit is a number from 1, not ${this.limit}`);
    checkNames('party', options.parties, this.schemas.partyNames);
    checkNames('kind', options.kinds, this.schemas.kindNames);
  }

  /** @returns whether more is wanted: false when the limit is reached */
  hear(steps: readonly TraceStep[]): boolean {
    for (const step of steps) this.join.add(step);
    for (const message of this.join.take()) {
      if (this.lines === this.limit) break;
      if (this.accepts(message)) this.print(message);
    }
    return this.lines < this.limit;
  }

  private print(message: TracedMessage): void {
    this.options.print(lineOf(message, this.schemas, this.bodies));
    if (++this.lines === this.limit) this.options.print(`${this.limit} messages: the limit is reached, and nothing more is printed`);
  }

  private accepts({ source, target, kind }: TracedMessage): boolean {
    const { parties, kinds } = this.options;
    const { schemas } = this;
    const ofParties = !parties || parties.includes(schemas.partyName(source)) || parties.includes(schemas.partyName(target));
    return ofParties && (!kinds || kinds.includes(schemas.kindName(kind)));
  }
}

function checkNames(what: string, names: readonly string[] | undefined, known: readonly string[]): void {
  const stranger = names?.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new RangeError(`there is no ${what} ${stranger}: there are ${known.join(', ')}`);
}
