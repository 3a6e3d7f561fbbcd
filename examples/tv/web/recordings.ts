/** Where a recording of the television goes: to a download, or to a file of the origin's private file system. */
import { createDownloadSink, openRecordingFile, openRecordingSink } from 'tandem/browser';
import type { RecordingSink } from 'tandem/trace';
import type { Destination } from './device.js';

/** A file of a recording that has not begun. */
export interface RecordingTarget {
  /** With the time, so that files stand in order. */
  readonly name: string;
  readonly sink: RecordingSink;
}

/** @throws Error when this browser, or this window, has no private file system */
export async function openTarget(to: Destination): Promise<RecordingTarget> {
  const name = `tv-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.mcap`;
  if (to === 'download') return { name, sink: createDownloadSink(name) };
  try {
    const sink = await openRecordingSink(name);
    console.info(`a recording goes to the private file system: tandem.download('${name}') gives it`);
    return { name, sink };
  } catch (error) {
    throw new Error(`no recording to the private file system: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** Gives a file of the private file system as a download. @throws DOMException when there is none of that name */
export async function downloadRecording(name: string): Promise<void> {
  const file = await openRecordingFile(name);
  const sink = createDownloadSink(name);
  await sink.write(await file.read(0, file.size));
  await sink.close();
}

/** Minutes and seconds. */
export function elapsed(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
