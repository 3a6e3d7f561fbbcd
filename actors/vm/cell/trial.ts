/** A message is tried in a throw-away instance with an actor's present state: nothing that it does is kept or sent. */
import type { Kinds } from '../../../bus/kinds.js';
import { checkFrame, KIND_OFFSET, readU16, TARGET_OFFSET } from '../../../protocol/frame.js';
import { type ActorFactory, type ActorOptions, ActorTrap, type Output } from '../../contract/instance.js';
import { isA, stackOf } from '../../contract/thrown.js';
import type { Trial } from '../../contract/trial.js';

/** @throws ActorTrap when the instance cannot take the state */
export async function runTrial(
  factory: ActorFactory,
  options: ActorOptions,
  snapshot: Uint8Array,
  frame: Uint8Array,
  kinds: Kinds,
): Promise<Trial> {
  const instance = factory.create(options);
  try {
    instance.restore(snapshot);
    const trap = trapOf(() => instance.handle(frame, 0, frame.length));
    const malformed = instance.malformed[0]?.error.message ?? '';
    if (!trap) return { trap, malformed, emitted: emitted(instance.output, kinds) };
    await trap.ready();
    return { trap: shown(trap), malformed, emitted: [] };
  } finally {
    instance.dispose();
  }
}

function trapOf(run: () => void): ActorTrap | null {
  try {
    run();
    return null;
  } catch (error) {
    return isA(error, ActorTrap) ? error : new ActorTrap(0, error);
  }
}

const shown = (trap: ActorTrap): Trial['trap'] => ({
  reason: trap.message,
  stack: stackOf(trap.cause) || stackOf(trap),
  position: trap.position,
});

function emitted({ bytes, start, end }: Output, kinds: Kinds): Trial['emitted'] {
  const frames: Trial['emitted'][number][] = [];
  for (let at = start; at < end; ) {
    const length = checkFrame(bytes, at, end);
    const facts = kinds.get(readU16(bytes, at + KIND_OFFSET));
    const target = facts?.role === 'publication' ? '' : kinds.partyName(readU16(bytes, at + TARGET_OFFSET));
    frames.push({ kindName: facts?.name ?? '', target, frame: bytes.slice(at, at + length) });
    at += length;
  }
  return frames;
}

/** @throws DecodeError, or Error when it is not one whole frame for this address */
export function wholeFrame(frame: Uint8Array, target: number): Uint8Array {
  if (checkFrame(frame, 0, frame.length) !== frame.length) throw new Error('more than one frame');
  if (readU16(frame, TARGET_OFFSET) !== target) throw new Error('a frame for another party');
  return frame;
}
