/** The input port without its keys: what is pressed goes to focus, the platform's own way back goes to history. */
import type { Vm } from '../../../actors/vm/vm.js';
import { focus } from '../../../protocol/generated/focus.js';
import { history } from '../../../protocol/generated/history.js';
import { input } from '../../../protocol/generated/input.js';
import type { MessageOf } from '../../../protocol/schema.js';

type KeyMessage = MessageOf<typeof focus, 'key'>;
export type Key = KeyMessage['key'];
export type KeyPhase = KeyMessage['phase'];

export interface InputPort {
  /** @throws PortOverloadError when the way to focus is full: nobody has looked at thousands of keys */
  key(key: Key, phase: KeyPhase): void;
  /** Back by a gesture or a button of the system. */
  back(): void;
}

export function openInputPort(vm: Vm): InputPort {
  const port = vm.openPort<typeof input>(input, {});
  return {
    key: (key, phase) => port.send(focus.receives.key, { key, phase }),
    back: () => port.send(history.receives.back, {}),
  };
}
