/**
 * The remote control in a browser: keydown and keyup events. Browsers repeat a held key by themselves; focus decides which repeats
 * count. A window that loses the keyboard never sees the key go up, so held keys are released then.
 *
 * Not every device names its keys, marks repeats, or reports that a key goes up. So a key without a name is known by its number, and a
 * key that goes down again before it went up counts as held. Keys typed into a text field are left to the field.
 */
import type { Vm } from '../../../actors/vm/vm.js';
import { type InputPort, type Key, openInputPort } from '../../common/ports/input-port.js';

/** Keys by `KeyboardEvent.key`: those of a keyboard, and what televisions send as Back. */
export const KEYS: Readonly<Record<string, Key>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  // Names of Internet Explorer and of set-top boxes that follow it.
  Left: 'left',
  Right: 'right',
  Up: 'up',
  Down: 'down',
  Enter: 'enter',
  Backspace: 'back',
  Escape: 'back',
  Esc: 'back',
  BrowserBack: 'back',
  GoBack: 'back',
  XF86Back: 'back',
};

/** Keys by `KeyboardEvent.keyCode`, for those without a name. */
const KEY_CODES: Readonly<Record<number, Key>> = {
  8: 'back', // Backspace
  13: 'enter', // also that of a keypad
  27: 'back', // Escape
  37: 'left',
  38: 'up',
  39: 'right',
  40: 'down',
  166: 'back', // BrowserBack
  461: 'back', // VK_BACK of HbbTV and webOS
  10009: 'back', // Return of Tizen
};

/** Only remote controls have greater numbers: these count whatever the key is called. */
const KEYBOARD_CODE_MAX = 255;
/** `keyCode` of a key that goes to an input method. */
const COMPOSING = 229;
/** A held key repeats sooner than this, also the first time. If it comes later, it was released and the device did not tell. */
const HELD_AGAIN_MS = 800;
/** Values of `KeyboardEvent.key` that stand for no name. */
const NAMELESS: readonly unknown[] = [undefined, null, '', 'Unidentified'];
/** Elements that use arrows, Enter and Backspace themselves. */
const FIELDS: readonly string[] = ['input', 'textarea', 'select'];

export interface BrowserInputOptions {
  /** Where the events come from. */
  readonly window: Window;
  /** `KEYS` when not given. */
  readonly keys?: Readonly<Record<string, Key>>;
  /** `KEY_CODES` when not given. */
  readonly keyCodes?: Readonly<Record<number, Key>>;
  /** Called before a key goes to focus, with the event's time on the page's clock. */
  readonly onKey?: (key: Key, timeMs: number) => void;
}

export interface BrowserInput extends InputPort {
  /** Stops listening. */
  close(): void;
}

/** The element that has the keyboard, also inside an open shadow tree. */
const originOf = (event: KeyboardEvent): Partial<HTMLElement> | null =>
  ((event.composedPath?.()[0] ?? event.target) as Partial<HTMLElement> | null) ?? null;

const isField = (element: Partial<HTMLElement> | null): boolean =>
  FIELDS.includes(element?.localName ?? '') || element?.isContentEditable === true;

/** Whether a text field uses the key. Escape and the Back keys of remote controls lead out of the field instead. */
const isForField = ({ key, keyCode }: KeyboardEvent, meaning: Key): boolean =>
  meaning !== 'back' || key === 'Backspace' || (NAMELESS.includes(key) && keyCode === 8);

export function openInput(vm: Vm, { window, keys = KEYS, keyCodes = KEY_CODES, onKey }: BrowserInputOptions): BrowserInput {
  const port = openInputPort(vm);
  /** Keys that are down, with the time of the last event that says so, in milliseconds of the page's clock. */
  const held = new Map<Key, number>();
  const listening = new AbortController();

  const keyOf = ({ key, keyCode }: KeyboardEvent): Key | undefined => {
    if (Object.hasOwn(keys, key)) return keys[key];
    const isKnownByCode = NAMELESS.includes(key) || keyCode > KEYBOARD_CODE_MAX;
    return isKnownByCode && Object.hasOwn(keyCodes, keyCode) ? keyCodes[keyCode] : undefined;
  };
  const isBrowsers = (event: KeyboardEvent) =>
    event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.keyCode === COMPOSING;

  const onKeyDown = (event: KeyboardEvent) => {
    const key = isBrowsers(event) ? undefined : keyOf(event);
    if (!key || (isField(originOf(event)) && isForField(event, key))) return;
    event.preventDefault();
    port.attempt(() => onKey?.(key, event.timeStamp));
    const before = held.get(key);
    const isHeld = before !== undefined && (event.repeat || !(event.timeStamp - before >= HELD_AGAIN_MS));
    if (port.attempt(() => port.key(key, isHeld ? 'repeat' : 'down'))) held.set(key, event.timeStamp);
  };
  const letGo = (key: Key) => {
    if (held.has(key) && port.attempt(() => port.key(key, 'up'))) held.delete(key);
  };
  const onKeyUp = (event: KeyboardEvent) => {
    const key = keyOf(event);
    if (key) letGo(key);
  };
  const options = { signal: listening.signal };
  window.addEventListener('keydown', onKeyDown, options);
  window.addEventListener('keyup', onKeyUp, options);
  window.addEventListener('blur', () => [...held.keys()].forEach(letGo), options);
  return { ...port, close: () => listening.abort() };
}
