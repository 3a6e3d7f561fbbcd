/**
 * The remote control in a browser: keydown and keyup events. Browsers repeat a held key by themselves; focus decides which repeats
 * count. A window that loses the keyboard never sees the key go up, so held keys are released then.
 *
 * Not every device names its keys, marks repeats, or reports that a key goes up. So a key without a name is known by its number, and a
 * key that goes down again before it went up counts as held. Keys typed into a text field are left to the field.
 */
import type { Vm } from '../../../actors/vm/vm.js';
import { type InputPort, type Key, type KeyPhase, openInputPort } from '../../common/ports/input-port.js';
import { isMediaKey, KEY_TABLES, type KeyTable, type MediaKey, mergedTable, ownTableOf, registerMediaKeys } from './key-tables.js';
import { listenToPointer, type PointerScreen } from './pointer.js';

/** All tables in one. */
const ALL = mergedTable(Object.values(KEY_TABLES));

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
  /** Tables of the application's own: they count more than `KEY_TABLES`, which all count. */
  readonly tables?: readonly KeyTable[];
  /** The display that a mouse or magic remote points at; without it, keys alone count. */
  readonly pointer?: PointerScreen;
  /** Called with keys that mean nothing to focus, as Play; without it, the browser keeps them. */
  readonly onMedia?: (key: MediaKey, phase: KeyPhase, timeMs: number) => void;
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

export function openInput(vm: Vm, { window, tables = [], pointer, onKey, onMedia }: BrowserInputOptions): BrowserInput {
  const { names, codes } = mergedTable([ALL, ownTableOf(window), ...tables]);
  const port = openInputPort(vm);
  /** Keys that are down, with the time of the last event that says so, in milliseconds of the page's clock. */
  const held = new Map<Key, number>();
  const listening = new AbortController();

  const meaningOf = ({ key, keyCode }: KeyboardEvent): Key | MediaKey | undefined => {
    if (Object.hasOwn(names, key)) return names[key];
    const isKnownByCode = NAMELESS.includes(key) || keyCode > KEYBOARD_CODE_MAX;
    return isKnownByCode && Object.hasOwn(codes, keyCode) ? codes[keyCode] : undefined;
  };
  const takeMedia = (event: KeyboardEvent, key: MediaKey, phase: KeyPhase) => {
    if (!onMedia) return;
    event.preventDefault();
    port.attempt(() => onMedia(key, phase, event.timeStamp));
  };
  const isBrowsers = (event: KeyboardEvent) =>
    event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.keyCode === COMPOSING;

  const onKeyDown = (event: KeyboardEvent) => {
    const key = isBrowsers(event) ? undefined : meaningOf(event);
    if (key && isMediaKey(key)) takeMedia(event, key, event.repeat ? 'repeat' : 'down');
    if (!key || isMediaKey(key) || (isField(originOf(event)) && isForField(event, key))) return;
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
    const key = meaningOf(event);
    if (key && isMediaKey(key)) takeMedia(event, key, 'up');
    else if (key) letGo(key);
  };
  const options = { signal: listening.signal };
  window.addEventListener('keydown', onKeyDown, options);
  window.addEventListener('keyup', onKeyUp, options);
  window.addEventListener('blur', () => [...held.keys()].forEach(letGo), options);
  if (onMedia) registerMediaKeys(window);
  const endPointer = pointer ? listenToPointer(window, pointer, port, vm.timers) : () => undefined;
  const close = () => {
    listening.abort();
    endPointer();
  };
  return { ...port, close };
}
