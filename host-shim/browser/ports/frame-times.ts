/**
 * Measures how smooth the picture is, and how soon it answers: `tandem.frameMs`, from one painted frame of an animation to the next, and
 * `tandem.inputToFrameMs`, from a key to the first changed picture that was begun after it.
 * The catch: during an animation every picture changes, so a key's own effect may show a frame or two later than measured.
 */

/** A key that has changed nothing by then has no visible effect. */
const EFFECT_MS_MAX = 1_000;

export type Observe = (name: 'tandem.frameMs' | 'tandem.inputToFrameMs', valueMs: number) => void;

export class FrameTimes {
  /** Time of the last painted frame, if the next was to follow at once. */
  private movedAtMs: number | null = null;
  private key: { readonly timeMs: number; readonly frame: number } | null = null;

  constructor(private readonly observe: Observe) {}

  /** @param frame of the last tick: the effect shows in a later one */
  pressed(timeMs: number, frame: number): void {
    this.key ??= { timeMs, frame };
  }

  /** Starts anew after a time without frames, for example while the page was hidden. */
  rest(): void {
    this.movedAtMs = null;
    this.key = null;
  }

  /**
   * @param startMs when the animation frame began
   * @param endMs when the canvas was painted
   */
  painted(frame: number, animating: boolean, startMs: number, endMs: number): void {
    if (this.movedAtMs !== null) this.observe('tandem.frameMs', startMs - this.movedAtMs);
    this.movedAtMs = animating ? startMs : null;
    const { key } = this;
    if (!key || frame <= key.frame) return;
    this.key = null;
    if (endMs - key.timeMs <= EFFECT_MS_MAX) this.observe('tandem.inputToFrameMs', endMs - key.timeMs);
  }
}
