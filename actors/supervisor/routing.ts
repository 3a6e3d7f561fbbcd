/**
 * Tells all VMs where every actor and port is.
 *
 * Invariant: a route leads only to a port whose VM is there, or an actor that is up, on its way up, or not yet started. One publication comes after
 * another, and each one sends what is true when it starts.
 */
import type { Routes, VmControl } from '../contract/control.js';
import type { ControlError } from '../contract/host.js';
import { rethrowUnlessLost } from './control-failure.js';

export class Routing {
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly routes: () => Routes,
    private readonly controls: () => readonly VmControl[],
    /** A VM did not take its routes. */
    private readonly onFailure: (error: ControlError) => void,
  ) {}

  /** @throws ControlError */
  async publish(): Promise<void> {
    const routes = this.routes();
    await Promise.all(this.controls().map((control) => control.setRoutes(routes).catch(rethrowUnlessLost)));
  }

  /** Never rejects. */
  again(): Promise<void> {
    this.last = this.last.then(() => this.publish()).catch(this.onFailure);
    return this.last;
  }
}
