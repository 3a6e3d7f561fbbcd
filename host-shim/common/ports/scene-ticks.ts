/**
 * Which animation frames tick the scene: every one, until the scene has answered that it rests; then one in `REST_TICK_MS`, until it says that a tick is due.
 * The catch: its answer may be one to a display that was here before, or older than what this one has to know. So it counts only as an answer to a tick that
 * was sent since.
 */

/**
 * At rest the scene is ticked so often all the same. A word of it that is lost, by a defect or with its state, so holds no picture up for longer than a viewer
 * bears, and it costs nothing that can be measured.
 */
export const REST_TICK_MS = 1_000;
const REST_TICK_MICROS = REST_TICK_MS * 1_000;

export class SceneTicks {
  /** Number of the last tick; 0 before the first. */
  frame = 0;
  rests = false;
  private lastMicros = 0;
  /** Answers to ticks up to this one mean nothing any more. */
  private stale = 0;

  /** Whether an animation frame at this time ticks the scene. A clock that was set back counts as time that has passed. */
  areDueAt(timeMicros: number): boolean {
    const sinceMicros = timeMicros - this.lastMicros;
    return !this.rests || sinceMicros < 0 || sinceMicros >= REST_TICK_MICROS;
  }

  sent(frame: number, timeMicros: number): void {
    this.frame = frame;
    this.lastMicros = timeMicros;
  }

  /** The scene rests after this tick. */
  answered(frame: number): void {
    if (frame > this.stale && frame <= this.frame) this.rests = true;
  }

  /** The scene does not rest any more. @returns whether it did */
  resume(): boolean {
    const { rests } = this;
    this.rests = false;
    return rests;
  }

  /** What it has answered so far means nothing any more. */
  begin(): void {
    this.stale = this.frame;
    this.rests = false;
  }
}
