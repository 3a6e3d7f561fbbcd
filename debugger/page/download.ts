/** Gives a file to whoever sits before the page. */
import { element } from './element.js';

/** The browser has taken it by then. */
const TAKEN_MS = 60_000;

export function download(name: string, bytes: Blob): void {
  const address = URL.createObjectURL(bytes);
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), TAKEN_MS);
}

/** A name that every file system takes. @param name of what is recorded @param what of it */
export const recordingName = (name: string, what: string): string =>
  `${name.replace(/\.mcap$/, '').replace(/[^\w.-]+/g, '-') || 'run'}-${what}.mcap`;
