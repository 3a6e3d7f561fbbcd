/** A remote control without a person: a program presses the keys. */
import type { Vm } from '../../../actors/vm/vm.js';
import { type InputPort, type Key, openInputPort } from './input-port.js';

export interface ScriptedInput extends InputPort {
  /** Presses and releases a key. */
  press(key: Key): void;
}

export function openScriptedInput(vm: Vm): ScriptedInput {
  const port = openInputPort(vm);
  return {
    ...port,
    press(key) {
      port.key(key, 'down');
      port.key(key, 'up');
    },
  };
}
