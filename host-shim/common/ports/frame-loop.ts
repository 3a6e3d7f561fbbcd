/**
 * Animation frames for a display, as long as it needs them. When it does not, none is asked for, so that the platform rests too, and a timer asks for the next one:
 *
 *   wake ──> frame ──┬── more needed ──> next frame
 *                    └── else ─────────> nothing, until `wake` or for `REST_TICK_MS`
 */
import type { TimerHandle, Timers } from '../../../actors/contract/host.js';
import { REST_TICK_MS } from './scene-ticks.js';

/** Longer than a frame: the time that an animation frame is told lies before the frame itself. */
const FRAME_MS_MAX = 50;

/** The platform's frames. */
export interface AnimationFrames {
  /** @param onFrame gets the frame's time in milliseconds, on the platform's clock */
  ask(onFrame: (timeMs: number) => void): unknown;
  cancel(asked: unknown): void;
}

/** What is done in a frame. */
export interface FrameWork {
  animate(timeMs: number): void;
  /** Whether there is something to do in the next frame. */
  readonly needsFrames: boolean;
}

export class FrameLoop {
  runs = false;
  /** What `ask` gave; null when no frame is asked for. */
  private asked: { readonly handle: unknown } | null = null;
  private reminder: TimerHandle = null;

  constructor(
    private readonly frames: AnimationFrames,
    private readonly timers: () => Timers,
    private readonly work: FrameWork,
  ) {}

  start(): void {
    this.runs = true;
    this.wake();
  }

  stop(): void {
    this.runs = false;
    this.forget();
    if (this.asked) this.frames.cancel(this.asked.handle);
    this.asked = null;
  }

  /** There is something to do in the next frame. */
  wake(): void {
    if (!this.runs || this.asked) return;
    this.forget();
    this.asked = { handle: this.frames.ask(this.onFrame) };
  }

  private forget(): void {
    if (this.reminder !== null) this.timers().clear(this.reminder);
    this.reminder = null;
  }

  /** Whatever throws in a frame, there is a next one. */
  private readonly onFrame = (timeMs: number): void => {
    this.asked = null;
    try {
      this.work.animate(timeMs);
    } finally {
      this.goOn();
    }
  };

  private goOn(): void {
    if (!this.runs || this.asked) return;
    if (this.work.needsFrames) this.wake();
    else this.reminder = this.timers().set(REST_TICK_MS + FRAME_MS_MAX, () => this.wake());
  }
}
