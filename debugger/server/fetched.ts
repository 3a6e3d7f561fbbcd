/** A recording at an address that a person has named, fetched into a file of its own. Nothing else is asked for: an address that leads on is told. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FileSubject, type Status } from './subject.js';

/** As long as a recording of an application that runs may be. */
const BYTES_MAX = 2 ** 30;
/** A server that gives nothing for so long gives nothing more. */
const IDLE_MS = 30_000;

/**
 * address: no address of http or https. unreachable: nobody answers, or the connection was lost. refused: another answer than the recording.
 * redirected: it is somewhere else. large: it has more bytes than are taken. idle: nothing comes any more.
 */
export type FetchFailure = 'address' | 'unreachable' | 'refused' | 'redirected' | 'large' | 'idle';

/** The recording is not here. The message says what to do. */
class RecordingFetchError extends Error {
  override readonly name = 'RecordingFetchError';
  constructor(
    readonly code: FetchFailure,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(problem, options);
  }
}

export interface FetchLimits {
  readonly bytesMax?: number;
  readonly idleMs?: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** Whether this is an address, and not a file's name. */
export const isAddress = (text: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(text);

/** It removes its file when it is closed. */
export class FetchedSubject extends FileSubject {
  private constructor(
    path: string,
    private readonly folder: string,
    private readonly address: URL,
  ) {
    super(path);
  }

  /** @throws RecordingFetchError; the reason of the signal */
  static async fetch(text: string, limits: FetchLimits = {}): Promise<FetchedSubject> {
    const address = addressOf(text);
    const folder = await mkdtemp(join(tmpdir(), 'tandem-fetched-'));
    try {
      const path = join(folder, 'fetched.mcap');
      await fetchInto(path, address, limits);
      return new FetchedSubject(path, folder, address);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Notes in it would go with it. */
  override get status(): Status {
    return { ...super.status, name: basename(this.address.pathname) || this.address.host, keepsNotes: false };
  }

  override async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** @throws RecordingFetchError */
function addressOf(text: string): URL {
  const address = URL.canParse(text) ? new URL(text) : null;
  if (!address || !['http:', 'https:'].includes(address.protocol))
    throw new RecordingFetchError('address', `${text} is no address of a recording: it begins with http:// or https://`);
  if (address.username || address.password)
    throw new RecordingFetchError('address', 'an address with a password in it is not asked: fetch the file yourself, and name it');
  return address;
}

async function fetchInto(path: string, address: URL, { bytesMax = BYTES_MAX, idleMs = IDLE_MS, signal }: FetchLimits): Promise<void> {
  const idle = new AbortController();
  let timer = setTimeout(() => idle.abort(), idleMs);
  const both = signal ? AbortSignal.any([signal, idle.signal]) : idle.signal;
  try {
    const response = await fetch(address, { redirect: 'manual', signal: both });
    const parts = checked(response, address, bytesMax);
    const counted = async function* () {
      let length = 0;
      for await (const part of parts) {
        clearTimeout(timer);
        timer = setTimeout(() => idle.abort(), idleMs);
        length += part.length;
        if (length > bytesMax) throw tooLarge(address, bytesMax);
        yield part;
      }
    };
    await pipeline(counted, createWriteStream(path));
  } catch (error) {
    if (error instanceof RecordingFetchError) throw error;
    signal?.throwIfAborted();
    if (idle.signal.aborted)
      throw new RecordingFetchError('idle', `${address.href} has given nothing for ${idleMs / 1000} s`, { cause: error });
    throw new RecordingFetchError('unreachable', `${address.href} cannot be fetched: ${wordsOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

const tooLarge = ({ href }: URL, bytesMax: number): RecordingFetchError =>
  new RecordingFetchError('large', `${href} has more than ${bytesMax} bytes, which is the most that is fetched`);

/** @throws RecordingFetchError for another answer than the recording */
function checked({ status, headers, body }: Response, address: URL, bytesMax: number): AsyncIterable<Uint8Array> {
  const elsewhere = headers.get('location');
  if (status >= 300 && status < 400 && elsewhere !== null) {
    const there = URL.canParse(elsewhere, address) ? new URL(elsewhere, address).href : elsewhere;
    throw new RecordingFetchError('redirected', `${address.href} leads to ${there}: name that, if it is what you want`);
  }
  if (status !== 200 || !body) throw new RecordingFetchError('refused', `${address.href} answers ${status}`);
  if (Number(headers.get('content-length') ?? 0) > bytesMax) throw tooLarge(address, bytesMax);
  return body as unknown as AsyncIterable<Uint8Array>;
}

/** With the cause, where Node says why. */
function wordsOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
