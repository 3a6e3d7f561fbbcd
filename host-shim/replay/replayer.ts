/**
 * Runs the actors of a recording again. There are no links, mailboxes or clocks: each actor is handed what it had handled, in its order, with the
 * times that it saw, each message as soon as the one that caused it has been handled.
 *
 *   steps in order ── handled ──> frame: from the recording, or as its sender emits it now ──> actor ──> what it emits ──> kept, and compared
 *
 * Messages are handed in as many at once as possible: an actor runs when its batch is full, when another needs what it emits, or at the end.
 */
import type { ActorFactory, ActorOptions } from '../../actors/contract/instance.js';
import { EPOCH_OFFSET, readU32 } from '../../protocol/frame.js';
import type { Address, VmName } from '../../protocol/names.js';
import type { PartySchema } from '../../protocol/schema.js';
import { STATE_BYTES_MAX } from '../../trace/memories.js';
import type { Placed } from '../../trace/order.js';
import type { Schemas } from '../../trace/schemas.js';
import type { Emitted, Handled, LevelChanged, SnapshotTaken, Started } from '../../trace/step.js';
import { Comparison } from './comparison.js';
import { compareStates, type Difference } from './difference.js';
import { type Divergence, isEqual, ReplayedActor, type WindowListener } from './replayed-actor.js';
import { type SentFrame, SentFrames } from './sent-frames.js';

/** Who plays an actor. */
export interface Role {
  /** Today's. */
  readonly schema: PartySchema;
  /** One twin, or two that are compared with each other. */
  readonly factories: readonly ActorFactory[];
  /** For when the recording does not say. */
  readonly options: ActorOptions;
}

export interface ReplayerOptions {
  /** The schemas of the recording. */
  readonly schemas: Schemas;
  readonly roles: readonly Role[];
  /** Actors whose output and states are compared with the recording. */
  readonly compared: ReadonlySet<string>;
  /** The last message to be handled. */
  readonly until?: number;
  readonly listener?: WindowListener;
  /** Told of each message that is handed to an actor. */
  readonly onMessage?: (actor: ReplayedActor, number: number) => void;
}

/** Actors that could not be run for a while, as steps are missing. */
export interface Unreplayed {
  readonly messages: number;
  /** The first reasons. */
  readonly reasons: readonly string[];
}

const REASONS_MAX = 10;

interface Player {
  readonly actor: ReplayedActor;
  readonly comparison: Comparison | null;
  vm: VmName | null;
}

export class Replayer {
  /** Messages that were handled. */
  messages = 0;
  firstDifference: Difference | null = null;
  firstDivergence: Divergence | null = null;
  /** Number of the last message that was reached. */
  number = 0;
  /** Steps of which the recording says that they are missing. */
  missing = 0;
  private readonly players = new Map<Address, Player>();
  /** Frames of the recording from actors that nobody plays. */
  private readonly recorded = new Map<Address, SentFrames>();
  private readonly reasons = new Set<string>();
  private skipped = 0;

  constructor(private readonly options: ReplayerOptions) {
    const { roles, schemas, compared, listener } = options;
    for (const { schema, factories, options: given } of roles) {
      const actor = new ReplayedActor(schema, factories, listener);
      actor.options = given;
      this.players.set(schema.address, { actor, comparison: compared.has(schema.name) ? new Comparison(actor, schemas) : null, vm: null });
    }
  }

  get unreplayed(): Unreplayed {
    return { messages: this.skipped, reasons: [...this.reasons] };
  }

  /** True when nothing more is to be handled. */
  get isOver(): boolean {
    return (
      this.firstDifference !== null || this.firstDivergence !== null || this.number >= (this.options.until ?? Number.POSITIVE_INFINITY)
    );
  }

  get actors(): readonly ReplayedActor[] {
    return [...this.players.values()].map(({ actor }) => actor);
  }

  /** @param placed steps in order; those after the end are left out */
  add(placed: readonly Placed[]): void {
    for (const one of placed) {
      if (this.isOver) return;
      this.place(one);
    }
  }

  private place({ step, number }: Placed): void {
    switch (step.type) {
      case 'emitted':
        this.emitted(step);
        break;
      case 'handled':
        if (number > 0) this.handled(step, number);
        break;
      case 'started':
        this.started(step);
        break;
      case 'poisoned':
        this.players.get(step.target)?.actor.forget(step);
        break;
      case 'snapshot':
        this.snapshot(step);
        break;
      case 'level':
        if (step.missing > 0 || step.why === 'lost') this.lost(step);
        break;
    }
  }

  private emitted(step: Emitted): void {
    const player = this.players.get(step.source);
    if (!player) {
      if (step.frame) this.recordedOf(step.source).addRecorded(step.sequence, step.frame);
      return;
    }
    if (player.actor.blind === '') player.comparison?.expect(step);
    else if (step.frame) player.actor.sent.addRecorded(step.sequence, step.frame);
  }

  private recordedOf(source: Address): SentFrames {
    const known = this.recorded.get(source) ?? new SentFrames();
    this.recorded.set(source, known);
    return known;
  }

  private handled(step: Handled, number: number): void {
    this.number = number;
    const player = this.players.get(step.target);
    if (!player) return;
    const { actor, comparison } = player;
    player.vm = step.vm;
    const frame = actor.blind === '' ? this.frameOf(step) : null;
    if (!frame) {
      this.skip(player, `message ${number} is not in the recording`);
      return;
    }
    const epoch = step.frame ? readU32(step.frame, EPOCH_OFFSET) : (this.players.get(step.source)?.actor.epoch ?? 1);
    actor.window.add(number, frame.bytes, frame.at, {
      source: step.source,
      sequence: step.sequence,
      epoch,
      target: step.target,
      sentAt: step.sentAt,
    });
    comparison?.note(actor.window.entries.at(-1)!);
    this.messages++;
    this.options.onMessage?.(actor, number);
    if (actor.batchIsFull) this.run(player);
  }

  private skip({ actor, comparison }: Player, why: string): void {
    this.skipped++;
    actor.goBlind(why);
    if (this.reasons.size < REASONS_MAX) this.reasons.add(`${actor.schema.name}: ${actor.blind}`);
    comparison?.reset();
  }

  private frameOf({ source, sequence, frame }: Handled): SentFrame | null {
    if (frame) return { bytes: frame, at: 0 };
    const sender = this.players.get(source);
    if (!sender) return this.recorded.get(source)?.find(sequence) ?? null;
    if (sequence > sender.actor.sent.sequence) this.run(sender);
    return sender.actor.sent.find(sequence);
  }

  private started({ party, epoch, begin, vm }: Started): void {
    const player = this.players.get(party);
    if (!player) return;
    this.run(player);
    player.vm = vm;
    player.actor.epoch = epoch;
    if (!begin || this.isOver) return;
    player.comparison?.reset();
    player.actor.begin(begin, epoch);
  }

  private snapshot({ party, sequence, snapshot, tooLarge }: SnapshotTaken): void {
    const player = this.players.get(party);
    if (!player) return;
    const { actor, comparison } = player;
    if (tooLarge !== undefined && actor.blind !== '')
      actor.blind = `its state of ${tooLarge} bytes was too large to be recorded (at most ${STATE_BYTES_MAX})`;
    if (!snapshot) return;
    if (actor.blind !== '') {
      actor.goOn(snapshot, sequence);
      return;
    }
    this.run(player);
    if (!comparison || this.isOver || actor.window.entries.length === 0) return;
    const replayed = actor.snapshot();
    if (isEqual(snapshot, replayed)) return;
    const { number, kind, source, sequence: sent } = actor.window.entries.at(-1)!;
    const at = { number, actor: actor.schema.name, kind: this.options.schemas.kindName(kind), message: { source, sequence: sent } };
    this.found({ ...at, ...compareStates(actor.schema, snapshot, replayed) });
  }

  /** The steps of a VM are not all there. */
  private lost({ vm, missing }: LevelChanged): void {
    this.missing += missing;
    for (const player of this.players.values()) {
      if (player.vm !== vm) continue;
      this.run(player);
      player.actor.goBlind(`${missing > 0 ? `${missing} ` : ''}steps of VM ${vm} are missing`);
      player.comparison?.reset();
    }
  }

  private run(player: Player): void {
    this.runOne(player);
    if (!this.firstDifference && !this.firstDivergence) return;
    // What the others have not handled yet may differ at an earlier message.
    for (const other of this.players.values()) if (other !== player) this.runOne(other);
  }

  private runOne({ actor, comparison }: Player): void {
    if (actor.blind !== '') return;
    actor.run();
    if (actor.divergence && actor.divergence.entry.number < (this.firstDivergence?.entry.number ?? Number.POSITIVE_INFINITY))
      this.firstDivergence = actor.divergence;
    if (!comparison) return;
    const difference = comparison.check() ?? this.trapOf(actor);
    if (difference) this.found(difference);
  }

  private trapOf({ trapped, schema }: ReplayedActor): Difference | null {
    if (!trapped) return null;
    const { number, kind, source, sequence } = trapped.entry;
    const { message, position } = trapped.trap;
    const replayed = position ? `${message} at ${position}` : message;
    const what = { what: 'trap', path: 'trap', recorded: undefined, replayed } as const;
    return { number, actor: schema.name, kind: this.options.schemas.kindName(kind), message: { source, sequence }, ...what };
  }

  private found(difference: Difference): void {
    if (difference.number < (this.firstDifference?.number ?? Number.POSITIVE_INFINITY)) this.firstDifference = difference;
  }

  /** Everything was added, or the last message is reached: whoever waits runs. */
  finish(): void {
    for (const player of this.players.values()) this.runOne(player);
    for (const { actor } of this.players.values()) {
      if (actor.blind === '') actor.closeWindow();
      if (actor.divergence && actor.divergence.entry.number < (this.firstDivergence?.entry.number ?? Number.POSITIVE_INFINITY))
        this.firstDivergence = actor.divergence;
    }
  }
}
