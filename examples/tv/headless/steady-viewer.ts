/**
 * A viewer who presses right and left in turn, and looks at the picture each time: a key that moves the focus nowhere has had no effect.
 * Nothing else goes on meanwhile, as in a living room: what a VM should hear has to wake it.
 */
import type { Key, Picture } from 'tandem/node';
import { readView } from '../viewer.js';

/** Two keys are so many frames apart, at least. */
const FRAMES_PER_KEY = 6;
/** A key that has moved nothing after so many frames never will: several seconds of the display's clock. */
const PATIENCE_FRAMES = 300;

/** A key that was pressed, and what wore the focus then. */
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

  /** To be asked once a frame. @returns what is pressed now; null while the viewer waits */
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

  /** What is still awaited at the end had its time, or not. */
  end(frame: number): void {
    if (this.keys === 0) this.complaints.push(`there was nothing to look at in ${frame} frames: no key was pressed`);
  }

  private hasSettled({ key, number, focused, frame }: Pressed, now: string, at: number): boolean {
    if (now !== '' && now !== focused) return true;
    if (at - frame < PATIENCE_FRAMES) return false;
    this.complaints.push(`key ${number} (${key}) had no effect: the focus stays on ${focused}`);
    return true;
  }
}
