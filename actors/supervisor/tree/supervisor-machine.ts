/**
 * The life of one supervisor.
 *
 *    idle ──> starting ──────> ready ⇄ busy ───────────────> ending ──> ended
 *                │ a child failed                           (children in reverse order)
 *                ▼
 *            abandoning ──> ended
 *
 * One order at a time, in the order in which they came, as a process takes its messages: the end of a child, a try to restart it, what a person
 * asks for. The end of the supervisor itself is asked for at any time; an order in hand then comes to an end as soon as it can, and those that
 * wait are refused.
 */
import { assign, fromPromise, setup } from 'xstate';
import type { Exit, Purpose } from './child.js';

/** Why and how a supervisor ends. */
export interface Ending {
  readonly exit: Exit;
  readonly purpose: Purpose;
}

export interface Order {
  /** @returns the end of the supervisor, if it comes to that. Never rejects */
  run(): Promise<Ending | undefined>;
  /** The supervisor has ended before it. */
  refuse(): void;
}

export interface SupervisorCommands {
  /** @throws ChildStartError */
  startChildren(): Promise<void>;
  /** Never rejects. */
  endChildren(purpose: Purpose): Promise<void>;
}

interface SupervisorContext {
  readonly commands: SupervisorCommands;
  readonly orders: readonly Order[];
  /** Present once it is to end. */
  readonly ending: Ending | undefined;
}

type SupervisorEvent =
  | { readonly type: 'start' }
  | { readonly type: 'order'; readonly order: Order }
  | { readonly type: 'end'; readonly ending: Ending };

const purposeOf = ({ ending }: SupervisorContext): Purpose => ending?.purpose ?? 'stop';

export const supervisorMachine = setup({
  types: {
    context: {} as SupervisorContext,
    events: {} as SupervisorEvent,
    input: {} as SupervisorCommands,
  },
  actors: {
    startChildren: fromPromise<void, SupervisorContext>(({ input }) => input.commands.startChildren()),
    endChildren: fromPromise<void, SupervisorContext>(({ input }) => input.commands.endChildren(purposeOf(input))),
    takeOrder: fromPromise<Ending | undefined, Order>(({ input }) => input.run()),
  },
  guards: {
    isToEnd: ({ context }) => context.ending !== undefined,
    hasOrder: ({ context }) => context.orders.length > 0,
  },
  actions: {
    queue: assign(({ context, event }) => ({ orders: event.type === 'order' ? [...context.orders, event.order] : context.orders })),
    noteEnding: assign(({ context, event }) => {
      if (event.type !== 'end' || (context.ending && event.ending.exit.reason !== 'killed')) return {};
      return { ending: event.ending };
    }),
    refuse: ({ event }) => event.type === 'order' && event.order.refuse(),
    refuseAll: assign(({ context }) => {
      for (const order of context.orders) order.refuse();
      return { orders: [] };
    }),
  },
}).createMachine({
  id: 'supervisor',
  context: ({ input }) => ({ commands: input, orders: [], ending: undefined }),
  initial: 'idle',
  on: { order: { actions: 'queue' }, end: { actions: 'noteEnding' } },
  states: {
    idle: { on: { start: 'starting' } },
    starting: {
      invoke: {
        src: 'startChildren',
        input: ({ context }) => context,
        onDone: 'ready',
        onError: {
          target: 'abandoning',
          actions: assign({
            ending: ({ event }) => ({ exit: { reason: 'error' as const, detail: event.error }, purpose: 'stop' as const }),
          }),
        },
      },
    },
    abandoning: { invoke: { src: 'endChildren', input: ({ context }) => context, onDone: 'ended' } },
    ready: {
      always: [
        { guard: 'isToEnd', target: 'ending' },
        { guard: 'hasOrder', target: 'busy' },
      ],
    },
    busy: {
      invoke: {
        src: 'takeOrder',
        input: ({ context }) => context.orders[0],
        onDone: {
          target: 'ready',
          actions: assign(({ context, event }) => ({ orders: context.orders.slice(1), ending: context.ending ?? event.output })),
        },
      },
    },
    ending: {
      entry: 'refuseAll',
      on: { order: { actions: 'refuse' } },
      invoke: { src: 'endChildren', input: ({ context }) => context, onDone: 'ended' },
    },
    ended: { entry: 'refuseAll', on: { order: { actions: 'refuse' }, end: {} } },
  },
});
