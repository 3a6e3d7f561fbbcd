/**
 * The life of the whole system.
 *
 *    idle ──> starting ──────────────────────────────────> up ───────────────> stopping ──> stopped
 *             (VMs ──> links ──> routes ──> actors, ports)  running  ⇄ degraded
 *                │ any of them failed                       running, degraded ──> failed
 *                ▼
 *             abandoning ──> abandoned (everything that had started is ended again)
 *
 * degraded: an actor or port is gone that nobody has stopped; the rest goes on. failed: no actor is left. Both can be stopped, and a
 * degraded system is whole again when its actor is started again.
 */
import { assign, fromPromise, setup } from 'xstate';
import type { StopReport } from '../contract/states.js';

/**
 * What an exhausted budget of the root supervisor means. degrade: the child that exhausted it stays down, the others go on, and each child
 * of the root has a budget of its own. stop: the whole system stops, as in OTP, and an application (application.ts) then begins the next
 * one.
 */
export type Escalation = 'degrade' | 'stop';

export interface SystemCommands {
  startVms(): Promise<void>;
  connect(): Promise<void>;
  route(): Promise<void>;
  startActors(): Promise<void>;
  /** Lets what was sent be handled, then ends everything, actors in reverse order of their start. Never rejects. */
  stop(): Promise<StopReport>;
  /** Ends everything at once, and writes no state: not everything had started, or the system has failed. Never rejects. */
  abandon(): Promise<StopReport>;
}

export interface SystemInput {
  readonly escalation: Escalation;
  readonly commands: SystemCommands;
}

/** The numbers of actors and ports by state, counted by the supervisor. */
export interface Tally {
  readonly actors: number;
  /** Actors that are exhausted, failed or lost. */
  readonly actorsGone: number;
  readonly portsGone: number;
}

export interface SystemContext extends SystemInput {
  readonly tally: Tally;
  /** True when the budget of the root supervisor, or of a port, is exhausted. */
  readonly exhausted: boolean;
  /** True when it was to stop before it was up. */
  readonly stopWanted: boolean;
  readonly error: unknown;
  readonly report: StopReport;
}

export type SystemEvent =
  | { readonly type: 'start' }
  | { readonly type: 'tallied'; readonly tally: Tally }
  /** The budget of the root supervisor, or of a port, is exhausted. */
  | { readonly type: 'exhausted' }
  | { readonly type: 'stop' };

export type SystemState = 'starting' | 'running' | 'degraded' | 'failed' | 'stopping' | 'stopped';

/** When a step of the start fails, everything that had started is ended. */
const onError = { target: '#system.abandoning', actions: 'noteError' } as const;

const hasFailed = ({ exhausted, escalation }: SystemContext): boolean => exhausted && escalation === 'stop';

export const systemMachine = setup({
  types: {
    context: {} as SystemContext,
    events: {} as SystemEvent,
    input: {} as SystemInput,
  },
  actors: {
    startVms: fromPromise<void, SystemCommands>(({ input }) => input.startVms()),
    connect: fromPromise<void, SystemCommands>(({ input }) => input.connect()),
    route: fromPromise<void, SystemCommands>(({ input }) => input.route()),
    startActors: fromPromise<void, SystemCommands>(({ input }) => input.startActors()),
    stop: fromPromise<StopReport, SystemContext>(({ input }) => (hasFailed(input) ? input.commands.abandon() : input.commands.stop())),
    abandon: fromPromise<StopReport, SystemCommands>(({ input }) => input.abandon()),
  },
  guards: {
    noneLeft: ({ context: { tally } }) => tally.actors > 0 && tally.actorsGone === tally.actors,
    someGone: ({ context: { tally } }) => tally.actorsGone > 0 || tally.portsGone > 0,
    stopsOnExhaustion: ({ context }) => context.escalation === 'stop',
    endedEarly: ({ context }) => context.stopWanted || hasFailed(context),
  },
  actions: {
    noteTally: assign(({ context, event }) => ({ tally: event.type === 'tallied' ? event.tally : context.tally })),
    noteError: assign(({ event }) => ({ error: 'error' in event ? event.error : undefined })),
  },
}).createMachine({
  id: 'system',
  context: ({ input }) => ({
    ...input,
    tally: { actors: 0, actorsGone: 0, portsGone: 0 },
    exhausted: false,
    stopWanted: false,
    error: undefined,
    report: [],
  }),
  initial: 'idle',
  on: {
    tallied: { actions: 'noteTally' },
    exhausted: { actions: assign({ exhausted: true }) },
    stop: { actions: assign({ stopWanted: true }) },
  },
  states: {
    idle: { on: { start: 'starting' } },
    starting: {
      initial: 'vms',
      states: {
        vms: { invoke: { src: 'startVms', input: ({ context }) => context.commands, onDone: 'links', onError } },
        links: { invoke: { src: 'connect', input: ({ context }) => context.commands, onDone: 'routes', onError } },
        routes: { invoke: { src: 'route', input: ({ context }) => context.commands, onDone: 'actors', onError } },
        actors: { invoke: { src: 'startActors', input: ({ context }) => context.commands, onDone: '#system.up', onError } },
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
        tallied: { target: '.judging', actions: 'noteTally' },
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
