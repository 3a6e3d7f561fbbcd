/** The overlay of a television that is developed: F2 switches it, and `?overlay=on` shows it from the start on. Others do not even load it. */
import type { System, Timers, Vm } from 'tandem';
import type { FrameSource, Overlay } from 'tandem/screen';

/** Below the title and the first rail. */
const PLACE = { x: 32, y: 456 };

const frames: FrameSource = (onFrame) => {
  let next = 0;
  const frame = (timeMs: number) => {
    next = requestAnimationFrame(frame);
    onFrame(timeMs);
  };
  next = requestAnimationFrame(frame);
  return () => cancelAnimationFrame(next);
};

export class TelevisionOverlay {
  private overlay: Overlay | null = null;

  /** @param shown whether the first life shows it from its start on */
  constructor(private shown: boolean) {}

  /** Opens it for another life, shown as it was in the one before. */
  async open(vm: Vm, timers: Timers, system: () => System | null): Promise<void> {
    const { openOverlay } = await import('./overlay-port.js');
    this.overlay = openOverlay(vm, { timers, system, frames, keys: window as never, at: PLACE, shown: this.shown });
  }

  close(): void {
    this.shown = this.overlay?.isShown ?? this.shown;
    this.overlay?.close();
  }
}
