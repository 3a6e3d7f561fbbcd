/**
 * The host's part in moving an actor from one VM to another (docs/MOVES.md): asks the VMs for one step after another, and takes back
 * what was done when one of them fails.
 *
 *   suspend ─> settle ─> hand over ─> adopt ─> commit ─> forget ─> routes ─> resume
 *      └──────────┴───────────┴─────────┴────────┴── failed: forgotten in the new VM, resumed everywhere; its owner is the old one
 *
 * Several actors may move at once: none of them waits for another.
 */
import type { Address, Epoch } from '../../../protocol/names.js';
import type { RecoverySpec } from '../../contract/control.js';
import { ControlError, type VmHandle } from '../../contract/host.js';
import type { LinkPositions, VmName } from '../../contract/instance.js';
import type { ChangeFeed } from '../change-feed.js';
import type { Routing } from '../directory.js';
import { SupervisionError } from '../errors.js';
import type { Vms } from '../vm/supervised-vm.js';

interface MovingActor {
  readonly name: string;
  readonly address: Address;
  readonly vm: VmName;
  /** With the epoch of its present incarnation: until the actor is suspended, its VM may start it again by permit. */
  readonly spec: RecoverySpec;
  /** Makes the target VM its own, with the next epoch. @returns false when its present epoch is another, or it does not move any more */
  moved(epoch: Epoch): boolean;
}

export class Moves {
  /** Each calls off one move that is not committed yet. */
  private readonly open = new Set<(error: Error) => void>();
  /** Moves by address: an actor's next move waits until what the last one did is taken back. */
  private readonly last = new Map<number, Promise<void>>();

  constructor(
    private readonly vms: Vms,
    private readonly routing: Routing,
    private readonly changes: ChangeFeed,
  ) {}

  /** @throws ControlError, SupervisionError: then the actor is where it was, or lost with its VM, and has to be restarted there */
  make(actor: MovingActor, to: VmName): Promise<void> {
    const { address } = actor;
    const move = (this.last.get(address) ?? Promise.resolve()).then(() => this.move(actor, to));
    this.last.set(
      address,
      move.catch(() => {}),
    );
    return move;
  }

  /** Calls off all moves since a VM was lost: if it is started again, it has not suspended anything. */
  callOff(why: string): void {
    for (const end of [...this.open]) {
      this.open.delete(end);
      end(new Error(why));
    }
  }

  private async move(actor: MovingActor, to: VmName): Promise<void> {
    const { address, vm: from } = actor;
    const handles = this.vms.live.map(({ handle }) => handle);
    const [source, target] = [from, to].map((name) => handles.find((handle) => handle.name === name));
    if (!source || !target) throw new SupervisionError('state', actor.name, `cannot move from VM ${from} to VM ${to}: one does not run`);
    try {
      await this.prepare(actor, source, target, handles);
    } catch (error) {
      await Promise.allSettled([target.control.moves.forget(actor.name), ...handles.map(({ control }) => control.moves.resume(address))]);
      throw error;
    }
    await this.land(actor, source, handles);
  }

  /** Carries out all steps up to the commit. On return the actor belongs to the new VM. */
  private async prepare(actor: MovingActor, source: VmHandle, target: VmHandle, handles: readonly VmHandle[]): Promise<void> {
    const { name, address } = actor;
    let end: (error: Error) => void = () => {};
    const calledOff = new Promise<never>((_, reject) => {
      end = (cause) => reject(new SupervisionError('state', name, `its move was called off: ${cause.message}`));
    });
    const unlessCalledOff = <T>(step: Promise<T>): Promise<T> => Promise.race([calledOff, step]);
    this.open.add(end);
    try {
      const written = await unlessCalledOff(suspend(address, handles));
      await unlessCalledOff(settle(address, handles, written));
      const { epoch, options, version } = actor.spec;
      const handover = await unlessCalledOff(source.control.moves.handOver(name));
      await unlessCalledOff(target.control.moves.adopt({ party: name, epoch: epoch + 1, options, version }, handover));
      if (!this.open.has(end) || !actor.moved(epoch)) throw new SupervisionError('state', name, 'its move was called off: it ended');
    } finally {
      this.open.delete(end);
    }
  }

  private async land({ name, address }: MovingActor, source: VmHandle, handles: readonly VmHandle[]): Promise<void> {
    await this.told(source.control.moves.forget(name));
    await this.routing.again();
    await Promise.all(handles.map(({ control }) => this.told(control.moves.resume(address))));
  }

  /** Waits for a call. A lost VM has nothing to forget or to resume. */
  private async told(call: Promise<void>): Promise<void> {
    try {
      await call;
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      if (error.code !== 'lost') this.changes.controlFailed(error);
    }
  }
}

export type Written = readonly (readonly [writer: VmName, positions: LinkPositions])[];

/** After this, nothing new is on its way. */
const suspend = (address: Address, handles: readonly VmHandle[]): Promise<Written> =>
  Promise.all(handles.map(async ({ name, control }) => [name, await control.moves.suspend(address)] as const));

/** After this, everything that went the old ways is delivered and durable. */
const settle = (address: Address, handles: readonly VmHandle[], written: Written) =>
  Promise.all(handles.map(({ name, control }) => control.moves.settle(address, writtenTo(name, written))));

/** Who has written to this reader, and how far. */
export const writtenTo = (reader: VmName, written: Written): LinkPositions =>
  written.flatMap(([writer, positions]) =>
    positions.filter(([peer]) => peer === reader).map(([, position]) => [writer, position] as const),
  );
