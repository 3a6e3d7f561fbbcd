/**
 * The filter language: which messages of a trace are meant.
 *
 *   from:input to:focus            names of parties; party: is either. Several with commas, parts with *
 *   kind:focus.key,scene.*         names of kinds
 *   vm:wasm lane:idle              where its source or target is; its lane
 *   wait>4ms handle>=1ms           us, ms, s: from sent to begun, and from begun to ended
 *   size>100 number<500            bytes of the frame; its number
 *   trap dead                      its target ended at it; it was not delivered
 *   body.path[3].x="some text"     a field of the body: = != > >= < <=, and ~ for a part of a text
 *
 * What stands side by side holds together. `or`, `not` and parentheses do what they say; `and` may be written.
 */
import type { VmName } from '../protocol/names.js';
import { BodyPath } from './body-path.js';
import { wrongPath } from './field-path.js';
import { bodyTest, compare } from './filter-body.js';
import { type Condition, FilterError, fail, parseFilter, type Term } from './filter-syntax.js';
import { VM_NAMES } from './flow-state.js';
import type { TracedMessage } from './messages.js';
import { nearNames } from './near-names.js';
import type { Schemas } from './schemas.js';

export { FilterError };

export type MessageFilter = (message: TracedMessage) => boolean;

const LANES: readonly string[] = ['interactive', 'ordinary', 'idle'];
const MICROS: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1_000_000 };
const BYTES: Readonly<Record<string, number>> = { '': 1, B: 1, kB: 1000, MB: 1_000_000 };
const NO_UNIT: Readonly<Record<string, number>> = { '': 1 };

/**
 * @param text in the filter language; empty for all messages
 * @param schemas of the recording or the application: a name that is not in them is a mistake
 * @throws FilterError with the position of what is wrong
 */
export function compileFilter(text: string, schemas: Schemas): MessageFilter {
  const condition = parseFilter(text);
  return condition ? new Compiler(schemas).condition(condition) : () => true;
}

class Compiler {
  constructor(private readonly schemas: Schemas) {}

  condition(condition: Condition): MessageFilter {
    switch (condition.type) {
      case 'not': {
        const inner = this.condition(condition.of);
        return (message) => !inner(message);
      }
      case 'and': {
        return this.all(condition.of).reduceRight((rest, first) => (message) => first(message) && rest(message));
      }
      case 'or': {
        return this.all(condition.of).reduceRight((rest, first) => (message) => first(message) || rest(message));
      }
      default:
        return condition.name.startsWith('body.') ? this.body(condition) : this.term(condition);
    }
  }

  /** What reads bodies comes last: mostly the others have decided by then. */
  private all(conditions: readonly Condition[]): readonly MessageFilter[] {
    const [cheap, dear] = [conditions.filter((each) => !readsBody(each)), conditions.filter(readsBody)];
    return [...cheap, ...dear].map((each) => this.condition(each));
  }

  private term(term: Term): MessageFilter {
    const { schemas } = this;
    switch (term.name) {
      case 'from':
      case 'to':
      case 'party':
        return this.party(term);
      case 'kind': {
        const fits = this.names(term, schemas.kindNames, 'kind');
        const isOne = known((kind) => fits(schemas.kindName(kind)));
        return ({ kind }) => isOne(kind);
      }
      case 'vm': {
        const fits = this.names(term, VM_NAMES, 'VM');
        const at = (vm: VmName | null) => vm !== null && fits(vm);
        return ({ sourceVm, targetVm }) => at(sourceVm) || at(targetVm);
      }
      case 'lane': {
        const fits = this.names(term, LANES, 'lane');
        const isOne = known((kind) => fits(schemas.kind(kind)?.lane ?? 'ordinary'));
        return ({ kind }) => isOne(kind);
      }
      case 'wait':
        return amount(term, MICROS, ({ waited }) => waited);
      case 'handle':
        return amount(term, MICROS, ({ handling }) => handling);
      case 'size':
        return amount(term, BYTES, ({ bytes }) => bytes);
      case 'number':
        return amount(term, NO_UNIT, ({ number }) => number || null);
      case 'trap':
        return flag(term, ({ trap }) => trap !== null);
      case 'dead':
        return flag(term, ({ outcome }) => outcome === 'rejected' || outcome === 'poisoned');
      default:
        return fail(
          `there is no ${term.name}: a filter has from to party kind vm lane wait handle size number trap dead body.path`,
          term.position,
        );
    }
  }

  private party(term: Term): MessageFilter {
    const { schemas } = this;
    const fits = this.names(term, schemas.partyNames, 'party');
    const isOne = known((address) => fits(schemas.partyName(address)));
    if (term.name === 'from') return ({ source }) => isOne(source);
    if (term.name === 'to') return ({ target }) => isOne(target);
    return ({ source, target }) => isOne(source) || isOne(target);
  }

  /** Whether a name is one of those after the colon. */
  private names(
    { name, operator, value, position, valuePosition }: Term,
    known: readonly string[],
    what: string,
  ): (name: string) => boolean {
    if (operator !== ':') fail(`write ${name}:NAME`, position);
    const patterns = value.split(',').map((pattern) => {
      const fits = matcher(pattern);
      if (!pattern.startsWith('0x') && !known.some(fits))
        fail(`there is no ${what} ${pattern || 'without a name'}${nearNames(pattern, known)}`, valuePosition);
      return fits;
    });
    return (each) => patterns.some((fits) => fits(each));
  }

  private body(term: Term): MessageFilter {
    const { path, test } = bodyTest(term);
    const { schemas } = this;
    const wrong = wrongPath(path, schemas.bodies, 'body');
    if (wrong) fail(wrong, term.position);
    const value = new BodyPath(schemas, path);
    const hasField = known((kind) => value.isIn(kind));
    return (message) => {
      const { kind } = message;
      // Its frame is looked up only where its kind has the field.
      const frame = hasField(kind) ? message.frame : null;
      return frame !== null && test(value.of(kind, frame));
    };
  }
}

function readsBody(condition: Condition): boolean {
  if (condition.type === 'term') return condition.name.startsWith('body.');
  return condition.type === 'not' ? readsBody(condition.of) : condition.of.some(readsBody);
}

/** Keeps what is so of each kind or address, which have 16 bits: a run has few of them, and is long. */
function known(isSo: (number: number) => boolean): (number: number) => boolean {
  const [unknown, no, yes] = [0, 1, 2];
  const answers = new Uint8Array(1 << 16);
  return (number) => {
    if (answers[number] === unknown) answers[number] = isSo(number) ? yes : no;
    return answers[number] === yes;
  };
}

/** `*` stands for any characters. */
function matcher(pattern: string): (name: string) => boolean {
  if (!pattern.includes('*')) return (name) => name === pattern;
  const text = pattern
    .split('*')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*?');
  const expression = new RegExp(`^${text}$`);
  return (name) => expression.test(name);
}

function amount(
  { name, operator, value, position, valuePosition }: Term,
  units: Readonly<Record<string, number>>,
  of: (message: TracedMessage) => number | null,
): MessageFilter {
  const [, digits, unit] =
    /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(value) ?? fail(`${name} is compared with a number, not with "${value}"`, valuePosition);
  if (!Object.hasOwn(units, unit)) {
    const allowed = Object.keys(units).filter(Boolean).join(', ');
    fail(
      unit === '' || !allowed ? `${name}>${digits} needs a unit: ${allowed || 'none'}` : `there is no unit ${unit}: write ${allowed}`,
      valuePosition,
    );
  }
  if (operator === ':' || operator === '~' || operator === '') fail(`write ${name} with = != > >= < or <=`, position);
  const limit = Number(digits) * units[unit];
  return (message) => {
    const found = of(message);
    return found !== null && compare(found, operator, limit);
  };
}

function flag({ name, operator, position }: Term, of: MessageFilter): MessageFilter {
  if (operator !== '') fail(`${name} stands alone`, position);
  return of;
}
