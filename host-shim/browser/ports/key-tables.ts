/**
 * What remote controls send, by platform: names (`KeyboardEvent.key`) where a device has them, numbers (`keyCode`) where it has not, or where the name is of
 * its own making. All tables count at once, since nothing tells reliably on what set a page runs, and they do not contradict each other.
 */
import type { Key } from '../../common/ports/input-port.js';

/** Keys that mean nothing to focus: an application may listen to them. */
export const MEDIA_KEYS = [
  ...(['play', 'pause', 'playPause', 'stop', 'rewind', 'fastForward', 'next', 'previous'] as const),
  ...(['channelUp', 'channelDown', 'red', 'green', 'yellow', 'blue', 'info'] as const),
] as const;
export type MediaKey = (typeof MEDIA_KEYS)[number];

export interface KeyTable {
  readonly names?: Readonly<Record<string, Key | MediaKey>>;
  readonly codes?: Readonly<Record<number, Key | MediaKey>>;
}

const MEDIA_NAMES: NonNullable<KeyTable['names']> = {
  ...{ MediaPlay: 'play', MediaPause: 'pause', MediaPlayPause: 'playPause', MediaStop: 'stop', MediaRewind: 'rewind' },
  ...{ MediaFastForward: 'fastForward', MediaTrackNext: 'next', MediaTrackPrevious: 'previous', ChannelUp: 'channelUp' },
  ...{ ChannelDown: 'channelDown', ColorF0Red: 'red', ColorF1Green: 'green', ColorF2Yellow: 'yellow', ColorF3Blue: 'blue', Info: 'info' },
};
/** CEA-2014, which HbbTV, webOS and Tizen follow. */
const CEA_CODES: NonNullable<KeyTable['codes']> = {
  ...{ 402: 'playPause', 403: 'red', 404: 'green', 405: 'yellow', 406: 'blue', 412: 'rewind', 413: 'stop', 415: 'play' },
  ...{ 417: 'fastForward', 424: 'previous', 425: 'next', 427: 'channelUp', 428: 'channelDown', 457: 'info' },
};

export const KEY_TABLES: Readonly<Record<'keyboard' | 'tizen' | 'webos' | 'hbbtv', KeyTable>> = {
  keyboard: {
    names: {
      ArrowLeft: 'left',
      ArrowRight: 'right',
      ArrowUp: 'up',
      ArrowDown: 'down',
      Enter: 'enter',
      Backspace: 'back',
      Escape: 'back',
      ...MEDIA_NAMES,
    },
    // Backspace, Enter also of a keypad, Escape, the arrows, BrowserBack, and the media keys of a keyboard.
    codes: {
      8: 'back',
      13: 'enter',
      27: 'back',
      37: 'left',
      38: 'up',
      39: 'right',
      40: 'down',
      166: 'back',
      176: 'next',
      177: 'previous',
      178: 'stop',
      179: 'playPause',
    },
  },
  tizen: { names: { XF86Back: 'back' }, codes: { 10009: 'back', 10252: 'playPause', ...CEA_CODES } },
  webos: { names: { GoBack: 'back' }, codes: { 461: 'back', ...CEA_CODES } },
  // Names of Internet Explorer, and of set-top boxes that follow it.
  hbbtv: {
    names: { Left: 'left', Right: 'right', Up: 'up', Down: 'down', Esc: 'back', BrowserBack: 'back' },
    codes: { 461: 'back', ...CEA_CODES },
  },
};

/** Constants of HbbTV. A set may give them other numbers than the standard does. */
const VK_KEYS: Readonly<Record<string, Key | MediaKey>> = {
  ...{ VK_LEFT: 'left', VK_RIGHT: 'right', VK_UP: 'up', VK_DOWN: 'down', VK_ENTER: 'enter', VK_BACK: 'back' },
  ...{ VK_PLAY: 'play', VK_PAUSE: 'pause', VK_PLAY_PAUSE: 'playPause', VK_STOP: 'stop', VK_REWIND: 'rewind', VK_FAST_FWD: 'fastForward' },
  ...{ VK_TRACK_NEXT: 'next', VK_TRACK_PREV: 'previous', VK_CHANNEL_UP: 'channelUp', VK_CHANNEL_DOWN: 'channelDown', VK_INFO: 'info' },
  ...{ VK_RED: 'red', VK_GREEN: 'green', VK_YELLOW: 'yellow', VK_BLUE: 'blue' },
};

/** What this very set calls its keys, if it says so: in its window, as HbbTV has it, or in `KeyEvent`. */
export function ownTableOf(window: object): KeyTable {
  const globals = window as Readonly<Record<string, unknown>>;
  const events = (globals.KeyEvent ?? {}) as Readonly<Record<string, unknown>>;
  const codes: Record<number, Key | MediaKey> = {};
  for (const [name, key] of Object.entries(VK_KEYS)) {
    const code = globals[name] ?? events[name];
    if (typeof code === 'number') codes[code] = key;
  }
  return { codes };
}

/** One table of several: later ones count more. */
export function mergedTable(tables: readonly KeyTable[]): Required<KeyTable> {
  const [names, codes] = [{}, {}];
  for (const table of tables) {
    Object.assign(names, table.names);
    Object.assign(codes, table.codes);
  }
  return { names, codes };
}

interface Tizen {
  readonly tizen?: { readonly tvinputdevice?: { registerKey(name: string): void } };
}

/** Tizen gives an application only the keys that it asks for, apart from arrows, Enter and Return. */
export function registerMediaKeys(window: object): void {
  const device = (window as Tizen).tizen?.tvinputdevice;
  for (const name of device ? Object.keys(MEDIA_NAMES) : []) {
    try {
      device?.registerKey(name);
    } catch {
      // A remote control without this key, which then sends nothing.
    }
  }
}

export const isMediaKey = (key: Key | MediaKey): key is MediaKey => (MEDIA_KEYS as readonly string[]).includes(key);
