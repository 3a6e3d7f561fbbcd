/** What a developer has of the running television: the system and a spy in the console, and live tracks in the Performance panel. */
import type { Application, System } from 'tandem';
import { openLiveTracks } from 'tandem/browser';
import type { SpyOptions } from 'tandem/trace';
import { parties } from '../application.js';

const print = (line: string): void => console.log(line);

/** What stands in the console as `tandem`. */
export class Developer {
  constructor(readonly application: Application) {}

  /** Of the life that runs now. */
  get system(): System {
    return this.application.system;
  }

  /**
   * `tandem.spy('focus', 'scene')` logs the messages of these parties as they flow, 1,000 at most; `tandem.spy({ kinds: ['focus.key'], limit: 10 })`
   * says more exactly which. @returns a function that ends it
   */
  spy(...what: readonly [Partial<SpyOptions>] | readonly string[]): Promise<() => Promise<void>> {
    const [first] = what;
    const options = typeof first === 'object' ? first : { parties: what.length > 0 ? (what as readonly string[]) : undefined };
    return this.system.spy({ print, ...options });
  }
}

/** @throws RangeError for a name that does not exist; ControlError */
export async function showTracks(system: System, tracks: readonly string[]): Promise<void> {
  if (tracks.length > 0) await openLiveTracks(system, { parties, tracks });
}
