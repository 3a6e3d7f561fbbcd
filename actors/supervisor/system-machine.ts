/**
 * The life of the whole system.
 *
 *    idle ──> starting ──────────────────────────────────> up ───────────────> stopping ──> stopped
 *             (VMs ──> links ──> routes ──> actors, ports)  running  ⇄ degraded
 *                │ any of them failed                       running, degraded ──> failed
 *                ▼
 *             abandoning ──> abandoned (everything that had started is ended again)
 */
import { assign, fromPromise, setup } from 'xstate';
import type { StopReport } from '../contract/states.js';
import type { Directory } from './directory.js';
import type { Lifecycle } from './lifecycle.js';
import type { Escalation } from './supervision.js';

interface SystemInput {
  readonly escalation: Escalation;
  readonly commands: Lifecycle;
  readonly directory: Directory;
}

interface SystemContext extends SystemInput {
  /** True when the budget of the root supervisor, or of a port, is exhausted. */
  readonly exhausted: boolean;
  /** True when it was to stop before it was up. */
  readonly stopWanted: boolean;
  readonly error: unknown;
  readonly report: StopReport;
}

type SystemEvent =
  | { readonly type: 'start' }
  /** A party is gone, or there again. */
  | { readonly type: 'changed' }
  /** The budget of the root supervisor, or of a port, is exhausted. */
  | { readonly type: 'exhausted' }
  | { readonly type: 'stop' };

const hasFailed = ({ exhausted, escalation }: SystemContext): boolean => exhausted && escalation === 'stop';

export const systemMachine = setup({
  types: {
    context: {} as SystemContext,
    events: {} as SystemEvent,
    input: {} as SystemInput,
  },
  actors: {
    start: fromPromise<void, Lifecycle>(({ input }) => input.start()),
    stop: fromPromise<StopReport, SystemContext>(({ input }) => (hasFailed(input) ? input.commands.abandon() : input.commands.stop())),
    abandon: fromPromise<StopReport, Lifecycle>(({ input }) => input.abandon()),
  },
  guards: {
    noneLeft: ({ context }) => context.directory.noActorIsLeft,
    someGone: ({ context }) => context.directory.parties.some(({ gone }) => gone),
    stopsOnExhaustion: ({ context }) => context.escalation === 'stop',
    endedEarly: ({ context }) => context.stopWanted || hasFailed(context),
  },
  actions: {
    noteError: assign(({ event }) => ({ error: 'error' in event ? event.error : undefined })),
  },
}).createMachine({
  id: 'system',
  context: ({ input }) => ({
    ...input,
    exhausted: false,
    stopWanted: false,
    error: undefined,
    report: [],
  }),
  initial: 'idle',
  on: {
    exhausted: { actions: assign({ exhausted: true }) },
    stop: { actions: assign({ stopWanted: true }) },
  },
  states: {
    idle: { on: { start: 'starting' } },
    starting: {
      invoke: {
        src: 'start',
        input: ({ context }) => context.commands,
        onDone: 'up',
        onError: { target: 'abandoning', actions: 'noteError' },
      },
    },
    abandoning: {
      invoke: { src: 'abandon', input: ({ context }) => context.commands, onDone: 'abandoned', onError: 'abandoned' },
    },
    abandoned: { type: 'final' },
    up: {
      always: { guard: 'endedEarly', target: 'stopping' },
      initial: 'judging',
      states: {
        judging: {
          always: [{ guard: 'noneLeft', target: 'failed' }, { guard: 'someGone', target: 'degraded' }, { target: 'running' }],
        },
        running: {},
        degraded: {},
        failed: {},
      },
      on: {
        changed: '.judging',
        exhausted: { guard: 'stopsOnExhaustion', target: 'stopping', actions: assign({ exhausted: true }) },
        stop: 'stopping',
      },
    },
    stopping: {
      invoke: {
        src: 'stop',
        input: ({ context }) => context,
        onDone: { target: 'stopped', actions: assign({ report: ({ event }) => event.output }) },
        onError: { target: 'stopped', actions: 'noteError' },
      },
    },
    stopped: { type: 'final' },
  },
});
