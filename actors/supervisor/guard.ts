/**
 * Makes a bare VmControl safe to call: every call is raced against the death of its VM and a deadline. Comlink has neither a
 * time-out nor a listener for worker death, so without this a call to a dead worker would hang for ever.
 */
import { CONTROL_DEADLINE_MS } from '../../protocol/limits.js';
import type { VmControl } from '../contract/control.js';
import { ControlError } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import type { ProgressReader } from '../contract/progress.js';
import { reasonOf } from '../contract/thrown.js';
import type { DebuggerAwareDeadlines } from './debugger-aware-deadlines.js';

/** Knows whether a VM is still there. The host calls `cut` once, when the thread is gone. */
export class DeathWatch {
  /** Why the VM is gone; null while it lives. */
  reason: string | null = null;
  private readonly waiting = new Set<(reason: string) => void>();

  /** A second call does nothing. */
  cut(reason: string): void {
    if (this.reason !== null) return;
    this.reason = reason;
    for (const listener of [...this.waiting]) listener(reason);
    this.waiting.clear();
  }

  /** @returns a function that takes the listener away */
  onCut(listener: (reason: string) => void): () => void {
    this.waiting.add(listener);
    return () => this.waiting.delete(listener);
  }
}

/** What a call waits for besides its answer. */
export interface CallLimits {
  readonly deadlines: DebuggerAwareDeadlines;
  readonly deathWatch: DeathWatch;
  readonly deadlineMs: number;
  /** Another value than before means that the other side gets on. */
  readonly headway?: () => unknown;
}

/** @returns the answer of `run`, in time; rejections are ControlErrors */
export function guardCall<R>(vm: VmName, call: string, limits: CallLimits, run: () => Promise<R>): Promise<R> {
  const { deadlines, deathWatch, deadlineMs, headway } = limits;
  return new Promise<R>((resolve, reject) => {
    if (deathWatch.reason !== null) return reject(new ControlError('lost', vm, call, deathWatch.reason));
    const settle = (finish: () => void) => {
      takeBack();
      forget();
      finish();
    };
    const forget = deathWatch.onCut((reason) => settle(() => reject(new ControlError('lost', vm, call, reason))));
    const late = () => settle(() => reject(new ControlError('deadline', vm, call, `no answer in ${deadlineMs} ms`)));
    const takeBack = deadlines.wait(deadlineMs, late, headway);
    const answered = (async () => run())();
    answered.then(
      (answer) => settle(() => resolve(answer)),
      (error) => settle(() => reject(new ControlError('failed', vm, call, reasonOf(error), { cause: error }))),
    );
  });
}

/** @returns the same control, each of whose calls settles within `deadlineMs`; rejections are ControlErrors */
export function guardControl(
  vm: VmName,
  control: VmControl,
  deadlines: DebuggerAwareDeadlines,
  deathWatch: DeathWatch,
  deadlineMs: number = CONTROL_DEADLINE_MS,
  progress: ProgressReader | null = null,
): VmControl {
  // An answer comes behind the batch that is being handled.
  const headway = () => {
    const reading = progress?.read();
    return reading?.busy ? reading.count : 0;
  };
  const limits = { deadlines, deathWatch, deadlineMs, headway };
  const guarded =
    <A extends unknown[], R>(call: string, run: (...input: A) => Promise<R>) =>
    (...input: A): Promise<R> =>
      guardCall(vm, call, limits, () => run(...input));
  return {
    attach: guarded('attach', (peer, transport) => control.attach(peer, transport)),
    setRoutes: guarded('setRoutes', (routes) => control.setRoutes(routes)),
    spawn: guarded('spawn', (spec) => control.spawn(spec)),
    restart: guarded('restart', (actor, epoch) => control.restart(actor, epoch)),
    permit: guarded('permit', (actor, epoch) => control.permit(actor, epoch)),
    end: guarded('end', (actor) => control.end(actor)),
    stop: guarded('stop', (actor) => control.stop(actor)),
    letGo: guarded('letGo', (actor) => control.letGo(actor)),
    snapshot: guarded('snapshot', (actor) => control.snapshot(actor)),
    fence: guarded('fence', (address, epoch, lastSequence) => control.fence(address, epoch, lastSequence)),
    tellEnded: guarded('tellEnded', (watcher, notice) => control.tellEnded(watcher, notice)),
    setAnimating: guarded('setAnimating', (animating) => control.setAnimating(animating)),
    setTrapRate: guarded('setTrapRate', (rate, seed) => control.setTrapRate(rate, seed)),
    setHangRate: guarded('setHangRate', (rate, seed) => control.setHangRate(rate, seed)),
    crash: guarded('crash', (actor) => control.crash(actor)),
    hang: guarded('hang', (actor) => control.hang(actor)),
    causes: guarded('causes', (source, sequence) => control.causes(source, sequence)),
    locate: guarded('locate', (party, epoch) => control.locate(party, epoch)),
    health: guarded('health', () => control.health()),
    counters: guarded('counters', () => control.counters()),
    deadLetters: guarded('deadLetters', () => control.deadLetters()),
    tryFrame: guarded('tryFrame', (actor, frame) => control.tryFrame(actor, frame)),
    deliverAgain: guarded('deliverAgain', (actor, frame) => control.deliverAgain(actor, frame)),
    recover: guarded('recover', (orders, checkpoint, suspects) => control.recover(orders, checkpoint, suspects)),
    moves: {
      suspend: guarded('suspend', (address) => control.moves.suspend(address)),
      settle: guarded('settle', (address, positions) => control.moves.settle(address, positions)),
      handOver: guarded('handOver', (actor) => control.moves.handOver(actor)),
      adopt: guarded('adopt', (spec, handover) => control.moves.adopt(spec, handover)),
      forget: guarded('forget', (actor) => control.moves.forget(actor)),
      resume: guarded('resume', (address) => control.moves.resume(address)),
    },
    begin: guarded('begin', () => control.begin()),
    shutdown: guarded('shutdown', () => control.shutdown()),
  };
}
