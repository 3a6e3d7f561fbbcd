/**
 * A viewer who presses right and left in turn, and looks at the picture each time: a key that does not move focus has had no effect.
 * Nothing else happens meanwhile, as in a living room, so every message has to wake its VM.
 */
import type { Key, Picture } from 'tandem/node';
import { readView } from '../viewer.js';

/** Least number of frames between two keys. */
const FRAMES_PER_KEY = 6;
/** A key that has had no effect after this many frames never will: several seconds of the display's clock. */
const EFFECT_FRAMES_MAX = 300;

/** A pressed key, and what had focus then. */
interface Pressed {
  readonly key: Key;
  readonly number: number;
  readonly focused: string;
  readonly frame: number;
}

export class SteadyViewer {
  keys = 0;
  /** One line for each key without effect. */
  readonly complaints: string[] = [];
  private awaited: Pressed | null = null;
  private readyAt = 0;

  /** Call once a frame. @returns the key pressed now; null while the viewer waits */
  next(frame: number, picture: Picture): Key | null {
    const { focused, placeholders } = readView(picture);
    if (this.awaited && !this.hasSettled(this.awaited, focused, frame)) return null;
    this.awaited = null;
    if (frame < this.readyAt || focused === '' || placeholders > 0) return null;
    const key = this.keys++ % 2 === 0 ? 'right' : 'left';
    this.awaited = { key, number: this.keys, focused, frame };
    this.readyAt = frame + FRAMES_PER_KEY;
    return key;
  }

  /** Ends the run. Complains when no key was pressed at all */
  end(frame: number): void {
    if (this.keys === 0) this.complaints.push(`there was nothing to look at in ${frame} frames: no key was pressed`);
  }

  private hasSettled({ key, number, focused, frame }: Pressed, now: string, at: number): boolean {
    if (now !== '' && now !== focused) return true;
    if (at - frame < EFFECT_FRAMES_MAX) return false;
    this.complaints.push(`key ${number} (${key}) had no effect: the focus stays on ${focused}`);
    return true;
  }
}
