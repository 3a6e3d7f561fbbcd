/**
 * Tells all VMs where every actor and port is, and which incarnations have ended.
 *
 * Invariant: a route leads only to a port whose VM is there, or an actor that is up, on its way up, or not yet started. One publication comes after
 * another, and each one sends what is true when it starts.
 *
 * The catch: a fence lets pass what had left before the end of an incarnation, so the last sequence of each is kept until its address is given up.
 */
import type { VmControl } from '../contract/control.js';
import { firstSequenceOf } from '../vm/gate.js';
import type { ChangeFeed } from './change-feed.js';
import type { Directory } from './directory.js';
import { rethrowUnlessLost } from './errors.js';

export class Routing {
  private last: Promise<void> = Promise.resolve();
  /** Per address, the last frame that an ended incarnation has sent. */
  private readonly lastSequences = new Map<number, number>();

  constructor(
    private readonly directory: Directory,
    private readonly changes: ChangeFeed,
  ) {}

  /** @throws ControlError */
  async publish(): Promise<void> {
    const { routes, vms } = this.directory;
    await Promise.all(vms.liveControls.map((control) => control.setRoutes(routes).catch(rethrowUnlessLost)));
  }

  /** Never rejects: a VM that does not take its routes is told of. */
  again(): Promise<void> {
    this.last = this.last.then(() => this.publish()).catch((error) => this.changes.controlFailed(error));
    return this.last;
  }

  /** An incarnation has ended, and this was the last that it sent. */
  noteLast(address: number, sequence: number): void {
    this.lastSequences.set(address, sequence);
  }

  /** Nothing has cut it off: all that it has sent is its own. */
  forgetLast(address: number): void {
    this.lastSequences.delete(address);
  }

  /** Former incarnations are refused. A VM that is lost needs no fence: it reads nothing any more. */
  async fence(address: number, epoch: number, except?: VmControl): Promise<void> {
    const lastSequence = this.lastSequences.get(address) ?? firstSequenceOf(epoch);
    const fenced = this.directory.vms.liveControls.filter((control) => control !== except);
    await Promise.all(fenced.map((control) => control.fence(address, epoch, lastSequence).catch(rethrowUnlessLost)));
  }
}
