/** An actor of a recording from one message on: with another message, or in both of its twins. */
import type { ActorFactory } from '../../actors/contract/instance.js';
import { framesIn, KIND_OFFSET, readU16 } from '../../protocol/frame.js';
import type { Frame, Kind, SnapshotBytes } from '../../protocol/names.js';
import { type TrialText, textOf } from '../../trace/live.js';
import { differenceOf } from '../../trace/values.js';
import { isEqual, make, type Outcome, outcomeOf } from './replayed-actor.js';
import type { Rest } from './stretches.js';

/** How frames and states are said. */
export interface TwinWords {
  frame(bytes: Uint8Array): unknown;
  state(snapshot: SnapshotBytes): unknown;
  kindName(kind: Kind): string;
}

export interface TwinReport {
  /** Messages that both handled, the last that differs included. */
  readonly messages: number;
  /** Null when nothing differs. */
  readonly difference: {
    readonly number: number;
    readonly kind: string;
    readonly what: 'output' | 'state' | 'end';
    readonly path: string;
    readonly js: unknown;
    readonly wasm: unknown;
  } | null;
}

/** Lets a copy of the actor handle one frame. */
export async function tried({ options, snapshot }: Rest, factory: ActorFactory, frame: Frame): Promise<TrialText> {
  const instance = make(factory, options, snapshot);
  const { output, trap } = outcomeOf(instance, frame);
  const malformed = trap ? '' : (instance.malformed[0]?.error.message ?? '');
  instance.dispose();
  await trap?.ready();
  return { trap: trap && { reason: trap.message, position: trap.position }, malformed, emitted: framesIn(output).map(textOf) };
}

/** Both twins begin in the same state, and handle the same messages, until something differs. */
export function compared(
  { options, snapshot, frames }: Rest,
  factories: readonly [ActorFactory, ActorFactory],
  words: TwinWords,
): TwinReport {
  const [js, wasm] = factories.map((factory) => make(factory, options, snapshot));
  let messages = 0;
  try {
    for (const [number, frame] of frames) {
      messages++;
      const outcomes = [outcomeOf(js, frame), outcomeOf(wasm, frame)] as const;
      const found = differing(outcomes, words);
      if (found) return { messages, difference: { number, kind: words.kindName(readU16(frame, KIND_OFFSET)), ...found } };
      if (outcomes[0].trap) break;
    }
    return { messages, difference: null };
  } finally {
    js.dispose();
    wasm.dispose();
  }
}

function differing([js, wasm]: readonly [Outcome, Outcome], words: TwinWords) {
  if (!js.trap !== !wasm.trap)
    return { what: 'end' as const, path: '', js: js.trap?.message ?? 'goes on', wasm: wasm.trap?.message ?? 'goes on' };
  const told = (what: 'output' | 'state', first: unknown, second: unknown) => {
    const found = differenceOf(first, second);
    return { what, path: found?.path ?? '', js: found?.first, wasm: found?.second };
  };
  if (!isEqual(js.output, wasm.output))
    return told('output', ...([js, wasm].map(({ output }) => framesIn(output).map((each) => words.frame(each))) as [unknown, unknown]));
  if (!isEqual(js.after, wasm.after)) return told('state', words.state(js.after), words.state(wasm.after));
  return null;
}
