/**
 * The life of one VM as its supervisor sees it.
 *
 *    idle ──> starting ──> running ──> stopping, killing ──> stopped
 *                │ error      │ its thread ended unasked
 *                ▼            ▼
 *              failed        lost
 *
 * A lost VM stays lost: its actors are `lost`, their routes are taken away so that requests to them settle as `unreachable`, and
 * the system says that it is degraded.
 */
import { assign, fromPromise, setup } from 'xstate';
import type { VmHandle } from '../host.js';
import type { VmName } from '../instance.js';

export interface VmInput {
  readonly vm: VmName;
  readonly start: () => Promise<VmHandle>;
}

export interface VmContext extends VmInput {
  /** Present once it has started. */
  readonly handle: VmHandle | undefined;
  /** Why it is lost or failed. */
  readonly reason: string;
  readonly error: unknown;
}

/** `stop` asks the VM to shut down; `kill` ends its thread at once. */
export type VmEvent =
  | { readonly type: 'start' }
  | { readonly type: 'lost'; readonly reason: string }
  | { readonly type: 'stop' }
  | { readonly type: 'kill' };

export type VmState = 'idle' | 'starting' | 'running' | 'stopping' | 'killing' | 'stopped' | 'lost' | 'failed';

/** A VM that does not shut down when asked is ended all the same; so is one that was never asked. */
async function shutDown(handle: VmHandle): Promise<void> {
  await handle.control.shutdown().catch(() => undefined);
  await handle.terminate();
}

export const vmMachine = setup({
  types: {
    context: {} as VmContext,
    events: {} as VmEvent,
    input: {} as VmInput,
  },
  actors: {
    start: fromPromise<VmHandle, VmContext>(({ input }) => input.start()),
    shutDown: fromPromise<void, VmContext>(async ({ input }) => input.handle && shutDown(input.handle)),
    terminate: fromPromise<void, VmContext>(async ({ input }) => input.handle?.terminate()),
  },
}).createMachine({
  id: 'vm',
  context: ({ input }) => ({ ...input, handle: undefined, reason: '', error: undefined }),
  initial: 'idle',
  states: {
    idle: { on: { start: 'starting', stop: 'stopped', kill: 'stopped' } },
    starting: {
      invoke: {
        src: 'start',
        input: ({ context }) => context,
        onDone: { target: 'running', actions: assign({ handle: ({ event }) => event.output }) },
        onError: {
          target: 'failed',
          actions: assign(({ event }) => ({
            error: event.error,
            reason: event.error instanceof Error ? event.error.message : String(event.error),
          })),
        },
      },
      on: { lost: { target: 'lost', actions: assign({ reason: ({ event }) => event.reason }) } },
    },
    running: {
      on: {
        lost: { target: 'lost', actions: assign({ reason: ({ event }) => event.reason }) },
        stop: 'stopping',
        kill: 'killing',
      },
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
