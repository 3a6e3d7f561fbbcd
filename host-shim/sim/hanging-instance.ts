/**
 * An actor that can be made to hang in the simulation. Nothing may loop for ever there, so a fault of kind `hang` is armed as a trap
 * and becomes a standstill when it strikes. Output of earlier frames stays in the instance, as it would in one that loops.
 */

import type { FaultKind } from '../../actors/contract/fault.js';
import { Standstill } from '../../actors/contract/fault.js';
import type { ActorFactory, ActorInstance, ChanceGuard } from '../../actors/contract/instance.js';
import { frameLength } from '../../protocol/frame.js';
import type { SnapshotBytes } from '../../protocol/names.js';

class HangingInstance implements ActorInstance {
  /** Number of frames to handle before the one that hangs. */
  private hangsIn = Number.POSITIVE_INFINITY;

  constructor(private readonly instance: ActorInstance) {}

  handle(bytes: Uint8Array, at: number, length: number): void {
    let frames = 0;
    for (let next = at; next < at + length; next += frameLength(bytes, next)) frames++;
    const strikes = this.hangsIn < frames;
    this.hangsIn -= frames;
    try {
      this.instance.handle(bytes, at, length);
    } catch (error) {
      throw strikes ? new Standstill('a fault to order') : error;
    }
  }

  get output() {
    return this.instance.output;
  }

  get left() {
    return this.instance.left;
  }

  get malformed() {
    return this.instance.malformed;
  }

  get memoryBytes() {
    return this.instance.memoryBytes;
  }

  snapshot(): Uint8Array {
    return this.instance.snapshot();
  }

  restore(snapshot: SnapshotBytes): void {
    this.instance.restore(snapshot);
  }

  armFault(nth: number, kind: FaultKind = 'trap'): void {
    this.hangsIn = nth >= 0 && kind === 'hang' ? nth : Number.POSITIVE_INFINITY;
    this.instance.armFault(nth);
  }

  watch(guard: ChanceGuard, looked: (at: string) => void): void {
    this.instance.watch?.(guard, looked);
  }

  dispose(): void {
    this.instance.dispose();
  }
}

export const hanging = (factory: ActorFactory): ActorFactory => ({
  ...factory,
  create: (options, onFrame) => new HangingInstance(factory.create(options, onFrame)),
});
