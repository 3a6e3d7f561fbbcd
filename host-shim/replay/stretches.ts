/**
 * One actor of a recording over time: its state now and then, and what it handled from there on, so that any state in between is reached again.
 *
 *   snapshot | frame frame frame ... | snapshot | ...
 */

import { type ActorFactory, type ActorInstance, type ActorOptions, ActorTrap } from '../../actors/contract/instance.js';
import { isA } from '../../actors/contract/thrown.js';
import { readU16, readU53, SEQUENCE_OFFSET, SOURCE_OFFSET } from '../../protocol/frame.js';
import type { Address, Frame, Sequence, SnapshotBytes } from '../../protocol/names.js';
import { differenceOf } from '../../trace/values.js';
import { make } from './replayed-actor.js';

/** Messages between two states: handled again within some milliseconds. */
const FRAMES_MAX = 64;

interface Stretch {
  readonly options: ActorOptions;
  readonly snapshot: SnapshotBytes;
  readonly numbers: number[];
  readonly frames: Uint8Array[];
}

/** A message that has changed a value. */
export interface Change {
  readonly number: number;
  /** Undefined where there was none. */
  readonly before: unknown;
}

/** What an actor handled from a message on. */
export interface Rest {
  readonly options: ActorOptions;
  /** Its state there. */
  readonly snapshot: SnapshotBytes;
  readonly frames: readonly (readonly [number: number, frame: Uint8Array])[];
}

export class Stretches {
  /** Size of all states that are kept. */
  snapshotBytes = 0;
  private list: Stretch[] = [];
  private framesMax = FRAMES_MAX;
  /** From this message on it is not known, since steps are missing; infinite when none are. */
  private lostFrom = Number.POSITIVE_INFINITY;
  private lost = '';

  constructor(readonly factory: ActorFactory) {}

  /** Whether the next message should begin another one. */
  get isFull(): boolean {
    return (this.list.at(-1)?.frames.length ?? Number.POSITIVE_INFINITY) >= this.framesMax;
  }

  /** What it handles next, it handles in this state. */
  begin(options: ActorOptions, snapshot: SnapshotBytes): void {
    this.list.push({ options, snapshot, numbers: [], frames: [] });
    this.snapshotBytes += snapshot.length;
    this.lostFrom = Number.POSITIVE_INFINITY;
  }

  add(number: number, frame: Frame): void {
    const { numbers, frames } = this.list.at(-1)!;
    numbers.push(number);
    frames.push(frame);
  }

  /** A message that it handled is not known. */
  lose(number: number, why: string): void {
    if (this.lostFrom === Number.POSITIVE_INFINITY) this.lostFrom = number;
    this.lost = why;
  }

  /** As if a message had never come that is poison now. */
  forget({ source, sequence }: { readonly source: Address; readonly sequence: Sequence }): void {
    const { numbers, frames } = this.list.at(-1) ?? { numbers: [], frames: [] };
    const at = frames.findIndex((frame) => readU16(frame, SOURCE_OFFSET) === source && readU53(frame, SEQUENCE_OFFSET) === sequence);
    if (at < 0) return;
    numbers.splice(at, 1);
    frames.splice(at, 1);
  }

  /** Keeps every second state: those in between take longer to find. */
  thin(): void {
    this.framesMax *= 2;
    const kept: Stretch[] = [];
    for (const stretch of this.list) {
      const last = kept.at(-1);
      // What begins anew is not what comes of the stretch before.
      if (
        !last ||
        last.frames.length === 0 ||
        last.frames.length + stretch.frames.length > this.framesMax ||
        stretch.options !== last.options
      ) {
        kept.push(stretch);
        continue;
      }
      last.numbers.push(...stretch.numbers);
      last.frames.push(...stretch.frames);
      this.snapshotBytes -= stretch.snapshot.length;
    }
    this.list = kept;
  }

  /** @returns its state after a message of the run. @throws Error when that is not known */
  stateAt(number: number): Uint8Array {
    return this.statesAt([number])[0];
  }

  /** @returns its states after each of these messages of the run, which rise. @throws Error when one is not known */
  statesAt(numbers: readonly number[]): readonly Uint8Array[] {
    if (numbers.some((number) => number >= this.lostFrom)) throw new Error(this.lost);
    const states: Uint8Array[] = [];
    this.walk(numbers, (_, state) => {
      if (!state) throw new Error(this.lost || 'the recording has no state of it');
      states.push(state.slice());
    });
    return states;
  }

  /** Its states after each of these messages, which rise. @param told null where it is not known; the bytes are valid during the call */
  walk(numbers: readonly number[], told: (number: number, state: Uint8Array | null) => unknown): void {
    let walked: Walk | null = null;
    for (const number of numbers) {
      const index = this.indexOf(number);
      if (index < 0 || number >= this.lostFrom) {
        told(number, null);
        continue;
      }
      if (!walked || walked.stretch !== this.list[index]) {
        walked?.instance.dispose();
        walked = this.walkFrom(index);
      }
      this.advance(walked, number);
      told(number, walked.instance.snapshot());
    }
    walked?.instance.dispose();
  }

  /**
   * The last message up to `number` whose handling has changed what is read of its state.
   * @returns null where that is so since the beginning. @throws Error when the state there is not known
   */
  lastChange(number: number, read: (state: Uint8Array) => unknown): Change | null {
    if (number >= this.lostFrom) throw new Error(this.lost);
    for (let index = Math.max(0, this.indexOf(number)); index >= 0; index--) {
      const found = this.changeIn(index, number, read);
      if (found) return found;
    }
    return null;
  }

  private changeIn(index: number, upTo: number, read: (state: Uint8Array) => unknown): Change | null {
    const walked = this.walkFrom(index);
    let found: Change | null = null;
    let before = read(walked.instance.snapshot());
    for (const each of [...walked.stretch.numbers]) {
      if (each > upTo) break;
      this.advance(walked, each);
      const after = read(walked.instance.snapshot());
      if (differenceOf(before, after)) found = { number: each, before };
      before = after;
    }
    walked.instance.dispose();
    return found;
  }

  /** What it handled after a message, with its state there. @throws Error when that is not known */
  from(number: number): Rest {
    const snapshot = this.stateAt(number);
    const index = this.indexOf(number);
    const { options } = this.list[index];
    const frames: (readonly [number, Uint8Array])[] = [];
    for (const stretch of this.list.slice(index)) {
      if (stretch.options !== options) break;
      for (const [at, each] of stretch.numbers.entries()) if (each > number) frames.push([each, stretch.frames[at]]);
    }
    return { options, snapshot, frames };
  }

  /** The last that begins before the message; -1 when none does. */
  private indexOf(number: number): number {
    let [low, high] = [0, this.list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.list[middle].numbers[0] ?? Number.POSITIVE_INFINITY) <= number) low = middle + 1;
      else high = middle;
    }
    // Before its first message it is what it began with.
    return low === 0 && this.list.length > 0 ? 0 : low - 1;
  }

  private walkFrom(index: number): Walk {
    const stretch = this.list[index];
    if (!stretch) throw new Error(this.lost || 'the recording has no state of it');
    return { stretch, instance: make(this.factory, stretch.options, stretch.snapshot), next: 0 };
  }

  private advance(walked: Walk, number: number): void {
    const { stretch } = walked;
    for (; walked.next < stretch.numbers.length && stretch.numbers[walked.next] <= number; walked.next++) {
      try {
        const frame = stretch.frames[walked.next];
        walked.instance.handle(frame, 0, frame.length);
      } catch (error) {
        if (!isA(error, ActorTrap)) throw error;
        this.without(walked);
      }
    }
  }

  /** It was poison: its actor went on as if it had never come. */
  private without(walked: Walk): void {
    const { stretch, instance, next } = walked;
    instance.dispose();
    stretch.numbers.splice(next, 1);
    stretch.frames.splice(next, 1);
    walked.instance = make(this.factory, stretch.options, stretch.snapshot);
    for (let at = 0; at < next; at++) walked.instance.handle(stretch.frames[at], 0, stretch.frames[at].length);
    walked.next = next - 1;
  }
}

interface Walk {
  readonly stretch: Stretch;
  instance: ActorInstance;
  /** Its next frame. */
  next: number;
}
