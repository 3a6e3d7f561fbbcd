/**
 * An instance kept ready for the next incarnation of an actor, with a snapshot in it. Making an instance and touching its memory for the
 * first time is most of what a restart would cost; with a spare a restart that has no newer snapshot to restore only replays.
 *
 * The catch: it takes as much memory as the actor, and preparing it cannot be interrupted. So it is prepared when the VM has nothing
 * else to do, and brought up to date so rarely that this takes a small share of the time.
 */
import { SPARE_SHARE_MAX } from '../../../protocol/limits.js';
import type { ActorInstance } from '../../contract/instance.js';
import type { Snapshot } from './snapshot-keeper.js';

export class SpareInstance {
  private instance: ActorInstance | null = null;
  /** The snapshot that was restored into it. */
  private holds: Snapshot | null = null;
  private costMicros = 0;
  private handledMicros = 0;
  /** It could not be made: the next incarnation may tell why. */
  private failed = false;

  constructor(
    private readonly create: () => ActorInstance,
    private readonly now: () => number,
  ) {}

  get memoryBytes(): number {
    return this.instance?.memoryBytes ?? 0;
  }

  /** The actor has handled a batch. */
  spent(micros: number): void {
    this.handledMicros += micros;
  }

  /** Whether it is worth while to prepare it for a restart from this snapshot. */
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
