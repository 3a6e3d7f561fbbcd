/**
 * The control plane between the host and a VM: Comlink carries it between threads, and in the simulation it is a plain call.
 * Every call settles: the host races it against the death of the worker and a deadline.
 */
import type { DeadLetter } from '../../bus/dead-letters.js';
import type { EndReason } from '../../protocol/generated/system.js';
import type { Address, Epoch, Frame, SavedStateBytes, Sequence, SnapshotBytes } from '../../protocol/names.js';
import type { Breakpoint } from './breakpoint.js';
import type { ActorHandover } from './checkpoint.js';
import type { CauseLink } from './events.js';
import type { ActorOptions, LinkPositions, VmName } from './instance.js';
import type { Halts, VmStand, VmStep } from './pause.js';
import type { Suspect } from './progress.js';
import type { TraceSettings, TraceStatus } from './tracing.js';

/** Where every actor and port is: address to VM. */
export type Routes = readonly (readonly [address: Address, vm: VmName])[];

export interface SpawnSpec {
  /** Name of an actor, or of a port that was stopped. */
  readonly party: string;
  readonly epoch: Epoch;
  /** Number of the implementation: 1 when not given. */
  readonly version?: number;
  readonly options: ActorOptions;
  /** Saved state of an earlier incarnation, from `stop` or `snapshot`; none for a fresh start. */
  readonly snapshot?: SavedStateBytes;
  /** In place of a saved state: a snapshot from storage, of an earlier life of the application. */
  readonly stored?: SnapshotBytes;
}

/** An actor or port of a lost VM, or an actor of another VM, that is to go on. If it had not run yet, it starts with `snapshot`. */
export type RecoverySpec = Omit<SpawnSpec, 'stored'>;

/** The end of one incarnation of a party, for those who watch it. */
export interface EndNotice {
  /** Address. */
  readonly party: Address;
  readonly epoch: Epoch;
  readonly reason: EndReason;
}

export interface ActorHealth {
  readonly actor: string;
  readonly vm: VmName;
  readonly state: 'running' | 'restarting' | 'moving' | 'stopped';
  readonly epoch: Epoch;
  readonly mailboxFrames: number;
  readonly mailboxBytes: number;
  readonly journalFrames: number;
  readonly handled: number;
  readonly memoryBytes: number;
}

export interface VmCounters {
  /** For each pair "source>target": frames stamped at the gate of this VM, and frames handled in it. */
  readonly sent: Readonly<Record<string, number>>;
  readonly handled: Readonly<Record<string, number>>;
  readonly duplicates: number;
  readonly fenced: number;
  readonly refused: number;
  readonly dropped: number;
  readonly conflated: number;
  /** Frames that a mailbox accepted beyond its capacity, so that actors that wait for each other can go on. */
  readonly forced: number;
  /** Frames in mailboxes plus parties whose output has not left: 0 when all is quiet. */
  readonly waiting: number;
  readonly deadLetters: number;
  readonly replayed: number;
  /** Replays whose output differed from what the first run had sent: must stay 0. */
  readonly divergent: number;
  readonly traps: number;
  /** How often a VM was found asleep that nobody would have woken: must stay 0. */
  readonly deaf: number;
}

export const NO_COUNTS: VmCounters = {
  sent: {},
  handled: {},
  duplicates: 0,
  fenced: 0,
  refused: 0,
  dropped: 0,
  conflated: 0,
  forced: 0,
  waiting: 0,
  deadLetters: 0,
  replayed: 0,
  divergent: 0,
  traps: 0,
  deaf: 0,
};

export type { DeadLetter };

/** A link's transport, made by the host and handed to the two VMs. Opaque to the actor model. */
export type LinkTransport = unknown;

/** The steps of a move of an actor from one VM to another (docs/MOVES.md), in their order. */
export interface MoveControl {
  /**
   * Makes frames for this address wait at their sources until `resume`. If its actor is here, it does nothing more.
   * @returns how far the links to the other VMs were written
   */
  suspend(address: Address): Promise<LinkPositions>;
  /**
   * Resolves when all that other VMs had written to this one up to these positions is drained and durable.
   * @throws when `resume` comes first
   */
  settle(address: Address, positions: LinkPositions): Promise<void>;
  /** Copies everything of the actor, whose address is suspended. The actor stays here until `forget`. */
  handOver(actor: string): Promise<ActorHandover>;
  /** Takes an actor over. It waits here for `resume` or `forget`. Resolves when the actor would survive the loss of this VM. */
  adopt(spec: RecoverySpec, handover: ActorHandover): Promise<void>;
  /** Drops an actor that another VM has now. Does nothing when it is not here. */
  forget(actor: string): Promise<void>;
  /** Lets frames for this address go on, and an adopted actor run. An actor that was only suspended waits for `restart`. */
  resume(address: Address): Promise<void>;
}

/** What a debugger asks of a VM (docs/DEBUGGER.md). */
export interface DebugControl {
  /** Stops in a debugger right before a message that fits one of these is handled, in place of those before. @throws BreakpointError */
  breakOn(breakpoints: readonly Breakpoint[]): Promise<void>;
  /**
   * From now on nothing is handled here and nobody restarted, and time stands.
   * @param written how far VMs had written their links: it answers when what was for this one is here
   */
  stand(written: readonly Pick<VmStand, 'vm' | 'written'>[]): Promise<VmStand>;
  /** Handles one message of a VM that stands. @param behindMicros as for `goOn`: time passes while it is handled */
  step(behindMicros: number): Promise<VmStep>;
  /** Says where the VM comes to stand by itself, in place of what was said before. @throws BreakpointError */
  haltAt(halts: Halts): Promise<void>;
  /** Goes on. @param behindMicros how far the application's clock is behind the platform's from now on: the same in all VMs */
  goOn(behindMicros: number): Promise<void>;
}

/** What a VM traces (docs/TRACING.md). */
export interface TraceControl {
  /** Traces by these settings from now on. A recording that begins so notes what each actor is at that moment. */
  trace(settings: TraceSettings): Promise<TraceStatus>;
  /** Notes what each actor is now. Does nothing while nothing is recorded. */
  traceStates(): Promise<void>;
  traceStatus(): Promise<TraceStatus>;
}

export interface VmControl {
  readonly moves: MoveControl;
  readonly debug: DebugControl;
  readonly tracer: TraceControl;
  attach(peer: VmName, transport: { readonly incoming: LinkTransport; readonly outgoing: LinkTransport }): Promise<void>;
  setRoutes(routes: Routes): Promise<void>;
  spawn(spec: SpawnSpec): Promise<void>;
  /** Starts the next incarnation of an actor after the former one ended: restores, replays, goes on with the frames that were held. */
  restart(actor: string, epoch: Epoch): Promise<void>;
  /**
   * Allows incarnation `epoch` to start at once when the one before it ends. Has no effect if that one has ended already, or another runs.
   */
  permit(actor: string, epoch: Epoch): Promise<void>;
  /**
   * Ends the incarnation of an actor that is to be restarted. Frames that wait for it go on waiting.
   * @returns the last sequence that it sent
   */
  end(actor: string): Promise<number>;
  /** Ends an actor. Requests that it is working on fail with `ended`. @returns its last saved state */
  stop(actor: string): Promise<SavedStateBytes>;
  /**
   * Says that the host has the last saved state of a stopped actor. Until then the checkpoints contain it, so that it is not lost with the
   * VM.
   */
  letGo(actor: string): Promise<void>;
  snapshot(actor: string): Promise<SavedStateBytes>;
  /**
   * Loads another implementation of an actor, with which it goes on in the state of now if it is here, and starts from now on.
   * @param address of the module that has it
   * @throws when it does not load, or its state does not fit: then the former one goes on
   */
  replace(actor: string, address: string): Promise<void>;
  /**
   * Refuses frames from `address` with a lower epoch from now on, unless their sequence is at most `lastSequence`: those had left before
   * their incarnation ended, and may still be on their way.
   */
  fence(address: Address, epoch: Epoch, lastSequence: Sequence): Promise<void>;
  /** Tells a party, in the name of this VM's runtime, that an incarnation of a party that it watches has ended. */
  tellEnded(watcher: Address, notice: EndNotice): Promise<void>;
  setAnimating(animating: boolean): Promise<void>;
  /** Probability that a first delivery to an actor of this VM traps, drawn from `seed`. */
  setTrapRate(rate: number, seed: number): Promise<void>;
  /** Makes the handler of the actor's next frame trap. */
  crash(actor: string): Promise<void>;
  /** Makes the handler of the actor's next frame loop for ever. */
  hang(actor: string): Promise<void>;
  /** The frame with this source and sequence, then its causes, nearest first, as far as they passed this VM lately. */
  causes(source: Address, sequence: Sequence): Promise<readonly CauseLink[]>;
  /** Source position at which this incarnation of an actor or port crashed lately; empty when unknown. */
  locate(party: string, epoch: Epoch): Promise<string>;
  health(): Promise<readonly ActorHealth[]>;
  counters(): Promise<VmCounters>;
  deadLetters(): Promise<readonly DeadLetter[]>;
  /** Handles a frame in a throw-away instance with the actor's present state. Nothing that it does is kept or sent. */
  tryFrame(actor: string, frame: Frame): Promise<Trial>;
  /** Lets an actor or port handle a poison message once more, as its next, out of order. */
  deliverAgain(actor: string, frame: Frame): Promise<void>;
  /**
   * Goes on where the former incarnation of this VM was lost: its actors handle the entries of its journal after the checkpoint again.
   * Until then, a VM that was started again accepts nothing. An actor that is not in the checkpoint had done nothing, and starts.
   * @param suspects where former incarnations hung, oldest first: a message at which two hung is poison
   */
  recover(specs: readonly RecoverySpec[], checkpoint: Uint8Array | undefined, suspects: readonly Suspect[]): Promise<void>;
  /** Says that every actor runs: ports may send. */
  begin(): Promise<void>;
  /** Resolves when no output of this VM waits for room. @returns how far the links to other VMs were written */
  written(): Promise<LinkPositions>;
  /**
   * Resolves when what other VMs had written to this one up to these positions is here, and every party was found running, with an empty mailbox.
   * @returns how many frames were handled here so far
   */
  served(positions: LinkPositions): Promise<number>;
  shutdown(): Promise<void>;
}

/** Every call by its name: a name that is missing here, or in the interface, is a compile error. */
export type CallNames<Calls> = {
  readonly [Name in keyof Calls]: Calls[Name] extends (...input: never[]) => Promise<unknown> ? 'call' : CallNames<Calls[Name]>;
};

export const CONTROL_CALLS: CallNames<VmControl> = {
  moves: { suspend: 'call', settle: 'call', handOver: 'call', adopt: 'call', forget: 'call', resume: 'call' },
  debug: { breakOn: 'call', stand: 'call', step: 'call', haltAt: 'call', goOn: 'call' },
  tracer: { trace: 'call', traceStates: 'call', traceStatus: 'call' },
  attach: 'call',
  setRoutes: 'call',
  spawn: 'call',
  restart: 'call',
  permit: 'call',
  end: 'call',
  stop: 'call',
  letGo: 'call',
  snapshot: 'call',
  replace: 'call',
  fence: 'call',
  tellEnded: 'call',
  setAnimating: 'call',
  setTrapRate: 'call',
  crash: 'call',
  hang: 'call',
  causes: 'call',
  locate: 'call',
  health: 'call',
  counters: 'call',
  deadLetters: 'call',
  tryFrame: 'call',
  deliverAgain: 'call',
  recover: 'call',
  begin: 'call',
  written: 'call',
  served: 'call',
  shutdown: 'call',
};

/** Does something around a call, which `run` makes. */
export type Around = (name: string, run: () => Promise<unknown>) => Promise<unknown>;

/** @returns the same calls, each made by `around` */
export function callsAround<Calls extends object>(calls: Calls, names: CallNames<Calls>, around: Around): Calls {
  const wrapped = Object.entries(names).map(([name, inner]) => {
    if (inner !== 'call') return [name, callsAround(calls[name as keyof Calls] as object, inner as CallNames<object>, around)];
    const call = (...input: unknown[]) => (calls as Record<string, (...input: unknown[]) => Promise<unknown>>)[name](...input);
    return [name, (...input: unknown[]) => around(name, () => call(...input))];
  });
  return Object.fromEntries(wrapped) as Calls;
}

/** What a message did when it was tried. Plain data: it crosses the control plane. */
export interface Trial {
  /** Null when it was handled to the end. */
  readonly trap: { readonly reason: string; readonly stack: string; readonly position: string } | null;
  /** What was wrong with the bytes of the message; empty when they could be read. */
  readonly malformed: string;
  /** What the actor would have sent, oldest first. `target` is empty for a publication, which goes to the followers. */
  readonly emitted: readonly { readonly kindName: string; readonly target: string; readonly frame: Frame }[];
}
