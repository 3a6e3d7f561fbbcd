/**
 * Storage in localStorage, for pages whose browser has no IndexedDB, or refuses it: bytes as Base64 under `tandem/LOCATION/KEY`, replaced as a whole.
 *
 * The catch: a write is done when the browser has it, not the disk, and it takes the page's thread; all of the origin share about five million characters.
 * So a location has a budget of its own, and what goes beyond it is refused as `full`.
 */
import { type Storage, StorageError } from '../../../actors/contract/storage.js';
import { LOCAL_STORAGE_CHARACTERS_MAX } from '../../limits.js';

/** What is used of the browser's object. */
export type StorageArea = Pick<globalThis.Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'>;

/** Most bytes that are made into a text in one call. */
const PIECE_BYTES = 8_192;

function textOf(bytes: Uint8Array): string {
  let units = '';
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    units += String.fromCharCode.apply(null, Array.from(bytes.subarray(at, at + PIECE_BYTES)));
  return btoa(units);
}

/** What something else has stored is no record, and reads as a damaged one. */
function bytesOf(text: string): Uint8Array {
  let units = '';
  try {
    units = atob(text);
  } catch {
    return new Uint8Array(0);
  }
  const bytes = new Uint8Array(units.length);
  for (let i = 0; i < units.length; i++) bytes[i] = units.charCodeAt(i);
  return bytes;
}

/** Firefox and engines before 2014 have names of their own. */
const QUOTA_NAMES: readonly unknown[] = ['QuotaExceededError', 'NS_ERROR_DOM_QUOTA_REACHED', 'QUOTA_EXCEEDED_ERR'];

const isQuota = (error: unknown): boolean => QUOTA_NAMES.includes((error as Partial<Error> | null)?.name);

class LocalStorage implements Storage {
  onLost: ((detail: string) => void) | null = null;
  private closed = false;
  private readonly prefix: string;
  /** Lengths of what the location has, with its keys. */
  private readonly lengths = new Map<string, number>();
  private used = 0;

  /** @throws the browser's error when it lets nothing be stored */
  constructor(
    location: string,
    private readonly area: StorageArea,
    private readonly charactersMax: number,
  ) {
    this.prefix = `tandem/${encodeURIComponent(location)}/`;
    for (let i = 0; i < area.length; i++) {
      const key = area.key(i);
      if (key?.startsWith(this.prefix)) this.count(key, key.length + (area.getItem(key)?.length ?? 0));
    }
    // Some browsers have the object, and no room in it.
    area.setItem(`${this.prefix}?`, '');
    area.removeItem(`${this.prefix}?`);
    globalThis.addEventListener?.('storage', this.changed);
  }

  async get(key: string): Promise<Uint8Array | null> {
    return this.run(`get ${key}`, () => {
      const text = this.area.getItem(this.prefix + key);
      return text === null ? null : bytesOf(text);
    });
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    return this.run(`put ${key}`, () => {
      const whole = this.prefix + key;
      const text = textOf(bytes);
      const after = this.used - (this.lengths.get(whole) ?? 0) + whole.length + text.length;
      if (after > this.charactersMax)
        throw new StorageError('full', `put ${key}`, {
          cause: new Error(`${after} characters in localStorage, of which a location may use ${this.charactersMax}`),
        });
      this.area.setItem(whole, text);
      this.count(whole, whole.length + text.length);
    });
  }

  close(): void {
    this.closed = true;
    globalThis.removeEventListener?.('storage', this.changed);
  }

  private count(key: string, length: number): void {
    this.used += length - (this.lengths.get(key) ?? 0);
    if (length > 0) this.lengths.set(key, length);
    else this.lengths.delete(key);
  }

  private run<T>(operation: string, use: () => T): T {
    if (this.closed) throw new StorageError('closed', operation);
    try {
      return use();
    } catch (error) {
      if (error instanceof StorageError) throw error;
      throw new StorageError(isQuota(error) ? 'full' : 'failed', operation, { cause: error });
    }
  }

  /** Another page has changed something. With no key, it has removed all. */
  private readonly changed = ({ storageArea, key, newValue }: StorageEvent): void => {
    if (storageArea !== this.area || newValue !== null || !(key === null || this.lengths.has(key))) return;
    for (const own of key === null ? [...this.lengths.keys()] : [key]) this.count(own, 0);
    this.onLost?.('another page has removed it');
  };
}

/**
 * @param area `localStorage`
 * @throws StorageError `absent` when the browser lets nothing be stored; `full` when others have used all room
 */
export function openLocalStorage(location: string, area: StorageArea, charactersMax = LOCAL_STORAGE_CHARACTERS_MAX): Storage {
  try {
    return new LocalStorage(location, area, charactersMax);
  } catch (error) {
    // In its private windows Safari before 2017 has an empty one without room.
    const isFull = isQuota(error) && area.length > 0;
    throw new StorageError(isFull ? 'full' : 'absent', `open ${location}`, { cause: error });
  }
}
