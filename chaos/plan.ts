/**
 * A run of the chaos application as data: what the hand sends, and what goes wrong when. Drawn from a seed, cut down when it fails,
 * printed, and
 * read from a file again.
 */

import type { Side } from '../actors/contract/states.js';
import type { Strategy } from '../actors/supervisor/tree/specification.js';
import type { CourierName } from './couriers.js';
import type { DeskEnd } from './desk.js';
import type { ACTS, HARMS } from './protocol/courier.js';

export type Act = (typeof ACTS)[number];
export type Harm = (typeof HARMS)[number];

/** What its receiver is told to do; at the top, what the hand does. Ids ascend over the whole plan. */
export interface PlannedCommand {
  readonly act: Act;
  readonly to: CourierName | 'hand' | 'desk';
  readonly id: number;
  readonly bytes: number;
  readonly count: number;
  readonly delayMs: number;
  readonly harm: Harm;
  /** Carried out by whoever receives it; of a timer, by who started it. */
  readonly commands: readonly PlannedCommand[];
}

export type Fault =
  /** The next frame of an actor traps. */
  | { readonly kind: 'trap'; readonly actor: CourierName }
  /** The handler of the next frame of an actor never returns. */
  | { readonly kind: 'hang'; readonly actor: CourierName }
  /** Every frame of the VM's actors traps with this probability for so long. */
  | { readonly kind: 'traps'; readonly vm: Side; readonly rate: number; readonly forMs: number }
  /** An actor moves to a VM with all that is on its way. */
  | { readonly kind: 'move'; readonly actor: CourierName; readonly vm: Side }
  /** The thread ends between two pieces of work. */
  | { readonly kind: 'loss'; readonly vm: Side }
  /** The thread ends while an actor handles a batch: its state has changed, and nothing has left. */
  | { readonly kind: 'lossInHandler'; readonly actor: CourierName }
  /** The thread ends, and the next one does as the VM comes to this state, some turns later. */
  | {
      readonly kind: 'lossInRecovery';
      readonly vm: Side;
      readonly state: 'restarting' | 'recovering' | 'running';
      readonly turns: number;
    }
  /** When nothing is on its way, an actor is stopped by a command, and started again with its state. */
  | { readonly kind: 'stop'; readonly actor: CourierName }
  /** An actor traps and the thread ends in the same moment. */
  | { readonly kind: 'trapAndLoss'; readonly actor: CourierName }
  /** The newest poison message is handled again in a throw-away instance. */
  | { readonly kind: 'trial' }
  /**
   * An incarnation of the desk ends: at the frame after this one, as the next incarnation opens, or when a handler's promise is rejected.
   */
  | { readonly kind: 'deskEnd'; readonly how: 'trap' | 'hang' | DeskEnd }
  /** The painter's thread ends between two pieces of work, and with it the desk. */
  | { readonly kind: 'painterLoss' };

/** Kinds of faults that strike at one time. */
export type StrikeKind = Fault['kind'] | 'poison' | 'full';
/** The conditions of a whole run. */
export type Condition = 'slow' | 'group' | 'failOver' | 'unshared' | 'desk' | 'painter';
export type FaultKind = StrikeKind | Condition;
export const FAULT_KINDS: readonly FaultKind[] = [
  'trap',
  'traps',
  'hang',
  'move',
  'loss',
  'lossInHandler',
  'lossInRecovery',
  'trapAndLoss',
  'poison',
  'slow',
  'full',
  'stop',
  'group',
  'failOver',
  'unshared',
  'desk',
  'deskEnd',
  'painter',
  'painterLoss',
  'trial',
];

export interface Step {
  readonly afterMs: number;
  readonly faults: readonly Fault[];
  readonly commands: readonly PlannedCommand[];
}

/** Actors that are restarted together. */
export interface Group {
  readonly strategy: Extract<Strategy, 'one_for_all' | 'rest_for_one'>;
  /** In the order of their start. */
  readonly members: readonly CourierName[];
}

export interface DeskTail {
  /** The VM that it is in: one with actors, or one that has ports alone. */
  readonly vm: 'js' | 'painter';
  /** For faults to strike that were ordered and have not struck. */
  readonly flush: readonly PlannedCommand[];
  /** Sent after that: it arrives, whatever was before. */
  readonly last: readonly PlannedCommand[];
}

export interface Plan {
  /** Seed of the links. */
  readonly seed: number;
  readonly placement: Readonly<Record<CourierName, Side>>;
  readonly delayMicrosMax: number;
  /** Size of each VM's journal. */
  readonly journalBytes: number;
  /** Whether journals and links outlive the threads that write them. */
  readonly sharedMemory: boolean;
  /** Under a supervisor of its own; null when every actor is restarted alone. */
  readonly group: Group | null;
  /** How long an actor that has crashed twice in Wasm goes on in JavaScript; null when plans alone say which actor moves. */
  readonly failOverMs: number | null;
  /** Links refuse frames as full ones do; none when the rate is 0. */
  readonly refusals: { readonly rate: number; readonly microsMax: number };
  readonly steps: readonly Step[];
  /** Whether there is a supervised port, and what is sent when all has come to rest. */
  readonly desk: DeskTail | null;
}

const withoutHarm = (commands: readonly PlannedCommand[]): PlannedCommand[] =>
  commands.filter(({ harm }) => harm === 'none').map((command) => ({ ...command, commands: withoutHarm(command.commands) }));

/** The same run when nothing goes wrong. Messages that do harm are left out: they change nothing. */
export const calmOf = (plan: Plan): Plan => ({
  ...plan,
  refusals: { rate: 0, microsMax: 0 },
  sharedMemory: true,
  group: null,
  failOverMs: null,
  steps: plan.steps.map((step) => ({ ...step, faults: [], commands: withoutHarm(step.commands) })),
});

const withoutDeskIn = (commands: readonly PlannedCommand[]): PlannedCommand[] =>
  commands.filter(({ to }) => to !== 'desk').map((command) => ({ ...command, commands: withoutDeskIn(command.commands) }));

/** With the desk, if there is one, among actors. */
export const withoutPainter = (plan: Plan): Plan => ({
  ...plan,
  desk: plan.desk && { ...plan.desk, vm: 'js' },
  steps: plan.steps.map((step) => ({ ...step, faults: step.faults.filter(({ kind }) => kind !== 'painterLoss') })),
});

export const withoutDesk = (plan: Plan): Plan => ({
  ...plan,
  desk: null,
  steps: plan.steps.map(({ afterMs, faults, commands }) => ({
    afterMs,
    faults: faults.filter(({ kind }) => kind !== 'deskEnd' && kind !== 'painterLoss'),
    commands: withoutDeskIn(commands),
  })),
});

/** Ids of the messages that do harm to couriers, each as often as it is sent. */
export function harmfulIn(commands: readonly PlannedCommand[]): number[] {
  return commands.flatMap(({ harm, to, id, count, commands: inner }) => {
    if (harm !== 'none') return to === 'desk' ? [] : Array.from({ length: count }, (_, i) => id + i);
    const within = harmfulIn(inner);
    return Array.from({ length: count }, () => within).flat();
  });
}

export function* commandsIn(commands: readonly PlannedCommand[]): Generator<PlannedCommand> {
  for (const command of commands) {
    yield command;
    yield* commandsIn(command.commands);
  }
}

/** Every command of a plan, also those within others. */
export function* ordersOf(plan: Plan): Generator<PlannedCommand> {
  for (const { commands } of plan.steps) yield* commandsIn(commands);
}

/** Ids of the messages that do harm to the desk: each is sent once. */
export const deskPoisonOf = (plan: Plan): number[] =>
  [...ordersOf(plan)].filter(({ to, harm }) => to === 'desk' && harm !== 'none').map(({ id }) => id);

/** Bytes of one command from which on a burst is meant to fill what it goes through. */
const FULL_BYTES = 1 << 20;
const isBurst = ({ bytes, count }: PlannedCommand): boolean => bytes * count >= FULL_BYTES || count > 1_000;

/** How often each kind of fault strikes in a plan. */
export function faultsOf(plan: Plan): ReadonlyMap<StrikeKind, number> {
  const counts = new Map<StrikeKind, number>();
  const add = (kind: StrikeKind) => counts.set(kind, (counts.get(kind) ?? 0) + 1);
  for (const { faults } of plan.steps) for (const { kind } of faults) add(kind);
  for (const command of ordersOf(plan)) {
    if (command.harm === 'poison') add('poison');
    if (isBurst(command)) add('full');
  }
  return counts;
}

const CONDITIONS: Readonly<Record<Condition, (plan: Plan) => boolean>> = {
  slow: ({ refusals }) => refusals.rate > 0,
  group: ({ group }) => group !== null,
  failOver: ({ failOverMs }) => failOverMs !== null,
  unshared: ({ sharedMemory }) => !sharedMemory,
  desk: ({ desk }) => desk !== null,
  painter: ({ desk }) => desk?.vm === 'painter',
};

export const conditionsOf = (plan: Plan): Condition[] =>
  (Object.keys(CONDITIONS) as Condition[]).filter((condition) => CONDITIONS[condition](plan));
