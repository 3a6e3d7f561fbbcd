/**
 * Adds a supervised port to a plan, messages for it and its ends. It draws numbers of its own, so that a plan without it stays what it was
 * for the same seed.
 */
import type { Random } from '../bus/random.js';
import { COURIER_NAMES } from './couriers.js';
import { type Fault, type FaultKind, ordersOf, type Plan, type PlannedCommand, type Step } from './plan.js';

const DESK_CHANCE = 0.4;
/** That a command is followed by a message to the desk. */
const ERRAND_CHANCE = 0.3;
/** That the hand sends it something in a step. */
const CALL_CHANCE = 0.5;
const END_CHANCE = 0.3;
/** That the desk is in a VM of its own. */
const PAINTER_CHANCE = 0.5;
/** That this VM is lost in a step. */
const LOSS_CHANCE = 0.2;
const POISON_CHANCE = 0.08;
const PAYLOADS_BYTES = [0, 1, 200];
const REPEATS_MAX = 6;
const ANSWERS_MS = [0, 0, 3, 20];
/** A hang takes ten seconds of virtual time, which is the time of a whole run: it is the rarest. */
const ENDS = ['trap', 'trap', 'trap', 'opening', 'rejection', 'rejection', 'hang'] as const;
const ACTS = ['urgent', 'work', 'work', 'chore'] as const;
const SENDING = ['urgent', 'work', 'chore', 'ask', 'timer'];

class DeskDrawing {
  private id: number;

  constructor(
    private readonly plan: Plan,
    private readonly random: Random,
    private readonly kinds: readonly FaultKind[],
  ) {
    this.id = Math.max(0, ...[...ordersOf(plan)].map(({ id, count }) => id + count));
  }

  draw(): Plan {
    if (!this.random.chance(DESK_CHANCE) || !this.kinds.includes('desk')) return this.plan;
    const steps = this.plan.steps.map((step) => this.step(step));
    const echoes = () => COURIER_NAMES.map((to) => this.echo(to));
    return { ...this.plan, steps, desk: { vm: 'js', flush: [this.call('work', true), ...echoes()], last: echoes() } };
  }

  private one<T>(choices: readonly T[]): T {
    return choices[this.random.integer(choices.length)];
  }

  private step({ afterMs, faults, commands }: Step): Step {
    const ends: Fault[] = [];
    while (this.random.chance(END_CHANCE)) {
      const how = this.one(ENDS);
      if (this.kinds.includes('deskEnd')) ends.push({ kind: 'deskEnd', how });
    }
    const calls = this.random.chance(CALL_CHANCE) ? [this.call(this.random.chance(0.4) ? 'ask' : this.one(ACTS), false)] : [];
    return { afterMs, faults: [...faults, ...ends], commands: [...this.withErrands(commands, false), ...calls] };
  }

  private withErrands(commands: readonly PlannedCommand[], repeated: boolean): PlannedCommand[] {
    return commands.map((command) => {
      const often = repeated || command.count > 1;
      const inner = this.withErrands(command.commands, often);
      const sends = command.to !== 'hand' && SENDING.includes(command.act);
      const all = this.random.chance(ERRAND_CHANCE) && sends ? [...inner, this.call(this.one(ACTS), often)] : inner;
      // What is in a message that does harm is never carried out.
      return { ...command, commands: command.harm === 'none' ? all : command.commands };
    });
  }

  /** @param repeated poison has an id of its own */
  private call(act: PlannedCommand['act'], repeated: boolean): PlannedCommand {
    const harm = this.random.chance(POISON_CHANCE) && !repeated && this.kinds.includes('poison') ? 'poison' : 'none';
    const count = harm === 'poison' || this.random.chance(0.6) ? 1 : 1 + this.random.integer(REPEATS_MAX);
    const id = this.id;
    this.id += count;
    const delayMs = act === 'ask' ? this.one(ANSWERS_MS) : 0;
    return { act, to: 'desk', id, bytes: this.one(PAYLOADS_BYTES), count, delayMs, harm, commands: [] };
  }

  /** A message that makes its receiver send one to the desk. */
  private echo(to: PlannedCommand['to']): PlannedCommand {
    const plain = { bytes: 0, count: 1, delayMs: 0, harm: 'none' } as const;
    const id = this.id++;
    return { ...plain, act: 'work', to, id, commands: [{ ...plain, act: 'work', to: 'desk', id: this.id++, commands: [] }] };
  }
}

/** @param kinds of faults that may happen */
export const addDesk = (plan: Plan, random: Random, kinds: readonly FaultKind[]): Plan => new DeskDrawing(plan, random, kinds).draw();

/** Has a desk in the VM `painter`, which is lost now and then. A plan without that stays what it was. */
export function addPainter(plan: Plan, random: Random, kinds: readonly FaultKind[]): Plan {
  if (!plan.desk || !random.chance(PAINTER_CHANCE) || !kinds.includes('painter')) return plan;
  const losses = (): Fault[] => (random.chance(LOSS_CHANCE) && kinds.includes('painterLoss') ? [{ kind: 'painterLoss' }] : []);
  const steps = plan.steps.map((step) => ({ ...step, faults: [...step.faults, ...losses()] }));
  return { ...plan, steps, desk: { ...plan.desk, vm: 'painter' } };
}
