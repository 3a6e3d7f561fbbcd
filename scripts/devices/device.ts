/** A device of the ladder, as the journey sees it: an engine with one page open, a remote control, and eyes. Each protocol has a file of its own. */

/** Keys of the remote control, and of the television's panel. */
export const KEYS = {
  left: { key: 'ArrowLeft', keyCode: 37, webDriver: '\ue012' },
  up: { key: 'ArrowUp', keyCode: 38, webDriver: '\ue013' },
  right: { key: 'ArrowRight', keyCode: 39, webDriver: '\ue014' },
  down: { key: 'ArrowDown', keyCode: 40, webDriver: '\ue015' },
  enter: { key: 'Enter', keyCode: 13, webDriver: '\ue006' },
  back: { key: 'Backspace', keyCode: 8, webDriver: '\ue003' },
  '1': { key: '1', keyCode: 49, webDriver: '1' },
  '2': { key: '2', keyCode: 50, webDriver: '2' },
  c: { key: 'c', keyCode: 67, webDriver: 'c' },
} as const;

export type KeyName = keyof typeof KEYS;

export interface Device {
  /** As the engine itself says it. */
  readonly version: string;
  /** What the page has written on its console, as far as the protocol tells. */
  readonly lines: readonly string[];
  /** Loads an address, also the one that is open. */
  open(url: string): Promise<void>;
  /** @param expression in ES3: the oldest engine has to read it. @throws with what it threw */
  evaluate<T>(expression: string): Promise<T>;
  press(key: KeyName): Promise<void>;
  /** @returns a PNG of 1280 by 720 pixels */
  screenshot(): Promise<Buffer>;
  /** Ends the engine. */
  close(): Promise<void>;
}

export const SCREEN = { width: 1280, height: 720 };

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
