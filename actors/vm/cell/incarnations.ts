/**
 * The instances of one actor, one after another, and the spare for the next. Whatever they do leaves signs of life, and what they throw
 * becomes a trap.
 */

import { SPARE_SHARE_MAX } from '../../../protocol/limits.js';
import type { Position, SnapshotBytes } from '../../../protocol/names.js';
import type { FaultKind } from '../../contract/fault.js';
import { Standstill } from '../../contract/fault.js';
import {
  type ActorFactory,
  type ActorInstance,
  type ActorOptions,
  ActorTrap,
  type MalformedFrame,
  type Output,
} from '../../contract/instance.js';
import { isSame } from '../../contract/snapshot.js';
import { isA } from '../../contract/thrown.js';
import type { Runtime } from '../runtime.js';
import { type Snapshot, takeChecked } from './snapshots.js';

export class Incarnations {
  /** Whether it says the same when it handles a message again, as far as is known: it has not looked at the clock or at chance. */
  repeats = true;
  /** Null before the first, and when the next could not be made. */
  private instance: ActorInstance | null = null;
  private readonly spare: SpareInstance;

  constructor(
    public factory: ActorFactory,
    private readonly options: ActorOptions,
    private readonly runtime: Runtime,
  ) {
    this.spare = new SpareInstance(
      () => this.create(),
      () => runtime.tap.now(),
    );
  }

  private create(factory = this.factory): ActorInstance {
    const instance = factory.create(this.options, this.runtime.tap.frame);
    const { guard } = this.runtime.options;
    if (guard) instance.watch?.(guard, this.looked);
    return instance;
  }

  private readonly looked = (at: string): void => {
    if (!this.repeats) return;
    this.repeats = false;
    this.runtime.tap.report({ type: 'unrepeatable', report: { actor: this.factory.schema.name, lookedAt: at } });
  };

  private during<T>(call: () => T): T {
    return this.runtime.tap.progress.during(this.factory.schema.address, call);
  }

  private get present(): ActorInstance {
    if (!this.instance) throw new Error(`no incarnation of ${this.factory.schema.name} runs`);
    return this.instance;
  }

  get output(): Output {
    return this.present.output;
  }

  get left(): number {
    return this.present.left;
  }

  get malformed(): readonly MalformedFrame[] {
    return this.present.malformed;
  }

  get memoryBytes(): number {
    return (this.instance?.memoryBytes ?? 0) + this.spare.memoryBytes;
  }

  /**
   * Handles frames that are in the journal from `position` on.
   * @param attempts earlier attempts at the first of them
   * @param again whether they were handled before
   * @returns the trap in which that ended, or null
   */
  handle(bytes: Uint8Array, length: number, position: Position, attempts: number, again: boolean): ActorTrap | null {
    const { tap } = this.runtime;
    let trap: ActorTrap | null = null;
    tap.begun(this.factory.schema.address, bytes, length, position, attempts, again);
    try {
      this.present.handle(bytes, 0, length);
    } catch (error) {
      trap = asTrap(error);
    }
    tap.progress.done();
    return trap;
  }

  /** Arms the fault that was injected or drawn, before a batch of first deliveries is handled. */
  armFault(frames: number, injected: FaultKind | null): void {
    const at = injected ? 0 : this.runtime.trapRate.draw(frames);
    if (at >= 0) this.present.armFault(at, injected ?? 'trap');
  }

  /** Begins the first instance. @param snapshot none for a fresh start. @throws DecodeError, or what the actor throws */
  begin(snapshot: SnapshotBytes | undefined): void {
    const instance = this.during(() => this.create());
    this.instance = instance;
    if (snapshot) this.during(() => instance.restore(snapshot));
  }

  /**
   * Takes a snapshot, which is valid until the next call of any method. When it cannot be taken, this incarnation has ended.
   * @param entry when it is to be found out which frame led to this state: journal position of that frame
   * @throws SnapshotError, or what the actor throws
   */
  snapshot(entry?: { readonly position: Position; readonly attempts: number }): Uint8Array {
    const take = () => takeChecked(this.factory.schema, () => this.present.snapshot());
    if (!entry) return this.during(take);
    return this.runtime.tap.progress.atFrame(this.factory.schema.address, entry.position, entry.attempts, take);
  }

  /** Begins the next instance, in the state of a snapshot. @throws what the actor throws as it is made or restored */
  renew(snapshot: Snapshot): void {
    this.instance = null;
    this.instance = this.during(() => this.spare.take(snapshot));
  }

  /** Goes on as an instance of another implementation, in the state of a snapshot. @throws Error when that state does not fit */
  replace(factory: ActorFactory, { bytes }: Snapshot): void {
    const next = this.during(() => this.create(factory));
    try {
      this.during(() => {
        next.restore(bytes);
        const kept = takeChecked(factory.schema, () => next.snapshot());
        if (!isSame(kept, bytes))
          throw new Error('the state that it had is not what the new code makes of it: its snapshot differs after it was restored');
      });
    } catch (error) {
      next.dispose();
      throw error;
    }
    this.instance?.dispose();
    this.spare.discard();
    this.factory = factory;
    this.instance = next;
  }

  /** Notes how long a batch took. */
  spent(micros: number): void {
    this.spare.spent(micros);
  }

  /** Not for JavaScript: there an instance is made at once, and has no memory to touch. */
  spareIsDue(snapshot: Snapshot): boolean {
    return this.factory.vm === 'wasm' && this.spare.isDue(snapshot);
  }

  prepareSpare(snapshot: Snapshot): void {
    this.during(() => this.spare.prepare(snapshot));
  }

  /** Ends the present instance. */
  end(): void {
    this.instance?.dispose();
  }

  /** There will be no other instance. */
  dispose(): void {
    this.instance?.dispose();
    this.spare.discard();
  }
}

/** @throws Standstill, which nobody may handle */
export function asTrap(error: unknown): ActorTrap {
  const standstill = Standstill.in(error);
  if (standstill) throw standstill;
  return isA(error, ActorTrap) ? error : new ActorTrap(0, error);
}

/**
 * An instance kept ready for the next incarnation of an actor, with a snapshot in it. Most of the cost of a restart is making an instance
 * and touching its memory for the first time; with a spare, a restart that has no newer snapshot to restore only replays.
 *
 * The catch: it takes as much memory as the actor, and preparing it cannot be interrupted. So it is prepared when the VM has nothing else
 * to do, and brought up to date so rarely that this takes a small share of the time.
 */
export class SpareInstance {
  private instance: ActorInstance | null = null;
  /** The snapshot that was restored into the spare. */
  private holds: Snapshot | null = null;
  private costMicros = 0;
  private handledMicros = 0;
  /** True when the spare could not be made: the next incarnation may tell why. */
  private failed = false;

  constructor(
    private readonly create: () => ActorInstance,
    private readonly now: () => number,
  ) {}

  get memoryBytes(): number {
    return this.instance?.memoryBytes ?? 0;
  }

  /** Notes that the actor has handled a batch. */
  spent(micros: number): void {
    this.handledMicros += micros;
  }

  /** Whether it pays to prepare the spare for a restart from this snapshot. */
  isDue(snapshot: Snapshot): boolean {
    if (this.failed) return false;
    return this.instance === null || (this.holds !== snapshot && this.handledMicros >= this.costMicros * SPARE_SHARE_MAX);
  }

  prepare(snapshot: Snapshot): void {
    const started = this.now();
    try {
      this.instance ??= this.create();
      this.restore(this.instance, snapshot);
      this.instance.snapshot(); // touches the memory of its output
    } catch {
      this.discard();
      this.failed = true;
    }
    this.costMicros = this.now() - started;
    this.handledMicros = 0;
  }

  /** @returns an instance in the state of this snapshot. @throws what the actor throws as it is made or restored */
  take(snapshot: Snapshot): ActorInstance {
    const instance = this.instance ?? this.create();
    this.instance = null;
    this.failed = false;
    if (this.holds !== snapshot) this.restore(instance, snapshot);
    this.holds = null;
    return instance;
  }

  private restore(instance: ActorInstance, snapshot: Snapshot): void {
    this.holds = null;
    if (snapshot.bytes.length > 0) instance.restore(snapshot.bytes); // else it starts afresh
    this.holds = snapshot;
  }

  discard(): void {
    this.instance?.dispose();
    this.instance = null;
    this.holds = null;
  }
}
