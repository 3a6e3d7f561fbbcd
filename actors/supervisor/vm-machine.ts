/**
 * The life of one VM as its supervisor sees it.
 *
 *    idle ──> starting ──> running ──> stopping, killing ──> stopped
 *               │ error       │ its thread ended unasked
 *               ▼             │
 *          may fail over?     │
 *          yes: starting      │
 *          no: failed         ▼
 *                          may be started again, budget left? ── no ──> may fail over? ── no ──> lost
 *                             │ yes            ▲                       │ yes, with a new budget
 *                             ▼                │ error, or lost again  │
 *                          restarting ──> recovering ──> running       │
 *                             ▲                                        │
 *                             └────────────────────────────────────────┘
 *
 * restarting: the thread that was lost is ended for sure, and another started on its memory. recovering: it is linked, and its actors
 * handle again what is not in its last checkpoint. One that has failed over runs the JavaScript twins of its actors, for good. A VM that cannot go on in either
 * way stays lost: its actors are `lost`, their routes are taken away so that requests to them settle as `unreachable`, and the system says that it is degraded.
 */
import { assign, fromPromise, setup } from 'xstate';
import type { VmHandle } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import { reasonOf } from '../contract/thrown.js';
import { admitRestart, type Intensity, type RestartTimes } from './intensity.js';

export interface VmCommands {
  /** @param failedOver as for `restart` */
  start(failedOver: boolean): Promise<VmHandle>;
  /** Whether all who are in it could begin as their JavaScript twins. */
  mayStartFailedOver(): boolean;
  /** Whether a VM that was lost now could go on. */
  mayRestart(): boolean;
  /** Whether it has actors that could go on as their JavaScript twins. */
  mayFailOver(): boolean;
  /** The next incarnation, on the memory of the one that was lost. @param failedOver failed over, with the JavaScript twins of its actors */
  restart(failedOver: boolean): Promise<VmHandle>;
  /** Links it and lets its actors go on. When that fails its thread is ended. */
  recover(handle: VmHandle): Promise<void>;
}

export interface VmInput {
  readonly vm: VmName;
  readonly intensity: Intensity;
  readonly nowMicros: () => number;
  readonly commands: VmCommands;
}

export interface VmContext extends VmInput {
  /** Present once it has started. */
  readonly handle: VmHandle | undefined;
  /** Why it is lost or failed. */
  readonly reason: string;
  readonly error: unknown;
  readonly times: RestartTimes;
  /** Its actors go on as their JavaScript twins: it could not in Wasm. */
  readonly failedOver: boolean;
}

/** `stop` asks the VM to shut down; `kill` ends its thread at once. */
export type VmEvent =
  | { readonly type: 'start' }
  | { readonly type: 'lost'; readonly reason: string }
  | { readonly type: 'stop' }
  | { readonly type: 'kill' };

export type VmState =
  | 'idle'
  | 'starting'
  | 'running'
  | 'restarting'
  | 'recovering'
  | 'stopping'
  | 'killing'
  | 'stopped'
  | 'lost'
  | 'failed';

/** A VM that does not shut down when asked is ended all the same; so is one that was never asked. */
async function shutDown(handle: VmHandle): Promise<void> {
  await handle.control.shutdown().catch(() => undefined);
  await handle.terminate();
}

const admitted = ({ times, nowMicros, intensity }: VmContext): RestartTimes | null => admitRestart(times, nowMicros(), intensity);

/** What becomes of a VM that was lost. */
const onLoss = [
  { guard: 'mayRestart', target: '#vm.restarting', reenter: true, actions: ['noteReason', 'countRestart'] },
  { guard: 'mayFailOver', target: '#vm.restarting', reenter: true, actions: ['noteReason', 'failOver'] },
  { target: '#vm.lost', actions: 'noteReason' },
] as const;

export const vmMachine = setup({
  types: {
    context: {} as VmContext,
    events: {} as VmEvent,
    input: {} as VmInput,
  },
  actors: {
    start: fromPromise<VmHandle, VmContext>(({ input }) => input.commands.start(input.failedOver)),
    restart: fromPromise<VmHandle, VmContext>(async ({ input }) => {
      await input.handle?.terminate();
      return input.commands.restart(input.failedOver);
    }),
    recover: fromPromise<void, VmContext>(async ({ input }) => input.handle && input.commands.recover(input.handle)),
    shutDown: fromPromise<void, VmContext>(async ({ input }) => input.handle && shutDown(input.handle)),
    terminate: fromPromise<void, VmContext>(async ({ input }) => input.handle?.terminate()),
  },
  guards: {
    mayStartFailedOver: ({ context }) => !context.failedOver && context.commands.mayStartFailedOver(),
    mayRestart: ({ context }) => context.commands.mayRestart() && admitted(context) !== null,
    mayFailOver: ({ context }) => context.commands.mayRestart() && !context.failedOver && context.commands.mayFailOver(),
  },
  actions: {
    noteReason: assign(({ context, event }) => {
      if (event.type === 'lost') return { reason: event.reason };
      return 'error' in event ? { error: event.error, reason: reasonOf(event.error) } : { reason: context.reason };
    }),
    countRestart: assign(({ context }) => ({ times: admitted(context) ?? context.times })),
    failOver: assign({ failedOver: true, times: [] }),
    noteHandle: assign(({ context, event }) => ({ handle: 'output' in event ? (event.output as VmHandle) : context.handle })),
  },
}).createMachine({
  id: 'vm',
  context: ({ input }) => ({ ...input, handle: undefined, reason: '', error: undefined, times: [], failedOver: false }),
  initial: 'idle',
  states: {
    idle: { on: { start: 'starting', stop: 'stopped', kill: 'stopped' } },
    starting: {
      invoke: {
        src: 'start',
        input: ({ context }) => context,
        onDone: { target: 'running', actions: 'noteHandle' },
        onError: [
          { guard: 'mayStartFailedOver', target: 'starting', reenter: true, actions: ['noteReason', 'failOver'] },
          { target: 'failed', actions: 'noteReason' },
        ],
      },
      on: { lost: { target: 'lost', actions: 'noteReason' } },
    },
    running: { on: { lost: onLoss, stop: 'stopping', kill: 'killing' } },
    restarting: {
      invoke: {
        src: 'restart',
        input: ({ context }) => context,
        onDone: { target: 'recovering', actions: 'noteHandle' },
        onError: onLoss,
      },
      on: { stop: 'stopped', kill: 'stopped' },
    },
    recovering: {
      invoke: { src: 'recover', input: ({ context }) => context, onDone: 'running', onError: onLoss },
      on: { lost: onLoss, stop: 'killing', kill: 'killing' },
    },
    stopping: {
      invoke: { src: 'shutDown', input: ({ context }) => context, onDone: 'stopped', onError: 'stopped' },
      on: { kill: 'killing' },
    },
    killing: {
      invoke: { src: 'terminate', input: ({ context }) => context, onDone: 'stopped', onError: 'stopped' },
    },
    stopped: {},
    lost: {},
    failed: {},
  },
});
