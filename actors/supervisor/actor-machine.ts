/**
 * The life of one actor as its supervisor sees it: one incarnation after another, within a budget.
 *
 *            start            done             ended, budget left
 *    idle ─────────> starting ────> running ─────────────────────> restarting ──┐
 *      ▲               │ error        │  ▲                           │  ▲  │    │ done
 *      │ (start again) ▼              │  └───────────────────────────┼──┼──┼────┘
 *      ├──────────── failed           │ stop, finish                 │  └──┘ error or ended again, budget left
 *      │                              ▼                              │
 *      ├──── stopped, removed <── stopping <─────────────────────────┘ budget exhausted
 *      ├──── exhausted <─────────────┘
 *      └──── lost <── (from anywhere: the VM is gone)
 *
 *    starting, running, restarting ── the VM is being started again ──> recovering ── done ──> running
 *
 *
 * Each incarnation has a higher epoch, and an `ended` of an older one is ignored: a report may cross a restart on its way. What
 * the states do in VMs is behind `ActorCommands`; the machine knows only when.
 */
import { assign, fromPromise, setup } from 'xstate';
import type { EndReason } from '../../protocol/generated/system.js';
import { ControlError } from '../host.js';
import type { VmName } from '../instance.js';
import { admitRestart, type Intensity, type RestartTimes } from './intensity.js';

/**
 * permanent: restarted whenever it ends. transient: restarted when it crashes, not when it is finished. temporary: never
 * restarted, and forgotten once it has ended. OTP's meaning.
 */
export type RestartKind = 'permanent' | 'transient' | 'temporary';

export interface ActorCommands {
  /** Starts the incarnation from `envelope`, or fresh. */
  spawn(epoch: number, envelope: Uint8Array | undefined): Promise<void>;
  /**
   * Fences the former incarnation in every VM, and starts the next one with the state of the former.
   * @param started its VM has started it already, by permit
   */
  restart(epoch: number, started: boolean): Promise<void>;
  /** Fences the former incarnation in every VM, then starts the next one fresh. */
  respawn(epoch: number): Promise<void>;
  /** Ends it in its VM and fails the requests it has in hand. @returns its last envelope */
  stop(): Promise<Uint8Array>;
}

export interface ActorInput {
  readonly actor: string;
  readonly vm: VmName;
  readonly restart: RestartKind;
  readonly intensity: Intensity;
  /** How long the VM may take to stop it. */
  readonly shutdownMs: number;
  readonly nowMicros: () => number;
  readonly commands: ActorCommands;
}

/** Why it is being stopped: by order, because its work is done, or because its budget is exhausted. */
type Intent = 'stop' | 'finish' | 'exhaust';

export interface ActorContext extends ActorInput {
  /** 0 before the first start. */
  readonly epoch: number;
  readonly restarts: number;
  readonly times: RestartTimes;
  /** When the last incarnation ended, in microseconds. */
  readonly endedAt: number;
  /** Why it is not running, or was last restarted; empty when it never ended. */
  readonly reason: string;
  /** How the last incarnation ended, for those who watch; of no meaning before one has. */
  readonly end: EndReason;
  /** The error of the last command that failed: the cause of a StartError. */
  readonly error: unknown;
  readonly intent: Intent;
  /** Epoch as which its VM has started it again by permit. */
  readonly restartsAs: number;
  /** The next incarnation starts without the state of the last. */
  readonly fresh: boolean;
  /** False when its VM did not confirm the last stop. */
  readonly clean: boolean;
  /** It ended while its VM recovered: its restart has to wait until the VM takes orders. */
  readonly endedEarly: boolean;
  readonly envelope: Uint8Array | undefined;
}

export type ActorEvent =
  | { readonly type: 'start' }
  | { readonly type: 'ended'; readonly epoch: number; readonly reason: string; readonly restartsAs: number }
  | { readonly type: 'finish' }
  | { readonly type: 'stop' }
  | { readonly type: 'vmLost'; readonly reason: string }
  /** The VM was lost, and is started again on what it left. */
  | { readonly type: 'vmRestarting'; readonly reason: string }
  | { readonly type: 'recovered' };

/** A removed actor is gone for good; from every other state there is a way on. */
export type ActorState =
  | 'idle'
  | 'starting'
  | 'running'
  | 'restarting'
  | 'recovering'
  | 'stopping'
  | 'stopped'
  | 'exhausted'
  | 'failed'
  | 'lost'
  | 'removed';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const admitted = (context: ActorContext): RestartTimes | null => admitRestart(context.times, context.endedAt, context.intensity);

export const actorMachine = setup({
  types: {
    context: {} as ActorContext,
    events: {} as ActorEvent,
    input: {} as ActorInput,
  },
  actors: {
    spawn: fromPromise<void, ActorContext>(({ input }) => input.commands.spawn(input.epoch, input.envelope)),
    restart: fromPromise<void, ActorContext>(({ input }) =>
      input.fresh ? input.commands.respawn(input.epoch) : input.commands.restart(input.epoch, input.epoch === input.restartsAs),
    ),
    stop: fromPromise<Uint8Array, ActorContext>(({ input }) => input.commands.stop()),
  },
  guards: {
    ofThisEpoch: ({ context, event }) => event.type === 'ended' && event.epoch === context.epoch,
    temporary: ({ context }) => context.restart === 'temporary',
    admitted: ({ context }) => admitted(context) !== null,
    exhausting: ({ context }) => context.intent === 'exhaust',
    finishedPermanent: ({ context }) => context.intent === 'finish' && context.restart === 'permanent',
    finishedPermanentAdmitted: ({ context }) =>
      context.intent === 'finish' && context.restart === 'permanent' && admitted(context) !== null,
  },
  actions: {
    beginFirst: assign(({ context }) => ({ epoch: context.epoch + 1, times: [], reason: '', error: undefined, fresh: false })),
    beginNext: assign(({ context }) => ({
      epoch: context.epoch + 1,
      restarts: context.restarts + 1,
      times: admitted(context) ?? context.times,
    })),
    noteEnd: assign(({ context, event }) => ({
      endedAt: context.nowMicros(),
      reason: event.type === 'ended' ? event.reason : context.reason,
      restartsAs: event.type === 'ended' ? event.restartsAs : 0,
      end: 'trap',
      fresh: false,
    })),
    /** What is to be stopped is the incarnation that its VM has started. */
    followPermit: assign(({ context, event }) => ({
      epoch: event.type === 'ended' ? Math.max(context.epoch, event.restartsAs) : context.epoch,
    })),
    beginRecovery: assign(({ context, event }) => ({
      epoch: context.epoch + 1,
      restarts: context.restarts + 1,
      endedAt: context.nowMicros(),
      reason: event.type === 'vmRestarting' ? event.reason : context.reason,
      end: 'vmLost',
      fresh: false,
      endedEarly: false,
    })),
    noteEarlyEnd: assign(({ context, event }) => ({
      endedAt: context.nowMicros(),
      reason: event.type === 'ended' ? event.reason : context.reason,
      end: 'trap',
      endedEarly: true,
    })),
    noteFailure: assign(({ event }) => {
      const error = 'error' in event ? event.error : undefined;
      return { error, reason: messageOf(error), end: 'failed' };
    }),
    noteTime: assign(({ context }) => ({ endedAt: context.nowMicros() })),
    noteFinish: assign({ reason: 'finished', end: 'finished', intent: 'finish', fresh: true }),
    intendStop: assign({ intent: 'stop', reason: 'stopped by order', end: 'stopped' }),
    intendExhaust: assign(({ context }) => ({
      intent: 'exhaust' as const,
      reason: `restart budget exhausted: ${context.reason}`,
      end: 'exhausted' as const,
      epoch: Math.max(context.epoch, context.restartsAs),
    })),
    noteUnanswered: assign(({ context }) => ({
      clean: false,
      envelope: undefined,
      error: new ControlError('deadline', context.vm, 'stop', `${context.actor} did not stop in ${context.shutdownMs} ms`),
    })),
    noteLoss: assign(({ context, event }) => {
      const reason = event.type === 'vmLost' || event.type === 'vmRestarting' ? event.reason : context.reason;
      return { reason, end: 'vmLost', clean: false, envelope: undefined, error: new ControlError('lost', context.vm, 'control', reason) };
    }),
  },
  delays: { shutdown: ({ context }) => context.shutdownMs },
}).createMachine({
  id: 'actor',
  context: ({ input }) => ({
    ...input,
    epoch: 0,
    restarts: 0,
    times: [],
    endedAt: 0,
    reason: '',
    restartsAs: 0,
    end: 'failed',
    error: undefined,
    intent: 'stop',
    fresh: false,
    clean: true,
    endedEarly: false,
    envelope: undefined,
  }),
  initial: 'idle',
  states: {
    idle: { on: { start: 'starting', stop: 'stopped', vmLost: { target: 'lost', actions: 'noteLoss' } } },
    starting: {
      entry: 'beginFirst',
      invoke: {
        src: 'spawn',
        input: ({ context }) => context,
        onDone: 'running',
        onError: { target: 'failed', actions: 'noteFailure' },
      },
      on: {
        ended: { guard: 'ofThisEpoch', target: 'deciding', actions: 'noteEnd' },
        stop: { target: 'stopping', actions: 'intendStop' },
        vmLost: { target: 'lost', actions: 'noteLoss' },
        vmRestarting: 'recovering',
      },
    },
    running: {
      on: {
        ended: { guard: 'ofThisEpoch', target: 'deciding', actions: 'noteEnd' },
        finish: { target: 'stopping', actions: 'noteFinish' },
        stop: { target: 'stopping', actions: 'intendStop' },
        vmLost: { target: 'lost', actions: 'noteLoss' },
        vmRestarting: 'recovering',
      },
    },
    recovering: {
      entry: 'beginRecovery',
      on: {
        ended: { guard: 'ofThisEpoch', actions: 'noteEarlyEnd' },
        recovered: [{ guard: ({ context }) => context.endedEarly, target: 'deciding' }, { target: 'running' }],
        stop: { target: 'stopping', actions: 'intendStop' },
        vmLost: { target: 'lost', actions: 'noteLoss' },
        vmRestarting: { target: 'recovering', reenter: true },
      },
    },
    deciding: {
      always: [
        { guard: 'temporary', target: 'stopping', actions: assign({ intent: 'stop' }) },
        { guard: 'admitted', target: 'restarting', actions: 'beginNext' },
        { target: 'stopping', actions: 'intendExhaust' },
      ],
    },
    restarting: {
      invoke: {
        src: 'restart',
        input: ({ context }) => context,
        onDone: 'running',
        onError: [
          {
            guard: ({ event }) => event.error instanceof ControlError && event.error.code === 'lost',
            target: 'lost',
            actions: assign(({ event }) => ({ error: event.error, reason: messageOf(event.error), end: 'vmLost' as const, clean: false })),
          },
          {
            target: 'deciding',
            actions: assign(({ context, event }) => ({
              error: event.error,
              reason: messageOf(event.error),
              end: 'failed' as const,
              endedAt: context.nowMicros(),
            })),
          },
        ],
      },
      on: {
        ended: { guard: 'ofThisEpoch', target: 'deciding', actions: 'noteEnd' },
        stop: { target: 'stopping', actions: 'intendStop' },
        vmLost: { target: 'lost', actions: 'noteLoss' },
        vmRestarting: 'recovering',
      },
    },
    stopping: {
      invoke: {
        src: 'stop',
        input: ({ context }) => context,
        onDone: { target: 'leaving', actions: assign(({ event }) => ({ envelope: event.output, clean: true })) },
        onError: {
          target: 'leaving',
          actions: assign(({ event }) => ({ envelope: undefined, clean: false, error: event.error })),
        },
      },
      after: { shutdown: { target: 'leaving', actions: 'noteUnanswered' } },
      on: {
        ended: { guard: 'ofThisEpoch', actions: 'followPermit' },
        stop: { guard: ({ context }) => context.intent === 'finish', actions: 'intendStop' },
        vmLost: { target: 'leaving', actions: 'noteLoss' },
        vmRestarting: { target: 'leaving', actions: 'noteLoss' },
      },
    },
    leaving: {
      entry: 'noteTime',
      always: [
        { guard: 'temporary', target: 'removed' },
        { guard: 'exhausting', target: 'exhausted' },
        { guard: 'finishedPermanentAdmitted', target: 'restarting', actions: 'beginNext' },
        { guard: 'finishedPermanent', target: 'exhausted', actions: 'intendExhaust' },
        { target: 'stopped' },
      ],
    },
    stopped: { on: { start: 'starting' } },
    exhausted: { on: { start: 'starting' } },
    failed: { on: { start: 'starting' } },
    // A command may have found the VM lost before that was announced.
    lost: { on: { start: 'starting', vmRestarting: 'recovering' } },
    removed: { type: 'final' },
  },
});
