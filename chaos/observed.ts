/** Actors that are watched as they handle frames: for times, and for faults that strike in the middle of a handler. */
import type { ActorFactory, ActorInstance, MalformedFrame, Output } from '../actors/contract/instance.js';

export interface Observer {
  /** A batch, or a frame of a replay, is handled: its output has not left. */
  handled(actor: string): void;
  /** Output is about to leave. What this throws ends the VM, not the actor. */
  leaving(actor: string): void;
  trapped(actor: string): void;
}

class ObservedInstance implements ActorInstance {
  constructor(
    private readonly inner: ActorInstance,
    private readonly actor: string,
    private readonly observer: Observer,
  ) {}

  handle(bytes: Uint8Array, at: number, length: number): void {
    try {
      this.inner.handle(bytes, at, length);
    } catch (error) {
      this.observer.trapped(this.actor);
      throw error;
    }
    this.observer.handled(this.actor);
  }
  get output(): Output {
    this.observer.leaving(this.actor);
    return this.inner.output;
  }
  get left() {
    return this.inner.left;
  }

  get malformed(): readonly MalformedFrame[] {
    return this.inner.malformed;
  }
  snapshot(): Uint8Array {
    return this.inner.snapshot();
  }
  restore(snapshot: Uint8Array): void {
    this.inner.restore(snapshot);
  }
  armFault(nth: number): void {
    this.inner.armFault(nth);
  }
  get memoryBytes(): number {
    return this.inner.memoryBytes;
  }
  dispose(): void {
    this.inner.dispose();
  }
}

export const observed = (factory: ActorFactory, observer: Observer): ActorFactory => ({
  schema: factory.schema,
  vm: factory.vm,
  create: (options, onFrame) => new ObservedInstance(factory.create(options, onFrame), factory.schema.name, observer),
});
