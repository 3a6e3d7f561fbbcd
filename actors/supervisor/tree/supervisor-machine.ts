/**
 * The life of one supervisor.
 *
 *    idle ──> starting ──────> ready ⇄ busy ───────────────> ending ──> ended
 *                │ a child failed                           (children in reverse order)
 *                ▼
 *            abandoning ──> ended
 *
 * It handles one item of its queue at a time, in order of arrival, like a process its messages: the end of a child, an attempt to
 * restart it, what a person asks for. Ending the supervisor itself can be asked for at any time: the present item then finishes as
 * soon as it can, and those that wait are refused.
 */
import { assign, fromPromise, setup } from 'xstate';
import type { Exit, Purpose } from './child.js';

/** Why and how a supervisor ends. */
export interface Ending {
  readonly exit: Exit;
  readonly purpose: Purpose;
}

export interface QueueItem {
  /** @returns why and how the supervisor ends, if it comes to that. Never rejects */
  run(): Promise<Ending | undefined>;
  /** Called when the supervisor has ended before this item's turn. */
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
  readonly queue: readonly QueueItem[];
  /** Present once the supervisor is to end. */
  readonly ending: Ending | undefined;
}

type SupervisorEvent =
  | { readonly type: 'start' }
  | { readonly type: 'enqueue'; readonly item: QueueItem }
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
    takeNext: fromPromise<Ending | undefined, QueueItem>(({ input }) => input.run()),
  },
  guards: {
    isToEnd: ({ context }) => context.ending !== undefined,
    hasNext: ({ context }) => context.queue.length > 0,
  },
  actions: {
    enqueue: assign(({ context, event }) => ({ queue: event.type === 'enqueue' ? [...context.queue, event.item] : context.queue })),
    noteEnding: assign(({ context, event }) => {
      if (event.type !== 'end' || (context.ending && event.ending.exit.reason !== 'killed')) return {};
      return { ending: event.ending };
    }),
    refuse: ({ event }) => event.type === 'enqueue' && event.item.refuse(),
    refuseAll: assign(({ context }) => {
      for (const item of context.queue) item.refuse();
      return { queue: [] };
    }),
  },
}).createMachine({
  id: 'supervisor',
  context: ({ input }) => ({ commands: input, queue: [], ending: undefined }),
  initial: 'idle',
  on: { enqueue: { actions: 'enqueue' }, end: { actions: 'noteEnding' } },
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
        { guard: 'hasNext', target: 'busy' },
      ],
    },
    busy: {
      invoke: {
        src: 'takeNext',
        input: ({ context }) => context.queue[0],
        onDone: {
          target: 'ready',
          actions: assign(({ context, event }) => ({ queue: context.queue.slice(1), ending: context.ending ?? event.output })),
        },
      },
    },
    ending: {
      entry: 'refuseAll',
      on: { enqueue: { actions: 'refuse' } },
      invoke: { src: 'endChildren', input: ({ context }) => context, onDone: 'ended' },
    },
    ended: { entry: 'refuseAll', on: { enqueue: { actions: 'refuse' }, end: {} } },
  },
});
