/**
 * The remote control in a browser: keydown and keyup events. Browsers repeat a held key by themselves; how often that counts is
 * focus's decision. A window that loses the keyboard never sees the key go up, so what is held then is let go.
 */
import type { Vm } from '../../../actors/vm/vm.js';
import { type InputPort, type Key, openInputPort } from '../../common/ports/input-port.js';

/** By `KeyboardEvent.key`; what televisions send as Back beside what a keyboard has. */
export const KEYS: Readonly<Record<string, Key>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Enter: 'enter',
  Backspace: 'back',
  Escape: 'back',
  BrowserBack: 'back',
  GoBack: 'back',
  XF86Back: 'back',
};

export interface BrowserInputOptions {
  /** Where the events come from. */
  readonly window: Window;
  /** `KEYS` when not given. */
  readonly keys?: Readonly<Record<string, Key>>;
  /** Called before a key goes to focus, with the event's time on the page's clock. */
  readonly onKey?: (key: Key, timeMs: number) => void;
}

export interface BrowserInput extends InputPort {
  /** Listens no more. */
  close(): void;
}

export function openInput(vm: Vm, { window, keys = KEYS, onKey }: BrowserInputOptions): BrowserInput {
  const port = openInputPort(vm);
  const held = new Set<Key>();
  const listening = new AbortController();
  const keyOf = (event: KeyboardEvent): Key | undefined =>
    Object.hasOwn(keys, event.key) && !(event.ctrlKey || event.altKey || event.metaKey) ? keys[event.key] : undefined;

  const onKeyDown = (event: KeyboardEvent) => {
    const key = keyOf(event);
    if (!key) return;
    event.preventDefault();
    onKey?.(key, event.timeStamp);
    port.key(key, event.repeat && held.has(key) ? 'repeat' : 'down');
    held.add(key);
  };
  const letGo = (key: Key) => {
    if (held.delete(key)) port.key(key, 'up');
  };
  const onKeyUp = (event: KeyboardEvent) => {
    const key = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (key) letGo(key);
  };
  const options = { signal: listening.signal };
  window.addEventListener('keydown', onKeyDown, options);
  window.addEventListener('keyup', onKeyUp, options);
  window.addEventListener('blur', () => [...held].forEach(letGo), options);
  return { ...port, close: () => listening.abort() };
}
