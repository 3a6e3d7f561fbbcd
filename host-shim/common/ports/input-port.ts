/** The input port without its keys: pressed keys go to focus, and so does the platform's own way back. */
import type { Vm } from '../../../actors/vm/vm.js';
import type { MessageOf } from '../../../protocol/fields.js';
import { focus } from '../../../protocol/generated/focus.js';
import { input } from '../../../protocol/generated/input.js';

type KeyMessage = MessageOf<typeof focus, 'key'>;
export type Key = KeyMessage['key'];
export type PointerAction = MessageOf<typeof focus, 'pointer'>['action'];
export type KeyPhase = KeyMessage['phase'];

export interface InputPort {
  /** @throws PortOverloadError when the way to focus is full: thousands of keys have not been handled */
  key(key: Key, phase: KeyPhase): void;
  /** A pointer is over a place of the screen, in pixels of the scene. @throws as `key` */
  point(action: PointerAction, x: number, y: number): void;
  /** Runs work that the platform asks for. When it throws, that is reported as this port's crash. @returns whether it succeeded */
  attempt(work: () => void): boolean;
  /** The viewer goes back by a gesture or a button of the system. */
  back(): void;
}

export function openInputPort(vm: Vm): InputPort {
  const port = vm.openPort<typeof input>(input, {});
  const key = (key: Key, phase: KeyPhase) => port.send(focus.receives.key, { key, phase });
  return {
    key,
    point: (action, x, y) => port.send(focus.receives.pointer, { action, x, y }),
    attempt: (work) => port.attempt(work),
    back() {
      key('back', 'down');
      key('back', 'up');
    },
  };
}
