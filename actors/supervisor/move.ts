/**
 * The host's part in moving an actor from one VM to another (docs/MOVES.md): asks the VMs for one step after the other, and takes back what
 * was done when one of them fails.
 *
 *   suspend ─> settle ─> hand over ─> adopt ─> commit ─> forget ─> routes ─> resume
 *      └──────────┴───────────┴─────────┴────────┴── failed: forgotten in the new VM, resumed everywhere; its owner is the old one
 *
 * Several actors may move at once: what a move waits for is not held up by another.
 */
import type { LinkPositions, RecoverySpec } from '../contract/control.js';
import { ControlError, type VmHandle } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import { SupervisionError } from './errors.js';
import type { SupervisedVm } from './supervised-vm.js';

export interface MoveSpec extends Pick<RecoverySpec, 'options'> {
  readonly actor: string;
  /** Of its present incarnation: until it is suspended its VM may start it again by permit. */
  readonly epoch: () => number;
  readonly address: number;
  readonly from: VmName;
  readonly to: VmName;
  /** Makes the new VM the actor's, unless its epoch is another by now. @returns false when the actor stays */
  readonly commit: (epoch: number) => boolean;
}

export interface MoveServices {
  readonly vms: () => readonly SupervisedVm[];
  readonly reroute: () => Promise<void>;
  /** A step behind the commit failed. */
  readonly onFailure: (error: ControlError) => void;
}

export class Moves {
  /** Calls off those that are not committed. */
  private readonly open = new Set<(error: Error) => void>();
  /** By address: an actor's next move waits until what the last one did is taken back. */
  private readonly last = new Map<number, Promise<void>>();

  constructor(private readonly services: MoveServices) {}

  /** @throws ControlError, SupervisionError: the actor is where it was, or lost with its VM, and has to be restarted there */
  make(spec: MoveSpec): Promise<void> {
    const move = (this.last.get(spec.address) ?? Promise.resolve()).then(() => this.move(spec));
    this.last.set(
      spec.address,
      move.catch(() => {}),
    );
    return move;
  }

  /** A VM was lost: one that is started again has not suspended anything. */
  callOff(why: string): void {
    for (const end of [...this.open]) {
      this.open.delete(end);
      end(new Error(why));
    }
  }

  private async move(spec: MoveSpec): Promise<void> {
    const handles = this.services
      .vms()
      .filter((vm) => vm.live)
      .map(({ handle }) => handle);
    const [source, target] = [spec.from, spec.to].map((name) => handles.find((handle) => handle.name === name));
    if (!source || !target)
      throw new SupervisionError('state', spec.actor, `cannot move from VM ${spec.from} to VM ${spec.to}: one does not run`);
    try {
      await this.prepare(spec, source, target, handles);
    } catch (error) {
      await Promise.allSettled([
        target.control.moves.forget(spec.actor),
        ...handles.map(({ control }) => control.moves.resume(spec.address)),
      ]);
      throw error;
    }
    await this.land(spec, source, handles);
  }

  /** On return the actor is the new VM's. */
  private async prepare({ actor, address, options, ...spec }: MoveSpec, source: VmHandle, target: VmHandle, handles: readonly VmHandle[]) {
    let end: (error: Error) => void = () => {};
    const calledOff = new Promise<never>((_, reject) => {
      end = (cause) => reject(new SupervisionError('state', actor, `its move was called off: ${cause.message}`));
    });
    const unlessCalledOff = <T>(step: Promise<T>): Promise<T> => Promise.race([calledOff, step]);
    this.open.add(end);
    try {
      const written = await unlessCalledOff(suspend(address, handles));
      await unlessCalledOff(settle(address, handles, written));
      const epoch = spec.epoch();
      const handover = await unlessCalledOff(source.control.moves.handOver(actor));
      await unlessCalledOff(target.control.moves.adopt({ party: actor, epoch: epoch + 1, options }, handover));
      if (!this.open.has(end) || !spec.commit(epoch)) throw new SupervisionError('state', actor, 'its move was called off: it ended');
    } finally {
      this.open.delete(end);
    }
  }

  private async land({ actor, address }: MoveSpec, source: VmHandle, handles: readonly VmHandle[]): Promise<void> {
    await this.told(source.control.moves.forget(actor));
    await this.services.reroute();
    await Promise.all(handles.map(({ control }) => this.told(control.moves.resume(address))));
  }

  /** A VM that is lost has nothing to forget or to resume. */
  private async told(call: Promise<void>): Promise<void> {
    try {
      await call;
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      if (error.code !== 'lost') this.services.onFailure(error);
    }
  }
}

type Written = readonly (readonly [writer: VmName, positions: LinkPositions])[];

/** Nothing new is on its way. */
const suspend = (address: number, handles: readonly VmHandle[]): Promise<Written> =>
  Promise.all(handles.map(async ({ name, control }) => [name, await control.moves.suspend(address)] as const));

/** What went the old ways is delivered and durable. */
const settle = (address: number, handles: readonly VmHandle[], written: Written) =>
  Promise.all(handles.map(({ name, control }) => control.moves.settle(address, writtenTo(name, written))));

/** By whom, and how far. */
const writtenTo = (reader: VmName, written: Written): LinkPositions =>
  written.flatMap(([writer, positions]) =>
    positions.filter(([peer]) => peer === reader).map(([, position]) => [writer, position] as const),
  );
