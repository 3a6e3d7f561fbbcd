/** One actor or port in a VM, across its incarnations, as its VM sees it: no caller asks which of the two it is. */

import { Mailbox } from '../../../bus/mailbox.js';
import type { Address, Epoch, Frame } from '../../../protocol/names.js';
import type { FaultKind } from '../../contract/fault.js';
import type { Suspect } from '../../contract/progress.js';
import { Gate } from '../bus/gate.js';
import { Deaths } from '../crash/deaths.js';
import type { Party } from '../loop/scheduler.js';
import type { Runtime } from '../runtime.js';

export type CellCounts = Record<'dropped' | 'conflated' | 'replayed' | 'divergent' | 'traps', number>;

export abstract class Cell implements Party {
  readonly name: string;
  readonly address: Address;
  readonly mailbox = new Mailbox();
  readonly gate: Gate;
  readonly deaths: Deaths;
  /** Injected fault for the next frame. */
  protected ordered: FaultKind | null = null;

  constructor(
    { name, address }: { readonly name: string; readonly address: Address },
    protected readonly runtime: Runtime,
  ) {
    this.name = name;
    this.address = address;
    this.gate = new Gate(address, runtime.bus);
    this.deaths = new Deaths(name, this.gate, runtime);
  }

  abstract readonly seen: number[];
  abstract readonly state: 'idle' | 'running' | 'restarting' | 'moving' | 'stopped';
  abstract readonly blocked: boolean;
  abstract readonly goesOn: boolean;
  /** Whether it stays where it is when it is stopped: then spawning it means restarting it. */
  abstract readonly stays: boolean;

  get runs(): boolean {
    return this.state === 'running';
  }

  /** Whether it waits for its supervisor to restart it. */
  get restarting(): boolean {
    return this.state === 'restarting';
  }

  /** Counts of its mailbox and its incarnations. */
  get counts(): CellCounts {
    const { dropped, conflated } = this.mailbox.stats;
    return { dropped, conflated, replayed: 0, divergent: 0, traps: 0 };
  }

  abstract runnable(lane: number): boolean;
  abstract peek(lane: number): Uint8Array;
  abstract handleBatch(lane: number, single: boolean): number;

  /** Every actor runs. What has arrived meanwhile waits for its turn. */
  abstract open(): void;
  /** @throws Error when the epoch is not above its own, unless a permit was faster */
  abstract checkRestart(epoch: Epoch): void;
  /** Starts the next incarnation, whose epoch was checked. On return it runs, or has ended again and was reported. */
  abstract restart(epoch: Epoch): void;
  /**
   * Ends it for good, or until it is restarted: frames that wait for it become dead letters.
   * @returns its last saved state; null when it has none, and stays where it is
   */
  abstract stop(): Uint8Array | null;
  /** The VM ends. */
  abstract close(): void;

  /** The VM was lost: its next incarnation begins with this epoch, and has sent nothing yet. */
  abstract beginAs(epoch: Epoch): void;
  /** Former incarnations of the VM hung at these frames of this party, oldest first. */
  abstract blame(suspects: readonly Suspect[]): void;
  /** Goes on after a loss of the VM, in its turn: an actor handles the entries of the journal after its checkpoint again. */
  abstract recover(): void;

  /** Handles a poison frame, out of order. @throws Error when that is impossible now */
  abstract deliverAgain(frame: Frame): void;

  /** Makes the handler of the next frame trap, or hang. */
  injectFault(fault: FaultKind): void {
    this.ordered = fault;
  }

  /** Makes frames that waited for it dead letters. */
  protected bury(frames: readonly Uint8Array[]): void {
    const bury = (bytes: Uint8Array, at: number, length: number): void =>
      this.runtime.tap.rejected('ended', `${this.name} has stopped`, bytes, at, length);
    for (const frame of frames) bury(frame, 0, frame.length);
    this.mailbox.clear(bury);
  }
}
