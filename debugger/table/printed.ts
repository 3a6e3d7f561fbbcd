/**
 * What is printed afterwards: an expression at every message of the list. Bodies are here; states are found by playing the recording, so they are asked
 * for in between:
 *
 *   plan: which states at which messages ──> whoever plays ──> finish: the values, a column and points over the time
 */
import type { Address } from '../../protocol/names.js';
import type { Bodies } from '../../trace/bodies.js';
import { type Expression, ExpressionError, type PathInExpression, parseExpression } from '../../trace/expression.js';
import { wrongPath } from '../../trace/field-path.js';
import { nearNames } from '../../trace/near-names.js';
import type { Schemas } from '../../trace/schemas.js';
import { shortText } from '../../trace/text.js';
import { valueAt } from '../../trace/values.js';
import type { StateQuestion } from '../player/state-question.js';
import type { MessageTable } from './message-table.js';

/** Messages at which states are looked at: each is decoded whole. */
const STATES_MAX = 5_000;

export interface PrintPlan {
  readonly questions: readonly StateQuestion[];
  /** Empty when it makes sense. */
  readonly error: string;
}

export interface PrintResult {
  /** Messages with a value, of those that were looked at. */
  readonly count: number;
  readonly looked: number;
  /** Those at which it can have one: where it asks for states, those that an actor has handled. */
  readonly possible: number;
  /** How many of those in the list. */
  readonly all: number;
  /** What no schema has, where no message has a value; empty when all is known. */
  readonly hint: string;
  /** Values that are numbers, or true and false as 1 and 0: when, what, and the rows. */
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly rows: Int32Array;
}

/** A path that leads into a state, and where its values are found. */
interface Asked {
  readonly path: PathInExpression;
  /** Number of the question, by the actor. */
  readonly byActor: ReadonlyMap<string, number>;
}

const OF_MESSAGE = ['body', 'wait', 'handle', 'size', 'number'];
const OF_ACTOR = ['state', 'before'];

export class Printed {
  /** What is shown in the column, by row. */
  private readonly texts = new Map<number, string>();
  private expression: Expression | null = null;
  private rows: readonly number[] = [];
  private asked: readonly Asked[] = [];
  private questions: readonly StateQuestion[] = [];
  private all = 0;
  private possible = 0;

  constructor(
    private readonly table: MessageTable,
    private readonly bodies: Bodies,
    private readonly schemas: Schemas,
  ) {}

  /** Empty where nothing is printed. */
  textOf(row: number): string {
    return this.texts.get(row) ?? '';
  }

  /** @param rows at which it is evaluated; none when the text is empty */
  plan(text: string, rows: readonly number[]): PrintPlan {
    this.texts.clear();
    this.expression = null;
    if (text.trim() === '') return { questions: [], error: '' };
    try {
      const expression = parseExpression(text);
      const intoStates = expression.paths.filter(({ root }) => !OF_MESSAGE.includes(root));
      for (const path of expression.paths) this.check(path);
      this.all = rows.length;
      // Only what actors have handled has a place among their states.
      const { table } = this;
      const possible = intoStates.length === 0 ? rows : rows.filter((row) => table.number(row) > 0);
      this.possible = possible.length;
      this.rows = intoStates.length === 0 ? rows : possible.slice(0, STATES_MAX);
      this.ask(intoStates);
      this.expression = expression;
      return { questions: this.questions, error: '' };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return { questions: [], error: error.message };
    }
  }

  /** @throws ExpressionError for what no message can have */
  private check({ root, steps, position }: PathInExpression): void {
    const names = [...OF_MESSAGE, ...OF_ACTOR, ...this.schemas.actorNames];
    if (!names.includes(root)) throw new ExpressionError(`there is no ${root}${nearNames(root, names)}`, position);
    const wrong = root === 'body' ? wrongPath(steps, this.schemas.bodies, root) : '';
    if (wrong) throw new ExpressionError(wrong, position);
    if (steps.length > 0 && OF_MESSAGE.includes(root) && root !== 'body') throw new ExpressionError(`${root} has no fields`, position);
  }

  /** An application may show a state in another shape than that of its schema: so this is said only where no value was found. */
  private hint(paths: readonly PathInExpression[]): string {
    const { schemas } = this;
    for (const { root, steps } of paths) {
      const actors = OF_ACTOR.includes(root) ? this.targets : [root];
      const states = actors.map((actor) => schemas.stateOf(actor)).filter((state) => state !== undefined);
      const fields = states.map((state) => Object.entries(state.fields ?? {}));
      const wrong = fields.length > 0 ? wrongPath(steps, fields, root) : '';
      if (wrong) return wrong;
    }
    return '';
  }

  private ask(paths: readonly PathInExpression[]): void {
    const questions: StateQuestion[] = [];
    this.asked = paths.map((path) => {
      const byActor = new Map<string, number>();
      const isOwn = OF_ACTOR.includes(path.root);
      const by = path.root === 'before' ? 1 : 0;
      for (const actor of isOwn ? this.targets : [path.root]) {
        const rows = isOwn ? this.rows.filter((row) => this.targetOf(row) === actor) : this.rows;
        byActor.set(actor, questions.length);
        questions.push({ actor, numbers: rows.map((row) => this.table.number(row) - by), steps: path.steps });
      }
      return { path, byActor };
    });
    this.questions = questions;
  }

  private targetOf(row: number): string {
    return this.schemas.partyName(this.table.target(row));
  }

  private get targets(): readonly string[] {
    const addresses = new Set<Address>(this.rows.map((row) => this.table.target(row)));
    return [...addresses].map((address) => this.schemas.partyName(address));
  }

  /** @param answers of each question of the plan, a value for each of its numbers */
  finish(answers: readonly (readonly unknown[])[]): PrintResult {
    const { expression, rows, table } = this;
    const next = answers.map(() => 0);
    const [times, values, numbered]: [number[], number[], number[]] = [[], [], []];
    for (const row of expression ? rows : []) {
      const found = new Map<PathInExpression, unknown>();
      for (const { path, byActor } of this.asked) {
        const question = byActor.get(OF_ACTOR.includes(path.root) ? this.targetOf(row) : path.root)!;
        found.set(path, answers[question]?.[next[question]++]);
      }
      const value = expression!.evaluate((path) => (found.has(path) ? found.get(path) : this.ofMessage(row, path)));
      if (value === undefined) continue;
      this.texts.set(row, shortText(value, 60));
      const number = typeof value === 'boolean' || typeof value === 'bigint' ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isFinite(number)) continue;
      times.push(table.handledAt(row));
      values.push(number);
      numbered.push(row);
    }
    const points = { times: Float64Array.from(times), values: Float64Array.from(values), rows: Int32Array.from(numbered) };
    const count = this.texts.size;
    const hint = count === 0 ? this.hint(this.asked.map(({ path }) => path)) : '';
    return { count, looked: expression ? rows.length : 0, possible: this.possible, all: this.all, hint, ...points };
  }

  private ofMessage(row: number, { root, steps }: PathInExpression): unknown {
    const { table } = this;
    if (root === 'body') return valueAt(this.bodies.of({ frame: table.frame(row) }), steps);
    if (steps.length > 0) return undefined;
    if (root === 'number') return table.number(row) || undefined;
    if (root === 'size') return table.bytes(row) ?? undefined;
    if (root === 'handle') return table.handling(row) ?? undefined;
    const [sent, begun] = [table.sentAt(row), table.begunAt(row)];
    return sent === null || begun === null ? undefined : Math.max(0, begun - sent);
  }
}
