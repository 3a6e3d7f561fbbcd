/**
 * Makes a bare VmControl safe to call: every call is raced against the death of its VM and a deadline. Comlink has neither a
 * time-out nor a listener for the death of a worker, so a bare call to a dead worker would hang for ever.
 */

import { CONTROL_CALLS, callsAround, type VmControl } from '../../actors/contract/control.js';
import { ControlError } from '../../actors/contract/host.js';
import type { VmName } from '../../actors/contract/instance.js';
import type { ProgressReader } from '../../actors/contract/progress.js';
import { reasonOf } from '../../actors/contract/thrown.js';
import { CONTROL_DEADLINE_MS } from '../../protocol/limits.js';
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

  /** @returns a function that removes the listener */
  onCut(listener: (reason: string) => void): () => void {
    this.waiting.add(listener);
    return () => this.waiting.delete(listener);
  }
}

/** Limits of a call: it ends at the first of them, or with its answer. */
export interface CallLimits {
  readonly deadlines: DebuggerAwareDeadlines;
  readonly deathWatch: DeathWatch;
  readonly deadlineMs: number;
  /** A different value from before means that the other side makes progress. */
  readonly headway?: () => unknown;
}

/** @returns the answer of `run` if it arrives in time; rejections are ControlErrors */
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

export interface ControlLimits extends Pick<CallLimits, 'deadlines' | 'deathWatch'> {
  /** `CONTROL_DEADLINE_MS` when not given. */
  readonly deadlineMs?: number;
  /** Signs of life of the VM; null where none can be seen. */
  readonly progress?: ProgressReader | null;
}

/** @returns the same control, each of whose calls settles within its deadline; rejections are ControlErrors */
export function guardControl(vm: VmName, control: VmControl, limits: ControlLimits): VmControl {
  const { deadlines, deathWatch, deadlineMs = CONTROL_DEADLINE_MS, progress } = limits;
  // An answer comes after the batch that is being handled.
  const headway = () => {
    const reading = progress?.read();
    return reading?.busy ? reading.count : 0;
  };
  const callLimits = { deadlines, deathWatch, deadlineMs, headway };
  return callsAround(control, CONTROL_CALLS, (call, run) => guardCall(vm, call, callLimits, run));
}
