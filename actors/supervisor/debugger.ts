/**
 * Sets breakpoints at which the thread of a VM stops; and lets the application stand as a whole, and go on: message by message, to a message
 * or a trap, or at breakpoints of its own. Every VM has all of either kind, since an actor may move; one that was lost gets them again.
 *
 *   begin ─────────────────────> every VM stands between two messages ─> the host's time stands ─> `paused`
 *   a VM halts by itself ──────> the others stand, each within the way of a control call
 *   step ──> time goes on ─────> the VM whose next message was sent first handles it ─> what it sent is with its targets ─> time stands
 *   resume ─> time goes on ────> where to halt, then `goOn` to every VM
 *
 * The catch: the host's time stands last and goes on first, so that a VM which hangs at a message is noticed by its watchdog and the control
 * call to it settles. Of VMs that run side by side, no order is wrong that hands a message on only after what caused it.
 */

import { CONTROL_DEADLINE_MS } from '../../protocol/limits.js';
import { type Breakpoint, BreakpointError, checkBreakpoint, parseBreakpoint } from '../contract/breakpoint.js';
import type { VmControl } from '../contract/control.js';
import { ControlError, type Host } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import {
  type HaltReport,
  type Halts,
  type NextMessage,
  PAUSING_TOLD_MS,
  type Paused,
  PauseError,
  type Until,
  type VmStand,
} from '../contract/pause.js';
import { isA, reasonOf } from '../contract/thrown.js';
import type { ChangeFeed } from './change-feed.js';
import type { Directory } from './directory.js';
import { rethrowUnlessLost } from './errors.js';

type Why = Pick<Paused, 'why' | 'detail' | 'position' | 'vm' | 'message'>;

const NOTHING_WAITS = 'no message waits: only time, or somebody outside, brings the next one';
const WAITS_FOR_RESTART = 'what waits is for an actor that restarts when the application goes on: let it go on';

const ASKED: Why = { why: 'asked', detail: '', position: '', vm: null, message: null };

export class Debugger {
  paused: Paused | null = null;
  /** Where a thread stops. */
  private readonly points = new Set<Breakpoint>();
  private halts: Halts = { before: [], after: null, trap: false };
  /** One after another. */
  private last: Promise<unknown> = Promise.resolve();
  private goingOn: (() => void)[] = [];
  /** VMs that have come back lately: they may be about to handle something before they count as running. */
  private readonly joining: Set<VmControl>;
  private ended = false;
  /** It stands, or is about to. */
  private holds = false;

  constructor(
    private readonly host: Pick<Host, 'standingTime' | 'local' | 'timers' | 'warn'>,
    private readonly directory: Directory,
    private readonly changes: ChangeFeed,
    joining: VmControl | null,
  ) {
    this.joining = new Set(joining ? [joining] : []);
  }

  /** @returns a function that removes it from every VM. @throws BreakpointError; ControlError when a VM does not answer */
  async breakOn(point: Breakpoint | string): Promise<() => Promise<void>> {
    if (!this.host.warn) throw new BreakpointError('production', "breakpoints are for development: create the host with console: 'on'");
    const own = this.read(point);
    await this.tryHere((control) => control.debug.breakOn([...this.points, own]));
    this.points.add(own);
    await this.tellPoints('set', own);
    return async () => {
      if (this.points.delete(own)) await this.tellPoints('removed', own);
    };
  }

  private async tellPoints(event: 'set' | 'removed', breakpoint: Breakpoint): Promise<void> {
    this.changes.emit({ type: 'breakpoint', event, breakpoint });
    await this.everywhere((control) => control.debug.breakOn([...this.points]));
  }

  /** @throws BreakpointError */
  private read(point: Breakpoint | string): Breakpoint {
    const { schemas } = this.directory;
    if (typeof point === 'string') return parseBreakpoint(point, schemas);
    checkBreakpoint(point, schemas);
    return { ...point };
  }

  /** If it stands already, what waits is looked at again. @throws PauseError `state`, `busy` */
  begin(): Promise<Paused> {
    return this.inTurn(() => (this.paused ? this.look(this.paused) : this.halt(ASKED)));
  }

  /** What waits by now, if it stands. @throws ControlError */
  lookAgain(): Promise<Paused | null> {
    return this.inTurn(() => this.paused && this.look(this.paused));
  }

  private async look(paused: Paused): Promise<Paused> {
    this.paused = { ...paused, ...present(await this.stood()) };
    return this.paused;
  }

  /** A VM has come to stand by itself. */
  halted({ why, detail, position, vm, message }: HaltReport): void {
    this.holds = true;
    this.inTurn(async () => this.paused ?? this.halt({ why, detail, position, vm, message })).catch((error) => this.failed(error));
  }

  /** The position of a trap is known. Whatever it stands at by now, or not, goes on as it is. */
  located({ vm, position, message }: HaltReport): void {
    void this.inTurn(() => {
      const { paused } = this;
      if (paused?.why !== 'trap' || paused.vm !== vm || !isSame(paused.message, message)) return;
      this.paused = { ...paused, position };
      this.changes.emit({ type: 'paused', paused: this.paused });
    });
  }

  private failed(error: unknown): void {
    if (isA(error, ControlError) && error.code !== 'lost') this.changes.controlFailed(error);
  }

  /** @throws PauseError `state`, `nothing` */
  step(): Promise<Paused> {
    return this.inTurn(async () => this.stepOn(await this.look(this.standing())));
  }

  /** @throws PauseError `state`; BreakpointError */
  resume(until?: Until): Promise<void> {
    return this.inTurn(async () => {
      this.standing();
      const after = until === undefined || until === 'trap' ? null : until.handled;
      if (after) checkBreakpoint(after, this.directory.schemas);
      await this.haltAt({ ...this.halts, after, trap: until === 'trap' });
      await this.goOn();
    });
  }

  /** In place of those before. @throws BreakpointError; ControlError */
  haltBefore(points: readonly (Breakpoint | string)[]): Promise<void> {
    return this.inTurn(() => this.haltAt({ ...this.halts, before: points.map((point) => this.read(point)) }));
  }

  /** The system ends: it does not stand any more. Never rejects. */
  async end(): Promise<void> {
    this.ended = true;
    await this.inTurn(async () => {
      if (this.paused) await this.goOn();
    }).catch((error) => this.failed(error));
  }

  /** To be called for a VM that has come back, before anything is handled there: it has the same breakpoints, and goes on with the others. */
  async joined(control: VmControl): Promise<void> {
    while (this.holds) await new Promise<void>((resolve) => this.goingOn.push(resolve));
    this.joining.add(control);
    if (this.points.size > 0) await control.debug.breakOn([...this.points]);
    const { before, after, trap } = this.halts;
    if (before.length > 0 || after || trap) await control.debug.haltAt(this.halts);
    const behindMicros = this.host.standingTime.goOn();
    if (behindMicros > 0) await control.debug.goOn(behindMicros);
  }

  /** Does something that brings about work in a VM: now, or when the application goes on. */
  whenGoing(act: () => void): void {
    if (this.holds) this.goingOn.push(act);
    else act();
  }

  private inTurn<T>(act: () => T | Promise<T>): Promise<T> {
    const acted = this.last.then(act);
    this.last = acted.catch(() => {});
    return acted;
  }

  private standing(): Paused {
    if (!this.paused) throw new PauseError('state', 'the application goes on: let it stand first');
    return this.paused;
  }

  /** The host's own VM reads the conditions first: when one makes no sense, nobody has it. @throws BreakpointError, ControlError */
  private async tryHere(command: (control: VmControl) => Promise<void>): Promise<void> {
    try {
      await command(this.host.local.control);
    } catch (error) {
      throw isA(error, ControlError) && isA(error.cause, Error) ? error.cause : error;
    }
  }

  private async haltAt(halts: Halts): Promise<void> {
    await this.tryHere((control) => control.debug.haltAt(halts));
    this.halts = halts;
    await this.everywhere((control) => control.debug.haltAt(halts));
  }

  private async halt(why: Why): Promise<Paused> {
    if (this.ended || this.directory.phase !== 'up') throw new PauseError('state', 'the application does not run');
    this.holds = true;
    return this.settle(why);
  }

  /** @throws PauseError `busy`: then everything goes on */
  private async settle(why: Why): Promise<Paused> {
    try {
      return this.stands(why, await this.stood());
    } catch (error) {
      await this.goOn();
      throw new PauseError('busy', `nothing stands: ${reasonOf(error)}`, { cause: error });
    }
  }

  /** Orders everything to stand, and waits until what was on its way is with its targets. */
  private async stood(): Promise<readonly VmStand[]> {
    const first = await this.awaited((control) => control.debug.stand([]));
    return this.everywhere((control) => control.debug.stand(first));
  }

  /** A command that may have to wait for the end of what a VM handles: whom it waits for is told as soon as that takes long. */
  private async awaited<T>(command: (control: VmControl) => Promise<T>): Promise<readonly T[]> {
    const { timers } = this.host;
    const pending = new Map(this.directory.vms.live.map(({ name, control }) => [control, name]));
    let isTold = false;
    const tell = (vms: readonly VmName[]) => this.changes.emit({ type: 'pausing', report: { vms, atMostMs: CONTROL_DEADLINE_MS } });
    const timer = timers.set(PAUSING_TOLD_MS, () => {
      isTold = true;
      tell([...pending.values()]);
    });
    try {
      return await this.everywhere((control) => command(control).finally(() => pending.delete(control)));
    } finally {
      timers.clear(timer);
      if (isTold) tell([]);
    }
  }

  private stands(why: Why, vms: readonly VmStand[]): Paused {
    const at = this.host.standingTime.stand(Math.max(...vms.map(({ at }) => at)));
    this.paused = { ...why, ...present(vms), at };
    this.changes.emit({ type: 'paused', paused: this.paused });
    return this.paused;
  }

  private async stepOn({ next, vms }: Paused): Promise<Paused> {
    if (!next) throw new PauseError('nothing', vms.some(({ waiting }) => waiting > 0) ? WAITS_FOR_RESTART : NOTHING_WAITS);
    const { vm } = next;
    const behindMicros = this.host.standingTime.goOn();
    const stepped = await this.directory.vms
      .liveControl(vm)
      ?.debug.step(behindMicros)
      .catch((error) => this.failed(error));
    return this.settle({ why: 'step', detail: '', position: '', vm, message: stepped?.handled ?? null });
  }

  private async goOn(): Promise<void> {
    const behindMicros = this.host.standingTime.goOn();
    const wasPaused = this.paused !== null;
    this.paused = null;
    this.holds = false;
    await this.everywhere((control) => control.debug.goOn(behindMicros)).catch((error) => this.failed(error));
    if (wasPaused) this.changes.emit({ type: 'paused', paused: null });
    for (const resolve of this.goingOn.splice(0)) resolve();
  }

  /** @returns the answers of those that are not lost meanwhile. @throws ControlError */
  private async everywhere<T>(command: (control: VmControl) => Promise<T>): Promise<readonly T[]> {
    const live = this.directory.vms.liveControls;
    for (const control of live) this.joining.delete(control);
    const answers = await Promise.all(
      [...live, ...this.joining].map(async (control) => {
        try {
          return [await command(control)];
        } catch (error) {
          rethrowUnlessLost(error);
          this.joining.delete(control);
          return [];
        }
      }),
    );
    return answers.flat();
  }
}

const isSame = (one: NextMessage | null, { address, sourceAddress, sequence }: NextMessage): boolean =>
  one?.address === address && one.sourceAddress === sourceAddress && one.sequence === sequence;

/** What waits, and which message of it comes first. */
function present(vms: readonly VmStand[]): Pick<Paused, 'next' | 'vms'> {
  const waiting = vms.flatMap(({ vm, next }) => (next ? [{ ...next, vm }] : []));
  const next = waiting.reduce<Paused['next']>((first, other) => (first && first.sentAt <= other.sentAt ? first : other), null);
  return { next, vms };
}
