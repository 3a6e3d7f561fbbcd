/** Parts of the runtime that few applications need are loaded when somebody first asks for them. None of them is needed after a crash. */
import { type Host, loadedIn } from './host.js';
import { reasonOf } from './thrown.js';

/** A part of the runtime could not be loaded, so what needs it was not done. Its `cause` is what the platform says, with the address of the file. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  constructor(
    /** What it does, for example `what records`. */
    readonly part: string,
    options: ErrorOptions,
  ) {
    super(`${part} could not be loaded: ${reasonOf(options.cause)}`, options);
  }
}

/** @returns the part. @throws LoadError (as rejection) */
export async function loadPart<T>(host: Pick<Host, 'loaded'>, part: string, loading: Promise<T>): Promise<T> {
  try {
    return await loadedIn(host, loading);
  } catch (cause) {
    throw new LoadError(part, { cause });
  }
}
