/**
 * Draws a plan from a seed. The catch: what is drawn depends on the kinds of faults that are asked for, so both are needed to draw it
 * again.
 */
import { Random } from '../bus/random.js';
import { JOURNAL_BYTES, MAILBOX_BYTES_MAX, MAILBOX_FORCED_SHARE_MAX, REQUESTS_IN_FLIGHT_MAX } from '../protocol/limits.js';
import { COURIER_NAMES, type CourierName } from './couriers.js';
import { addDesk, addPainter } from './draw-desk.js';
import type { Act, Fault, FaultKind, Group, Plan, PlannedCommand, Step } from './plan.js';

const STEPS = { least: 5, most: 16 };
const COMMANDS_PER_STEP_MAX = 3;
const DEPTH_MAX = 4;
const REPEATS_MAX = 12;
const FAULT_CHANCE = 0.35;
const POISON_CHANCE = 0.06;
const FULL_CHANCE = 0.03;
/** Times on the virtual clock: many steps come while the effects of the last one are on their way. */
const PAUSES_MS = [0, 0, 0, 1, 2, 3, 5, 8, 20];
const DELAYS_MICROS_MAX = [100, 2_000, 2_000, 10_000];
const PAYLOADS_BYTES = [0, 0, 1, 17, 200, 200, 3_000, 40_000];
/** Bytes of a message in a flood: five fill a mailbox. */
const FLOOD_BYTES = 900_000;
/** Journals that are full, with checkpoints due, again and again. At least room for the largest batch. */
const SMALL_JOURNALS_BYTES = [128 << 10, 128 << 10, 512 << 10];
/** What all commands carry together: beyond it what waits makes each checkpoint large, and a seed takes a second. */
const SMALL_BYTES_MAX = 1 << 20;
/** Shorter than it takes to see that a run has come to rest: who goes back has gone back by then. */
const FAIL_OVERS_MS = [5, 30, 90];
const WORKERS = ['js', 'wasm'] as const;
const ACT_DRAWS: readonly Act[] = [
  ...(['work', 'work', 'work', 'urgent', 'urgent', 'chore', 'chore', 'ask', 'ask', 'ask', 'news', 'news', 'timer', 'note'] as const),
  'rumour',
];
/** Acts that the hand can do itself. */
const FIRST_ACTS: readonly Act[] = ['work', 'work', 'work', 'urgent', 'chore', 'ask', 'note', 'rumour'];

/** Payloads that are set going by these commands. */
export const bytesOf = (commands: readonly PlannedCommand[]): number =>
  commands.reduce((sum, { bytes, count, commands: inner }) => sum + count * (bytes + bytesOf(inner)), 0);

/** Requests of couriers that are set going by these commands, each of which is carried out so many times. */
export const asksOf = (commands: readonly PlannedCommand[], times = 1): number =>
  commands.reduce((sum, { act, count, commands: inner }) => sum + times * (act === 'ask' ? count : 0) + asksOf(inner, times * count), 0);

const once = (commands: readonly PlannedCommand[], isMeant: (command: PlannedCommand) => boolean): PlannedCommand[] =>
  commands.map((command) => ({ ...command, count: isMeant(command) ? 1 : command.count, commands: once(command.commands, isMeant) }));

/** Whoever asks more than may be in flight is refused the rest, which no plan is about. */
export const STEP_ASKS_MAX = REQUESTS_IN_FLIGHT_MAX / 2;
/** More than this to one courier from itself is refused for good. */
export const STEP_BYTES_MAX = (MAILBOX_BYTES_MAX * MAILBOX_FORCED_SHARE_MAX) / 2;

/** Takes repetitions out of what would go beyond the bounds of the runtime. */
function bounded({ commands, ...step }: Step): Step {
  const few = asksOf(commands) > STEP_ASKS_MAX ? once(commands, ({ act }) => act === 'ask') : commands;
  const isTooMuch = asksOf(few) > STEP_ASKS_MAX || bytesOf(few) > STEP_BYTES_MAX;
  return { ...step, commands: isTooMuch ? once(few, () => true) : few };
}

class Drawing {
  private id = 0;

  constructor(
    private readonly random: Random,
    private readonly kinds: readonly FaultKind[],
    /** What is timed is a stream of its own: in a long plan there would be thousands. */
    private readonly timed: boolean,
  ) {}

  one<T>(choices: readonly T[]): T {
    return choices[this.random.integer(choices.length)];
  }

  private allows(kind: FaultKind, chance: number): boolean {
    return this.random.chance(chance) && this.kinds.includes(kind);
  }

  plan(seed: number): Plan {
    const slow = this.allows('slow', 0.4);
    const count = STEPS.least + this.random.integer(STEPS.most - STEPS.least + 1);
    const steps = Array.from({ length: count }, () => bounded(this.step()));
    const bytes = steps.reduce((sum, { commands }) => sum + bytesOf(commands), 0);
    return {
      seed,
      placement: Object.fromEntries(COURIER_NAMES.map((name) => [name, this.one(WORKERS)])) as Plan['placement'],
      delayMicrosMax: this.one(DELAYS_MICROS_MAX),
      refusals: slow ? { rate: this.one([0.02, 0.1, 0.3]), microsMax: this.one([1_000, 5_000, 30_000]) } : { rate: 0, microsMax: 0 },
      journalBytes: bytes > SMALL_BYTES_MAX ? JOURNAL_BYTES : this.one(SMALL_JOURNALS_BYTES),
      sharedMemory: !this.allows('unshared', 0.5),
      group: this.allows('group', 0.3) ? this.group() : null,
      failOverMs: this.allows('failOver', 0.3) ? this.one(FAIL_OVERS_MS) : null,
      steps,
      desk: null,
    };
  }

  /** Two or more couriers, in any order. */
  private group(): Group {
    const names = [...COURIER_NAMES];
    const members = Array.from({ length: 2 + this.random.integer(names.length - 1) }, () => {
      const [name] = names.splice(this.random.integer(names.length), 1);
      return name;
    });
    return { strategy: this.one(['one_for_all', 'rest_for_one'] as const), members };
  }

  threadsPlan(seed: number, faults: number, sharedMemory: boolean): Plan {
    return {
      seed,
      placement: THREADS_PLACEMENT,
      delayMicrosMax: 1_000,
      journalBytes: JOURNAL_BYTES,
      sharedMemory,
      group: null,
      failOverMs: null,
      refusals: { rate: 0, microsMax: 0 },
      steps: Array.from({ length: faults }, () => this.threadsStep()),
      desk: null,
    };
  }

  private threadsStep(): Step {
    const actor = this.one(COURIER_NAMES);
    const kind = this.one(THREADS_FAULTS);
    const fault: Fault = kind === 'loss' ? { kind, vm: this.one(WORKERS) } : { kind, actor };
    const commands = [this.command(this.one(FIRST_ACTS), 1, false), this.command('work', 1, false)];
    return { afterMs: 0, faults: [fault], commands: [...commands, ...COURIER_NAMES.map((to) => this.echo(to))] };
  }

  /** A message that its receiver answers to the hand. */
  private echo(to: CourierName): PlannedCommand {
    const command = { bytes: 0, count: 1, delayMs: 0, harm: 'none' } as const;
    const id = ++this.id;
    return { ...command, act: 'work', to, id, commands: [{ ...command, act: 'urgent', to: 'hand', id: ++this.id, commands: [] }] };
  }

  private step(): Step {
    const faults: Fault[] = [];
    while (this.random.chance(FAULT_CHANCE)) {
      const fault = this.fault();
      if (fault) faults.push(fault);
    }
    const commands = Array.from({ length: 1 + this.random.integer(COMMANDS_PER_STEP_MAX) }, () =>
      this.command(this.one(FIRST_ACTS), 1, false),
    );
    if (this.allows('full', FULL_CHANCE)) commands.push(this.flood());
    return { afterMs: this.one(PAUSES_MS), faults, commands };
  }

  private fault(): Fault | null {
    const kind = this.one(this.kinds);
    const actor = this.one(COURIER_NAMES);
    const vm = this.one(WORKERS);
    switch (kind) {
      case 'trap':
      case 'hang':
      case 'lossInHandler':
      case 'stop':
      case 'trapAndLoss':
        return { kind, actor };
      case 'loss':
        return { kind, vm };
      case 'move':
        return { kind, actor, vm };
      case 'traps':
        return { kind, vm, rate: this.one([0.05, 0.2]), forMs: 1 + this.random.integer(20) };
      case 'lossInRecovery':
        return { kind, vm, state: this.one(['restarting', 'recovering', 'running'] as const), turns: this.random.integer(12) };
      default:
        return null;
    }
  }

  /**
   * @param repeated within a command that is carried out several times: a timer would not be the only one with its number, a note not the
   * newest
   */
  private command(act: Act, depth: number, repeated: boolean): PlannedCommand {
    const poisonous = this.allows('poison', POISON_CHANCE) && !repeated && ['work', 'urgent', 'chore', 'ask'].includes(act);
    // The hand alone asks what kills: a courier would note the failure, which the calm run does not know.
    const harm = poisonous && (act !== 'ask' || depth === 1) ? 'poison' : 'none';
    const count = act === 'timer' || this.random.chance(0.7) ? 1 : 1 + this.random.integer(harm === 'none' ? REPEATS_MAX : 2);
    const lasting = act === 'timer' || (this.timed && act === 'ask' && count === 1 && !repeated && this.random.chance(0.3));
    const toHand = depth > 1 && this.random.chance(0.3) && ['work', 'urgent', 'chore'].includes(act) && harm === 'none';
    const id = ++this.id;
    this.id += count - 1;
    return {
      act,
      to: toHand ? 'hand' : this.one(COURIER_NAMES),
      id,
      bytes: this.one(PAYLOADS_BYTES),
      count,
      delayMs: lasting ? 1 + this.random.integer(30) : 0,
      harm,
      commands: toHand || act === 'news' || act === 'note' || act === 'rumour' ? [] : this.commands(depth + 1, repeated || count > 1),
    };
  }

  private commands(depth: number, repeated: boolean): PlannedCommand[] {
    if (depth > DEPTH_MAX) return [];
    const acts = Array.from({ length: this.random.integer(3) }, () => this.one(ACT_DRAWS));
    return acts
      .filter((act) => (act !== 'timer' || (this.timed && !repeated)) && (act !== 'note' || !repeated))
      .map((act) => this.command(act, depth, repeated));
  }

  /** More than a mailbox takes, in bytes or in frames. */
  private flood(): PlannedCommand {
    const large = this.random.chance(0.6);
    const [bytes, count] = large ? [FLOOD_BYTES, 6] : [0, 4_500];
    const id = ++this.id;
    this.id += count - 1;
    return {
      act: this.one(['work', 'chore'] as const),
      to: this.one(COURIER_NAMES),
      id,
      bytes,
      count,
      delayMs: 0,
      harm: 'none',
      commands: [],
    };
  }
}

/** From numbers of their own, so that they change nothing else of a plan. */
const DRAWN_APART: readonly FaultKind[] = ['desk', 'deskEnd', 'painter', 'painterLoss', 'trial'];
const TRIAL_CHANCE = 0.15;

function addTrials(plan: Plan, random: Random, kinds: readonly FaultKind[]): Plan {
  const trials = (): Fault[] => (random.chance(TRIAL_CHANCE) && kinds.includes('trial') ? [{ kind: 'trial' }] : []);
  return { ...plan, steps: plan.steps.map((step) => ({ ...step, faults: [...step.faults, ...trials()] })) };
}

/** @param kinds of faults that may happen */
export function drawPlan(seed: number, kinds: readonly FaultKind[]): Plan {
  const random = new Random(seed);
  const plan = new Drawing(
    random,
    kinds.filter((kind) => !DRAWN_APART.includes(kind)),
    true,
  ).plan(seed);
  const withDesk = addPainter(addDesk(plan, random.fork('desk'), kinds), random.fork('painter'), kinds);
  return addTrials(withDesk, random.fork('trials'), kinds);
}

/** Both VMs have actors, so that either can be lost. */
const THREADS_PLACEMENT = { amber: 'js', birch: 'wasm', cedar: 'wasm', dune: 'js', ember: 'wasm' } as const;
/** A tenth are hangs: each takes a second to be noticed, and two more to be ended in Chromium. */
const THREADS_FAULTS = ['trap', 'trap', 'trap', 'trap', 'trap', 'trap', 'loss', 'loss', 'loss', 'hang'] as const;

/**
 * Plans for real threads: so many faults one after another, each with messages for all, which they answer. Half of them without shared
 * memory.
 */
export function drawThreadsPlans(seed: number, faults: number): Plan[] {
  const drawing = new Drawing(new Random(seed), ['poison'], false);
  const unshared = faults >> 1;
  const plans = [drawing.threadsPlan(seed, faults - unshared, true)];
  if (unshared > 0) plans.push(drawing.threadsPlan(seed, unshared, false));
  return plans;
}
