/**
 * The life of one actor or port as its supervisor sees it: one incarnation after another.
 *
 *            start            done             ended               its supervisor says so
 *    idle ─────────> starting ────> running ──────────> deciding ─────────────────────────> restarting ──> running
 *      ▲               │ error        │  ▲                 ▲ │  ▲                              │ error, or ended again
 *      │ (start again) ▼              │  │        ending ──┘ │  └──────────────────────────────┘
 *      ├──────────── failed           │  │           ▲       │          (once: starting again, as its JavaScript twin)
 *      │                              │  └ ─ ─ ─ ─ ─ ┘ with its group
 *      │                              │ stop, finish         │ dropped, or stop
 *      ├──── stopped, removed <── stopping <─────────────────┘
 *      ├──── exhausted <─────────────┘└──> deciding (finished)
 *      └──── lost <── (from anywhere: the VM is gone)
 *
 *    starting, running, restarting ── the VM is being started again ──> recovering ── done ──> running
 *
 *    running ── move ──> moving ── done, in its other VM ──> running
 *                          └── failed ──> restarting, where it was
 *    deciding ── fail over ──> moving ── done ──> running
 *                                └── failed ──> deciding
 *
 * The tree of supervisors (tree/) decides whether an actor is restarted, its budget whether a port is. From its end until it runs, it appears
 * as `restarting` outside. A port begins as running, since its VM opens it, and knows fewer of these events.
 *
 * Each incarnation has a higher epoch, and an `ended` of an older one is ignored: a report may cross a restart on its way. The machine
 * only knows when something is done; `PartyCommands` knows what that is in the VMs.
 */

import { assign, fromPromise, setup } from 'xstate';
import type { EndReason } from '../../../protocol/generated/system.js';
import type { Address, Epoch, SavedStateBytes } from '../../../protocol/names.js';
import { ControlError } from '../../contract/host.js';
import type { ActorOptions, VmName } from '../../contract/instance.js';
import type { Side, TwinStatus } from '../../contract/states.js';
import { reasonOf } from '../../contract/thrown.js';
import { codeOf, isLoss } from '../errors.js';
import type { DropReason, RestartKind } from '../tree/specification.js';

export interface PartySpecification {
  readonly party: string;
  readonly address: Address;
  /** VM in which it starts. */
  readonly vm: VmName;
  /** Why its twin starts there; a port is JavaScript. */
  readonly twin: TwinStatus;
  readonly restart: RestartKind;
  /** The longest that the VM may take to stop it. */
  readonly shutdownMs: number;
  readonly options: ActorOptions;
  /** Number of its implementation. */
  readonly version?: number;
}

export interface PartyCommands {
  /** Starts the incarnation from `savedState`, or fresh: an empty one is none, and then nothing is taken from storage either. */
  spawn(epoch: Epoch, savedState: SavedStateBytes | undefined): Promise<void>;
  /**
   * Fences the former incarnation in every VM, and starts the next one with its state.
   * @param started whether its VM has started it already, by permit
   */
  restart(epoch: Epoch, started: boolean): Promise<void>;
  /** Fences the former incarnation in every VM, then starts the next one fresh; waits while its VM is being started again. */
  respawn(epoch: Epoch): Promise<void>;
  /** Ends the incarnation in its VM. Frames that wait for the actor go on waiting. */
  end(): Promise<void>;
  /** Moves it to another VM, in which it is from the event `moved` on. After a failure before that, it is restarted where it was. */
  move(to: Side): Promise<void>;
  /** Ends it in its VM and fails the requests that it is working on. @returns its last saved state */
  stop(): Promise<Uint8Array>;
}

export interface PartyInput extends PartySpecification {
  /** Whether it may begin as its JavaScript twin when its guest cannot be run. */
  readonly mayBeginInJavaScript: () => boolean;
  /** Whether a start that fails is one more end, after which its budget decides. */
  readonly startsAgain: boolean;
  readonly commands: PartyCommands;
}

/** Why it is being stopped: somebody asked for it, its work is done, or its budget is exhausted. */
type Intent = 'stop' | 'finish' | 'exhaust';

export interface PartyContext extends PartyInput {
  /** 0 before the first start. */
  readonly epoch: Epoch;
  readonly restarts: number;
  /** Why it is not running, or was last restarted; empty when it never ended. */
  readonly reason: string;
  /** How the last incarnation ended, for those who watch; without meaning before one has. */
  readonly end: EndReason;
  /** The error of the last command that failed: the cause of a StartError. */
  readonly error: unknown;
  readonly intent: Intent;
  /** The newest epoch with which its VM has started it by permit: a fact, which its supervisor may have to decide on yet. */
  readonly begun: Epoch;
  /** The end of an incarnation that was started by permit, before its supervisor had decided on it; without meaning once that epoch is over. */
  readonly endedAhead: { readonly epoch: Epoch; readonly reason: string } | undefined;
  /** True when it has left its VM: the next incarnation starts without the state of the last. */
  readonly fresh: boolean;
  /** False when its VM did not confirm the last stop. */
  readonly clean: boolean;
  /** True when it ended while its VM recovered: its restart has to wait until the VM takes commands. */
  readonly endedEarly: boolean;
  /** State with which its next incarnation begins: that of a stopped actor, until the next incarnation runs. */
  readonly savedState: SavedStateBytes | undefined;
  /** Where it is to move, or last moved. */
  readonly target: VmName;
  /** True when it moves, or was last restarted, because it ended too often where it was. */
  readonly failingOver: boolean;
  /** True when it was to stop while it moved, or while its VM recovered. */
  readonly stopWanted: boolean;
  /** Error with which its guest ended as it was spawned; undefined when it did not. */
  readonly guestError: unknown;
  /** Its twin by placement, which is its twin again when it comes back there. */
  readonly placed: TwinStatus;
}

export type PartyEvent =
  /** Its guest cannot be run: it begins as its JavaScript twin. */
  | { readonly type: 'replace'; readonly reason: string }
  /** Its VM has opened it. */
  | { readonly type: 'opened' }
  | { readonly type: 'start' }
  /** It is down, and what it was is not to come back. */
  | { readonly type: 'forget' }
  /** Its VM has started it by permit, after an end that is told besides, perhaps later. */
  | { readonly type: 'begun'; readonly epoch: Epoch }
  | { readonly type: 'ended'; readonly epoch: Epoch; readonly reason: string }
  /** Its supervisor starts the next incarnation. */
  | { readonly type: 'restart' }
  /** The next incarnation is its twin in another VM, with everything that is left of this one. */
  | { readonly type: 'failOver'; readonly to: Side }
  /** Its supervisor ends it, to start it again together with others. */
  | { readonly type: 'end' }
  /** Its supervisor will not start it again by itself. */
  | { readonly type: 'drop'; readonly why: DropReason }
  | { readonly type: 'finish' }
  | { readonly type: 'stop' }
  | { readonly type: 'vmLost'; readonly reason: string }
  /** The VM was lost, and is started again with the memory that it left. */
  | { readonly type: 'vmRestarting'; readonly reason: string; readonly end: EndReason }
  | { readonly type: 'recovered' }
  | { readonly type: 'move'; readonly to: Side }
  /** The VM to which it moves has it. */
  | { readonly type: 'moved' };

/** The newest epoch that somebody has had: the next one that its VM does not have is higher. */
const newestOf = ({ epoch, begun }: PartyContext): Epoch => Math.max(epoch, begun);

/** The twin that runs after a move. */
function twinAfterMove({ target, placed, failingOver, reason }: PartyContext): TwinStatus {
  if (failingOver) return { side: target as Side, why: 'crashes', detail: reason };
  return target === placed.side && placed.why !== 'guest' ? placed : { side: target as Side, why: 'moved', detail: '' };
}

/** Why a command failed. */
function failure(event: object): { readonly error: unknown; readonly reason: string } {
  const error = 'error' in event ? event.error : undefined;
  return { error, reason: reasonOf(error) };
}

/** The VM of the party is gone, or comes back. */
const onLoss = { vmLost: { target: 'lost', actions: 'noteLoss' }, vmRestarting: 'recovering' } as const;
/** Its next incarnation has no state. */
const onForget = { forget: { actions: 'noteForgotten' } } as const;
/** A command that fails counts as one more end, unless it fails because the VM is gone, which is announced as well. */
const onFailure = [
  { guard: 'isLoss', target: 'lost', actions: 'noteGone' },
  { target: 'deciding', actions: 'noteFailure' },
] as const;
/** It is being ended: the incarnation that its VM has started meanwhile is the one that ends. */
const onBegun = { begun: { actions: ['noteBegun', 'followPermit'] } } as const;
/** It is to be stopped in its VM. */
const onStop = { stop: { target: 'stopping', actions: 'intendStop' }, drop: { target: 'stopping', actions: 'noteDrop' } } as const;
/** It is to be stopped as soon as its VM has it. */
const onEarlyStop = {
  stop: { actions: ['intendStop', 'wantStop'] },
  drop: { actions: ['noteDrop', 'wantStop'] },
} as const;

export const partyMachine = setup({
  types: {
    context: {} as PartyContext,
    events: {} as PartyEvent,
    input: {} as PartyInput,
  },
  actors: {
    spawn: fromPromise<void, PartyContext>(({ input }) => input.commands.spawn(input.epoch, input.savedState)),
    restart: fromPromise<void, PartyContext>(({ input }) =>
      input.fresh ? input.commands.respawn(input.epoch) : input.commands.restart(input.epoch, input.epoch === input.begun),
    ),
    end: fromPromise<void, PartyContext>(({ input }) => input.commands.end()),
    move: fromPromise<void, PartyContext>(({ input }) => input.commands.move(input.target as Side)),
    stop: fromPromise<Uint8Array, PartyContext>(({ input }) => input.commands.stop()),
  },
  guards: {
    ofThisEpoch: ({ context, event }) => event.type === 'ended' && event.epoch === context.epoch,
    /** It had moved when it ended. */
    ofThisEpochThere: ({ context, event }) => event.type === 'ended' && event.epoch === context.epoch && context.vm === context.target,
    isLoss: ({ event }) => 'error' in event && isLoss(event.error),
    /** It would start again, and finds that its VM is gone. */
    losesItsStart: ({ context, event }) => context.startsAgain && 'error' in event && isLoss(event.error),
    stopWanted: ({ context }) => context.stopWanted,
    temporary: ({ context }) => context.restart === 'temporary',
    exhausting: ({ context }) => context.intent === 'exhaust',
    ofNextEpoch: ({ context, event }) => event.type === 'ended' && event.epoch > context.epoch,
    hasEndedAhead: ({ context }) => context.endedAhead?.epoch === context.epoch + 1,
    finishing: ({ context }) => context.intent === 'finish',
    hasLeft: ({ context }) => context.fresh,
    /** The VM's error came from its guest, and the actor has never run, so nobody has a state of it. */
    beginsInJavaScript: ({ context, event }) =>
      context.vm === 'wasm' &&
      context.epoch === 1 &&
      'error' in event &&
      codeOf(event.error) === 'failed' &&
      context.mayBeginInJavaScript(),
  },
  actions: {
    beginFirst: assign(({ context }) => ({ epoch: newestOf(context) + 1, reason: '', error: undefined, fresh: false, stopWanted: false })),
    beginNext: assign(({ context }) => ({ epoch: context.epoch + 1, restarts: context.restarts + 1, failingOver: false })),
    noteEnd: assign(({ context, event }) => ({
      reason: 'reason' in event ? event.reason : context.reason,
      end: 'trap',
      fresh: false,
    })),
    noteAhead: assign(({ event }) => ({ endedAhead: event.type === 'ended' ? event : undefined })),
    noteEndAhead: assign(({ context }) => ({ reason: context.endedAhead?.reason, end: 'trap' })),
    noteBegun: assign(({ context, event }) => ({ begun: event.type === 'begun' ? event.epoch : context.begun })),
    /** The incarnation to stop, to end or to move is the one that its VM has started. */
    followPermit: assign(({ context }) => ({ epoch: newestOf(context) })),
    /** The lost VM may have started one by permit, so its epoch is used up. */
    beginRecovery: assign(({ context, event }) => ({
      epoch: newestOf(context) + 1,
      restarts: context.restarts + 1,
      fresh: false,
      failingOver: false,
      endedEarly: false,
      // If it is to be stopped, that is why it ends.
      ...(event.type === 'vmRestarting' && !context.stopWanted && { reason: event.reason, end: event.end }),
    })),
    noteEarlyEnd: assign(({ context, event }) => ({
      reason: 'reason' in event ? event.reason : context.reason,
      end: 'trap',
      endedEarly: true,
    })),
    noteFailure: assign(({ event }) => ({ ...failure(event), end: 'failed' })),
    /** The command found the VM lost, perhaps before the loss was announced. */
    noteGone: assign(({ event }) => ({ ...failure(event), end: 'vmLost', clean: false })),
    /** Its JavaScript twin did not begin either: the failure that counts is that of the wanted twin. */
    noteBothFailed: assign(({ context, event }) => ({
      vm: 'wasm',
      error: context.guestError,
      reason: `${context.twin.detail}; nor did its JavaScript twin: ${failure(event).reason}`,
      end: 'failed',
    })),
    noteOrderedEnd: assign({ reason: 'ended by its supervisor', end: 'restarted', fresh: false }),
    beginMove: assign(({ context, event }) => ({
      target: event.type === 'move' || event.type === 'failOver' ? event.to : context.target,
      failingOver: event.type === 'failOver',
      error: undefined,
      endedEarly: false,
      stopWanted: false,
    })),
    noteReplaced: assign(({ event }) => {
      const { error: guestError, reason } = failure(event);
      const twin: TwinStatus = { side: 'js', why: 'guest', detail: event.type === 'replace' ? event.reason : reason };
      return { vm: 'js', target: 'js', twin, placed: twin, guestError };
    }),
    noteMoved: assign(({ context }) => ({
      vm: context.target,
      twin: twinAfterMove(context),
      epoch: context.epoch + 1,
      restarts: context.restarts + (context.failingOver ? 1 : 0),
      end: 'moved',
    })),
    noteStay: assign(({ context, event }) => ({ ...failure(event), epoch: context.epoch + 1, end: 'restarted' })),
    noteFinish: assign({ reason: 'finished', end: 'finished', intent: 'finish', fresh: true }),
    intendStop: assign(({ context }) => ({
      intent: 'stop',
      reason: 'stopped by order',
      end: 'stopped',
      epoch: newestOf(context),
    })),
    noteDrop: assign(({ context, event }) => {
      const epoch = newestOf(context);
      if (event.type !== 'drop' || event.why !== 'exhausted') return { intent: 'stop', epoch };
      return { intent: 'exhaust', epoch, reason: `restart budget exhausted: ${context.reason}`, end: 'exhausted' };
    }),
    wantStop: assign({ stopWanted: true }),
    noteRunning: assign({ savedState: undefined }),
    noteForgotten: assign({ savedState: new Uint8Array(0) }),
    noteUnanswered: assign(({ context }) => ({
      clean: false,
      error: new ControlError('deadline', context.vm, 'stop', `${context.party} did not stop in ${context.shutdownMs} ms`),
    })),
    noteLoss: assign(({ context, event }) => {
      const reason = 'reason' in event ? event.reason : context.reason;
      return { reason, end: 'vmLost', clean: false, error: new ControlError('lost', context.vm, 'control', reason) };
    }),
    /** Its work was done, or its budget exhausted, whatever becomes of its VM. */
    noteLossAtEnd: assign(({ context, event }) => {
      const reason = 'reason' in event ? event.reason : '';
      return { clean: false, error: new ControlError('lost', context.vm, 'stop', reason) };
    }),
  },
  delays: { shutdown: ({ context }) => context.shutdownMs },
}).createMachine({
  id: 'party',
  context: ({ input }) => ({
    ...input,
    epoch: 0,
    restarts: 0,
    reason: '',
    begun: 0,
    endedAhead: undefined,
    end: 'failed',
    error: undefined,
    intent: 'stop',
    fresh: false,
    clean: true,
    endedEarly: false,
    savedState: undefined,
    target: input.vm,
    guestError: undefined,
    placed: input.twin,
    failingOver: false,
    stopWanted: false,
  }),
  on: { begun: { actions: 'noteBegun' } },
  initial: 'idle',
  states: {
    idle: {
      on: {
        opened: { target: 'running', actions: assign({ epoch: 1 }) },
        replace: { actions: 'noteReplaced' },
        start: 'starting',
        stop: 'stopped',
        vmLost: onLoss.vmLost,
      },
    },
    starting: {
      entry: 'beginFirst',
      invoke: {
        src: 'spawn',
        input: ({ context }) => context,
        onDone: 'running',
        onError: [
          { guard: 'losesItsStart', target: 'lost', actions: 'noteGone' },
          { guard: ({ context }) => context.startsAgain, target: 'deciding', actions: 'noteFailure' },
          { guard: 'beginsInJavaScript', target: 'starting', reenter: true, actions: 'noteReplaced' },
          { guard: ({ context }) => context.guestError !== undefined && context.epoch === 2, target: 'failed', actions: 'noteBothFailed' },
          { target: 'failed', actions: 'noteFailure' },
        ],
      },
      on: { ...onLoss, ...onStop, ended: { guard: 'ofThisEpoch', target: 'deciding', actions: 'noteEnd' } },
    },
    running: {
      entry: 'noteRunning',
      on: {
        ...onLoss,
        ...onStop,
        ended: { guard: 'ofThisEpoch', target: 'deciding', actions: 'noteEnd' },
        end: { target: 'ending', actions: ['followPermit', 'noteOrderedEnd'] },
        finish: { target: 'stopping', actions: ['followPermit', 'noteFinish'] },
        move: 'moving',
      },
    },
    recovering: {
      entry: 'beginRecovery',
      on: {
        ...onLoss,
        ...onEarlyStop,
        ended: { guard: 'ofThisEpoch', actions: 'noteEarlyEnd' },
        recovered: [
          { guard: 'stopWanted', target: 'stopping' },
          { guard: ({ context }) => context.endedEarly, target: 'deciding' },
          { target: 'running' },
        ],
        vmRestarting: { target: 'recovering', reenter: true },
      },
    },
    // If its VM does not answer, that shows again in the restart.
    ending: {
      invoke: { src: 'end', input: ({ context }) => context, onDone: 'deciding', onError: 'deciding' },
      on: { ...onLoss, ...onStop, ...onBegun },
    },
    // If its VM has started an incarnation by permit, that one moves, whatever is to be decided on it yet.
    moving: {
      entry: ['followPermit', 'beginMove'],
      invoke: {
        src: 'move',
        input: ({ context }) => context,
        onDone: [
          { guard: 'stopWanted', target: 'stopping' },
          { guard: ({ context }) => context.endedEarly, target: 'deciding' },
          { target: 'running' },
        ],
        onError: [
          { guard: 'stopWanted', target: 'stopping' },
          { guard: ({ context }) => context.failingOver, target: 'deciding', actions: 'noteFailure' },
          { target: 'restarting', actions: 'noteStay' },
        ],
      },
      on: {
        ...onLoss,
        moved: { actions: 'noteMoved' },
        ended: [
          { guard: 'ofThisEpochThere', actions: 'noteEarlyEnd' },
          { guard: 'ofThisEpoch', actions: assign({ end: 'trap' }) },
        ],
        begun: { actions: ['noteBegun', 'followPermit', assign({ end: 'trap' })] },
        ...onEarlyStop,
      },
    },
    deciding: {
      on: {
        ...onLoss,
        ended: { guard: 'ofNextEpoch', actions: 'noteAhead' },
        restart: [
          { guard: 'hasEndedAhead', target: 'deciding', reenter: true, actions: ['beginNext', 'noteEndAhead'] },
          { target: 'restarting', actions: 'beginNext' },
        ],
        failOver: 'moving',
        stop: [
          { guard: 'hasLeft', target: 'leaving', actions: 'intendStop' },
          { target: 'stopping', actions: 'intendStop' },
        ],
        drop: [
          { guard: 'hasLeft', target: 'leaving', actions: 'noteDrop' },
          { target: 'stopping', actions: 'noteDrop' },
        ],
        vmRestarting: [{ guard: 'hasLeft' }, { target: 'recovering' }],
      },
    },
    restarting: {
      invoke: {
        src: 'restart',
        input: ({ context }) => context,
        onDone: 'running',
        onError: onFailure,
      },
      on: {
        vmLost: onLoss.vmLost,
        vmRestarting: [{ guard: 'hasLeft', target: 'restarting', reenter: true, actions: 'beginNext' }, { target: 'recovering' }],
        ...onStop,
        ended: { guard: 'ofThisEpoch', target: 'deciding', actions: 'noteEnd' },
      },
    },
    stopping: {
      invoke: {
        src: 'stop',
        input: ({ context }) => context,
        onDone: { target: 'leaving', actions: assign(({ event }) => ({ savedState: event.output, clean: true })) },
        onError: {
          target: 'leaving',
          actions: assign(({ event }) => ({ clean: false, error: event.error })),
        },
      },
      after: { shutdown: { target: 'leaving', actions: 'noteUnanswered' } },
      on: {
        ...onBegun,
        stop: { guard: 'finishing', actions: 'intendStop' },
        vmLost: [
          { guard: 'exhausting', target: 'leaving', actions: 'noteLossAtEnd' },
          { target: 'leaving', actions: 'noteLoss' },
        ],
        // It may not have been stopped: then it comes back with its VM.
        vmRestarting: [
          { guard: 'finishing', target: 'leaving', actions: 'noteLossAtEnd' },
          { target: 'recovering', actions: 'wantStop' },
        ],
      },
    },
    leaving: {
      always: [
        { guard: 'finishing', target: 'deciding' },
        { guard: 'temporary', target: 'removed' },
        { guard: 'exhausting', target: 'exhausted' },
        { target: 'stopped' },
      ],
    },
    stopped: { on: { ...onForget, start: 'starting' } },
    exhausted: { on: { ...onForget, start: 'starting' } },
    failed: { on: { ...onForget, start: 'starting' } },
    // A command may have found the VM lost before the loss was announced.
    lost: { on: { ...onForget, start: 'starting', vmRestarting: 'recovering' } },
    removed: { type: 'final' },
  },
});
